"""Why the books say no. Each is a sentence with a code, shown where the person is working."""

from finance.errors import Refused


class LoanNotOpen(Refused):
    code = "loan_not_open"
    message = "Loan {number} is {state}: it takes no {what}. A reversal of what ended it opens it again."


class KeyReused(Refused):
    code = "key_reused"
    message = "The key {key} was already used for something else: nothing was posted. Start again from the loan's page."


class NoSuchLoan(Refused):
    code = "no_such_loan"
    message = "There is no loan {loan} in these books: nothing was posted. Find the loan that the payment is for."


class NotAnAmount(Refused):
    code = "not_an_amount"
    message = "{amount} cannot be paid: an amount is more than zero, in dollars and cents."


class KeyTooLong(Refused):
    code = "key_too_long"
    message = "The key {key} has more than {most} characters with the file's: use shorter references."


class NotPosted(Refused):
    code = "not_posted"
    message = "The books refused it: {why}"


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


class NoSuchPurpose(Refused):
    code = "no_such_purpose"
    message = "Loan {number} has no way of allocating a payment called {purpose}: its payments can be {known}."


class NothingToPause(Refused):
    code = "nothing_to_pause"
    message = "No night is running: it can be paused or resumed while it closes a day."


class StillStopped(Refused):
    code = "still_stopped"
    message = "Loan {number} still cannot be brought to date: {why} Once that is mended, try again."
