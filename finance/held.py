"""Money of the borrower's that the lender holds: unapplied payments, and escrow for taxes and insurance."""

from finance.loan_state import Effect, Event, State
from finance.money import ZERO


def refund(state: State, event: Event) -> Effect:
    """Pay held money back. What was not held after all, because history has changed since, the borrower owes.

    It is owed as a fee is: it bears no interest, and is paid in the place of fees.
    """
    assert event.amount is not None, event
    returned = min(event.amount, state.unapplied)
    state.unapplied -= returned
    state.fees += event.amount - returned
    state.totals.refunded += event.amount
    return Effect(
        on=event.on,
        kind=event.kind,
        event=event.id,
        cash=-event.amount,
        unapplied=-returned,
        fees=event.amount - returned,
    )


def move_escrow(state: State, event: Event) -> Effect:
    """Money into escrow, or out of it to whom the borrower owes taxes or insurance."""
    assert event.amount is not None, event
    change = event.amount if event.kind == "escrow_deposit" else -event.amount
    state.escrow += change
    return Effect(on=event.on, kind=event.kind, event=event.id, cash=change, escrow=change)


def without_cash(effect: Effect, kind: str) -> Effect:
    """The effect of a payment that was made with money already held: no cash comes in, what is held goes down."""
    return Effect(
        on=effect.on,
        kind=kind,
        event=effect.event,
        principal=effect.principal,
        interest=effect.interest,
        fees=effect.fees,
        unapplied=effect.unapplied - effect.cash,
        income=effect.income,
        written_off=effect.written_off,
        recovered=effect.recovered,
        suspense=effect.suspense,
        applied=effect.applied,
        cash=ZERO,
    )
