"""Why the books say no. Each is a sentence with a code, shown where the person is working."""

from finance.errors import Refused


class LoanNotOpen(Refused):
    code = "loan_not_open"
    message = "Loan {number} is {state}: it takes no {what}. A reversal of what ended it opens it again."


class KeyReused(Refused):
    code = "key_reused"
    message = "The key {key} was already used for something else: nothing was posted. Start again from the loan's page."


class InTheFuture(Refused):
    code = "in_the_future"
    message = "{on} is after the business date {today}: it can be posted when that day has come."


class BeforeTheLoan(Refused):
    code = "before_the_loan"
    message = "{on} is before loan {number} was paid out on {opened_on}: choose that day or a later one."


class AlreadyReversed(Refused):
    code = "already_reversed"
    message = "This {kind} was already reversed on {on}: nothing is left of it to reverse."


class NotReversible(Refused):
    code = "not_reversible"
    message = "A {kind} cannot be reversed: {why}"


class NothingChanges(Refused):
    code = "nothing_changes"
    message = "Loan {number} would stand on {on} as it stands now: change something, or leave it."


class NotLevel(Refused):
    code = "not_level"
    message = (
        "Loan {number} is not repaid by level payments, which this solves anew: re-amortise it, which makes them level."
    )


class NoSpacing(Refused):
    code = "no_spacing"
    message = "Loan {number} falls due {frequency}: more dates cannot be added to it. Change what keeps its dates."


class SameProduct(Refused):
    code = "same_product"
    message = "Loan {number} is of {product} already: choose another product."


class ProductNotReady(Refused):
    code = "product_not_ready"
    message = "{product} is not approved, or not in force on {on}: choose a version that is."


class NothingToWaive(Refused):
    code = "nothing_to_waive"
    message = "Loan {number} owes {fees} of fees, less than the {amount} to waive: waive at most that."


class NothingToChargeOff(Refused):
    code = "nothing_to_charge_off"
    message = "Loan {number} owes nothing on {on}: there is nothing to charge off."


class ClockNotMovable(Refused):
    code = "clock_not_movable"
    message = (
        "The business date of a production system follows the calendar: it can be moved by hand in demo and sandbox."
    )
