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


class NotALine(Refused):
    code = "not_a_line"
    message = (
        "{product} pays out {amount} at once, not {paid_out}: choose a product that is drawn on in parts, and pay out "
        "at most what was agreed."
    )


class NothingToDraw(Refused):
    code = "nothing_to_draw"
    message = "Loan {number} cannot pay out {amount}: {why}"


class NothingToCapitalise(Refused):
    code = "nothing_to_capitalise"
    message = "Loan {number} owes {owed} of {part}, less than the {amount} to capitalise: capitalise at most that."


class NotHeld(Refused):
    code = "not_held"
    message = "Loan {number} holds {held} {what}, less than {amount}: take at most that."


class NothingIsOwed(Refused):
    code = "nothing_is_owed"
    message = "Loan {number} owes nothing{what} on {on}: there is nothing to {verb}."


class PayoffDiffers(Refused):
    code = "payoff_differs"
    message = "The payoff of loan {number} on {on} is {payoff}, not {amount}: {difference}{changed}"


class AboveTolerance(Refused):
    code = "above_tolerance"
    message = (
        "Loan {number} owes {owed}, more than the {tolerance} that its product lets be written off as small: take the "
        "rest as a payment, or charge the loan off."
    )


class StatusStands(Refused):
    code = "status_stands"
    message = "Loan {number} is {status} already on {on}: nothing changes."


class MoneyIsHeld(Refused):
    code = "money_is_held"
    message = (
        "Loan {number} cannot be sold while {held} of the borrower's are held: refund or apply what is unapplied, and "
        "pay out the escrow first."
    )


class EventsFollow(Refused):
    code = "events_follow"
    message = (
        "Loan {number} cannot be {verb} as of {on}: its {kind} of {last} came later. Choose that day or a later one, "
        "or reverse what came later."
    )


class StillOurs(Refused):
    code = "still_ours"
    message = "Loan {number} is {state}: only a loan that was sold before {on} can be bought back."


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
