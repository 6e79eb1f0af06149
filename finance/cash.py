"""What cash does to a daily simple-interest loan: a payment, money after a charge-off, and held money paid in."""

from dataclasses import replace
from decimal import Decimal

from finance.ageing import credit_after, unmet
from finance.allocation import Filled, Split, fill, pots, split_of
from finance.held import without_cash
from finance.interest import NONE
from finance.loan_state import CASH_KINDS, Effect, Event, State
from finance.recognition import recognise
from finance.terms import LoanTerms


def amount_of(event: Event) -> Decimal:
    """The dollars that the event bears, above zero."""
    assert event.amount is not None, event
    assert event.amount > 0, event
    return event.amount


def allocate(terms: LoanTerms, state: State, event: Event) -> list[Filled]:
    """The pots of what is owed, as the payment `event` would fill them. Changes nothing."""
    hierarchy = terms.hierarchy(event.hierarchy)
    due = Split(state.fees, state.interest, state.principal)
    lacking = unmet(terms, state, event.on) if hierarchy.divides else ()
    return fill(amount_of(event), pots(due, lacking, event.on), hierarchy)


def filled(terms: LoanTerms, state: State, event: Event) -> tuple[Filled, ...]:
    """The pots that the event fills: of a payment, in cash or with held money, of a loan that is ours to collect."""
    if state.gone:
        return ()
    if event.kind in CASH_KINDS:
        return tuple(allocate(terms, state, event))
    if event.kind == "credit_applied" and state.unapplied:
        return tuple(allocate(terms, state, _with_held_money(state, event)))
    return ()


def take(terms: LoanTerms, state: State, event: Event) -> Effect:
    """Cash of one of CASH_KINDS comes in. Changes `state`."""
    return _recover(state, event) if state.charged_off else _pay(terms, state, event)


def apply_credit(terms: LoanTerms, state: State, event: Event) -> Effect:
    """Pay with money that is held: as a payment is allocated, of at most what is held by then. Changes `state`."""
    payment = _with_held_money(state, event)
    if not payment.amount:
        return Effect(on=event.on, kind=event.kind, event=event.id)
    state.unapplied -= payment.amount
    state.totals.cash_in -= payment.amount  # counted when it came
    return recognise(terms, state, without_cash(take(terms, state, payment), event.kind))


def _with_held_money(state: State, event: Event) -> Event:
    """The payment that it is, of at most what is held."""
    return replace(event, kind="payment", amount=min(amount_of(event), state.unapplied))


def _pay(terms: LoanTerms, state: State, event: Event) -> Effect:
    amount, before = amount_of(event), state.interest
    split = split_of(amount, allocate(terms, state, event))
    state.fees -= split.fees
    state.principal -= split.principal
    state.unapplied += split.unapplied
    state.settle_interest(split.interest, terms.residue)
    if not state.principal and not state.interest:
        state.accrued = NONE
    if not event.principal_only:
        state.credit = credit_after(terms, state.credit, split.interest + split.principal, event.on)
    totals = state.totals
    totals.cash_in += amount
    totals.paid_fees += split.fees
    totals.paid_interest += split.interest
    totals.paid_principal += split.principal
    change = state.interest - before
    return Effect(
        on=event.on,
        kind="payoff" if event.kind == "payoff" else "payment",
        event=event.id,
        cash=amount,
        principal=-split.principal,
        interest=change,
        fees=-split.fees,
        unapplied=split.unapplied,
        income=change + split.interest,
    )


def _recover(state: State, event: Event) -> Effect:
    """Cash after a charge-off lowers what stands written off, and nothing else; what is over is held unapplied."""
    amount = amount_of(event)
    recovered = min(amount, state.written_off)
    state.written_off -= recovered
    state.recovered += recovered
    state.unapplied += amount - recovered
    state.totals.cash_in += amount
    return Effect(
        on=event.on,
        kind="recovery",
        event=event.id,
        cash=amount,
        unapplied=amount - recovered,
        written_off=-recovered,
        recovered=recovered,
    )
