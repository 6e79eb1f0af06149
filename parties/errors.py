"""Why a party cannot be given what was asked for. No sentence has a tax number in it."""

from finance.errors import Refused


class SameNumber(Refused):
    code = "same_number"
    message = "This is the number that {party} has already: type the one that is right, or leave it as it is."


class NumberTaken(Refused):
    code = "number_taken"
    message = (
        "{other} has this number already, and a number is one party's: look at which of the two it belongs to, "
        "and correct the other one first."
    )
