"""Why a whole tape is refused. A single row is refused by a rule of its layout instead."""

from finance.errors import Refused


class NotATape(Refused):
    code = "not_a_tape"
    message = "{tape} cannot be boarded: {why}."


class BoardedBefore(Refused):
    code = "boarded_before"
    message = "{tape} was boarded before, as {earlier} on {on}: a tape is boarded once. Board a tape of other loans."


class MonthsClosed(Refused):
    code = "months_closed"
    message = (
        "{tape} cannot be boarded: its history reaches back to {first}, and {months} of the books from there on are "
        "closed. Board it into books whose months are still open."
    )


class TapeAndBooksDiffer(Refused):
    code = "tape_and_books_differ"
    message = "{tape} was not boarded: {measure} differs by {difference}, on {loans}. Nothing was kept."


class NoProductVersion(Refused):
    code = "no_product_version"
    message = "Product {product} has no approved version in force on {on}: approve one, and board the tape again."
