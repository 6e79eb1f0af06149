"""How a loan leaves the books other than by being paid, and how a sold one comes back.

A charge-off keeps the claim: what comes in later is a recovery. A write-off of a small balance gives it up. A sale
hands the loan to another owner: the contract goes on, accruing and taking payments, in `State.sold`, and none of it is
in the books. A buy-back takes it over as it then stands. Proceeds and price are compared with what the books carry:
principal, interest and fees owed, less what is in suspense, applied to principal, or held for the borrower.
Conventions: docs/finance/leaving-the-books.md.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from finance.errors import Refused
from finance.loan_state import Effect, Event, State, Totals
from finance.money import ZERO
from finance.payoff import payoff
from finance.recognition import end_recognition
from finance.terms import LoanTerms

# What goes with the loan; money held for the borrower stays with whoever holds it.
_GOES_WITH_THE_LOAN = ("principal", "fees", "written_off", "suspense", "applied")
_AS_THE_CONTRACT_STANDS = (*_GOES_WITH_THE_LOAN, "accrued", "rate", "rounding", "credit", "nonaccrual", "charged_off")


class AlreadySold(Refused):
    """A sale of what is sold. Facts: `on`."""

    code = "already_sold"
    message = "The sale of {on} cannot stand: the loan is sold before it. It can once it is bought back."


class NotSold(Refused):
    """A buy-back of what is not sold. Facts: `on`."""

    code = "not_sold"
    message = "The buy-back of {on} cannot stand: the loan is not sold before it. Reverse the buy-back first."


def charge_off(state: State, event: Event) -> Effect:
    """Everything owed is written off, interest as rounded; nothing accrues afterwards."""
    effect = _cleared(state, event)
    written_off = -(effect.principal + effect.interest + effect.fees)
    state.charged_off = True
    state.written_off += written_off
    return effect._replace(written_off=written_off)


def write_off(terms: LoanTerms, state: State, event: Event) -> Effect:
    """What little is owed is given up: the loan is finished as if it had been paid.

    Nothing happens when more than the terms' tolerance is owed, because history has changed since.
    """
    if payoff(state) > terms.small_balance:
        return Effect(on=event.on, kind=event.kind, event=event.id)
    return _cleared(state, event)


def _cleared(state: State, event: Event) -> Effect:
    """All that is owed, taken off."""
    principal, interest, fees = state.principal, state.interest, state.fees
    state.principal = state.fees = ZERO
    state.accrued = Fraction(0)
    effect = Effect(on=event.on, kind=event.kind, event=event.id, principal=-principal, interest=-interest, fees=-fees)
    return end_recognition(state, effect)


def sell(state: State, event: Event) -> Effect:
    """Hand the loan over at the end of the day for `amount` dollars: interest of the day is the buyer's."""
    if state.sold is not None:
        raise AlreadySold(on=event.on.isoformat())
    before = _carried(state)
    state.sold = replace(
        state, totals=Totals(disbursed=state.totals.disbursed), trail=None, unapplied=ZERO, escrow=ZERO
    )
    for name in _GOES_WITH_THE_LOAN:
        setattr(state, name, ZERO)
    state.accrued = Fraction(0)
    state.nonaccrual = state.charged_off = False
    return _exchanged(event, before, _carried(state), proceeds=event.amount or ZERO)


def buy_back(state: State, event: Event) -> Effect:
    """Take the loan back at the end of the day for `amount` dollars, with all that is owed on it then."""
    theirs = state.sold
    if theirs is None:
        raise NotSold(on=event.on.isoformat())
    before = _carried(state)
    state.sold = None
    for name in _AS_THE_CONTRACT_STANDS:
        setattr(state, name, getattr(theirs, name))
    state.unapplied += theirs.unapplied
    state.totals.disbursed = theirs.totals.disbursed
    return _exchanged(event, before, _carried(state), proceeds=-(event.amount or ZERO))


_CARRIED = ("principal", "interest", "fees", "unapplied", "written_off", "suspense", "applied")


def _carried(state: State) -> dict[str, Decimal]:
    return {name: getattr(state, name) for name in _CARRIED}


def _exchanged(event: Event, before: dict[str, Decimal], after: dict[str, Decimal], *, proceeds: Decimal) -> Effect:
    """The loan against money. proceeds: what came in; a price that was paid is negative."""
    change = {name: after[name] - before[name] for name in _CARRIED}
    carrying = change["principal"] + change["interest"] + change["fees"]
    carrying -= change["suspense"] + change["applied"] + change["unapplied"]
    return Effect(on=event.on, kind=event.kind, event=event.id, cash=proceeds, gain=proceeds + carrying, **change)
