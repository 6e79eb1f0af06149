"""Servicing a daily simple-interest loan: its state is a function of the set of its events.

The same two steps, accrue() and apply(), carry one loan forward event by event and replay a whole history, so the
short way and the long way cannot disagree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finance.ageing import Arrears, arrears
from finance.allocation import Split
from finance.capitalisation import capitalise
from finance.cash import allocate, amount_of, apply_credit, filled, take
from finance.dated_terms import assessments, modify, terms_after
from finance.disposal import buy_back, charge_off, sell, write_off
from finance.errors import Refused
from finance.held import move_escrow, refund
from finance.interest import simple_interest
from finance.latefees import late_fees
from finance.loan_state import CASH_KINDS, LATE_FEE_RANK, RANKS, Accrued, Applied, Effect, Event, State, Totals
from finance.money import ZERO
from finance.payoff import net_payoff, payoff
from finance.recognition import STATUS_KINDS, change_status, recognise
from finance.terms import LoanTerms

# Kinds that the terms of the loan have no say in.
TERMLESS: dict[str, Callable[[State, Event], Effect]] = {
    "charge_off": charge_off,
    "refund": refund,
    "escrow_deposit": move_escrow,
    "escrow_disbursement": move_escrow,
    "sale": sell,
    "buy_back": buy_back,
}
# What is settled at the end of a day, after its late fees.
AT_THE_END = frozenset(kind for kind, rank in RANKS.items() if rank > LATE_FEE_RANK)
# Whose money is placed on what is owed.
PLACED = frozenset((*CASH_KINDS, "credit_applied"))
# Of the kinds without terms, what stays ours to do while another owns the loan.
OURS = ("refund", "escrow_deposit", "escrow_disbursement", "sale", "buy_back")

__all__ = (
    "Allocation",
    "Effect",
    "Event",
    "Journal",
    "LoanChargedOff",
    "Position",
    "State",
    "Totals",
    "accrue",
    "allocate",
    "apply",
    "in_order",
    "journal",
    "replay",
)


class LoanChargedOff(Refused):
    """Money lent or a fee charged after a charge-off. Facts: `kind` and `on` of the event."""

    code = "loan_charged_off"
    message = (
        "The {kind} of {on} cannot stand: the loan is charged off before it. It can once the charge-off is reversed."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A history replayed. effects, in order, add up to `state`, the end of the day `through`.

    late_fees: those the terms' rule assesses, as events; their effects are among `effects`.  terms: in force then.
    """

    effects: list[Effect]
    state: State
    late_fees: list[Event]
    terms: LoanTerms


class Allocation(NamedTuple):
    """Where the dollars of one payment went."""

    event: str
    on: date
    fees: Decimal
    interest: Decimal
    principal: Decimal
    unapplied: Decimal
    recovered: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A loan at the end of `as_of`, with the events known on `known_on` (None: all of them), and the terms in force."""

    as_of: date
    known_on: date | None
    terms: LoanTerms
    state: State
    arrears: Arrears
    allocations: list[Allocation]

    @property
    def payoff(self) -> Decimal:
        """Dollars owed in all; paid on `as_of`, they leave nothing. Money held unapplied is not deducted."""
        return payoff(self.state)

    @property
    def net_payoff(self) -> Decimal:
        """The payoff less what is held unapplied, not below zero."""
        return net_payoff(self.state)


def accrue(terms: LoanTerms, state: State, to: date) -> Effect | None:
    """Accrue interest through the end of day `to`: that of the days before `to`. Changes `state`.

    Returns what to post, which telescopes: the rounded total less what was posted before. None when that is nothing.
    """
    start = state.accrued_through
    assert start is None or start <= to, (start, to)
    state.accrued_through = to
    if state.sold is not None:
        accrue(terms, state.sold, to)
        return None
    if start is None or start == to or not state.principal:
        return None
    before = state.interest
    interest = simple_interest(state.principal, state.rate, terms.day_count, start, to)
    # Fractions are slow to add, and after each payment of all the interest there is nothing to add to.
    state.accrued = state.accrued + interest if state.accrued else interest
    earned = state.interest - before
    effect = Effect(on=to, kind="accrual", interest=earned, income=earned) if earned else None
    effect = effect and recognise(terms, state, effect)
    if state.trail is not None:
        state.trail.append(
            Accrued(
                start=start,
                end=to,
                principal=state.principal,
                rate=state.rate,
                day_count=terms.day_count,
                interest=interest,
                suspended=effect.suspense if effect else ZERO,
            )
        )
    return effect


def apply(terms: LoanTerms, state: State, event: Event) -> Effect:
    """Apply one event (never a reversal) to a loan accrued through that day. Changes `state`.

    The terms are those of before it; after a modification finance.dated_terms.terms_after has the new ones.

    Within a day, events are applied in the order of Event.order. Raises LoanChargedOff for money lent, or a fee
    charged, after a charge-off.
    """
    assert state.accrued_through == event.on, (state.accrued_through, event)
    if state.trail is None:
        return _apply(terms, state, event)
    due = Split(fees=state.fees, interest=state.interest, principal=state.principal)
    accrued, credit, held = state.accrued, state.credit, state.unapplied
    pots = filled(terms, state, event)
    effect = _apply(terms, state, event)
    state.trail.append(
        Applied(
            event=event,
            effect=effect,
            due=due,
            settled=state.accrued - accrued,
            filled=pots,
            credit=state.credit - credit,
            held=held,
        )
    )
    return effect


def _apply(terms: LoanTerms, state: State, event: Event) -> Effect:
    if state.sold is not None and event.kind not in OURS:
        # The owner's to receive, charge or give up: the contract moves on, the books do not.
        _apply(terms, state.sold, event)
        return Effect(on=event.on, kind="sold", event=event.id)
    if event.kind in TERMLESS:
        return TERMLESS[event.kind](state, event)
    if event.kind == "write_off":
        return write_off(terms, state, event)
    if event.kind in STATUS_KINDS:
        return change_status(terms, state, event)
    if event.kind == "credit_applied":
        return apply_credit(terms, state, event)
    return recognise(terms, state, _apply_to_contract(terms, state, event))


def _apply_to_contract(terms: LoanTerms, state: State, event: Event) -> Effect:
    """What the event does between borrower and lender."""
    if event.kind in CASH_KINDS:
        return take(terms, state, event)
    if event.kind == "rate_change":
        assert event.rate is not None, event
        state.rate = event.rate
        return Effect(on=event.on, kind=event.kind, event=event.id)
    if event.kind in ("capitalise_interest", "capitalise_fees"):
        return capitalise(terms, state, event)
    if event.kind == "modification":
        return modify(terms, state, event)
    amount = amount_of(event)
    if event.kind == "fee_waiver":
        lowered = min(amount, state.fees)
        state.fees -= lowered
        state.totals.fees_waived += lowered
        return Effect(on=event.on, kind=event.kind, event=event.id, fees=-lowered)
    if state.charged_off:
        raise LoanChargedOff(kind=event.kind.replace("_", " "), on=event.on.isoformat())
    if event.kind == "disburse":
        state.principal += amount
        state.totals.disbursed += amount
        return Effect(on=event.on, kind=event.kind, event=event.id, cash=-amount, principal=amount)
    assert event.kind in ("fee", "late_fee"), event
    state.fees += amount
    state.totals.fees_assessed += amount
    if event.kind == "late_fee":
        state.totals.late_fees += amount
    return Effect(on=event.on, kind=event.kind, event=event.id, fees=amount)


def in_order(events: Iterable[Event], *, known_on: date | None = None) -> list[Event]:
    """The events that stand, in the order they count.

    known_on: only what was booked by that date exists, reversals too; None is all. What a reversal targets vanishes
    from its own date on, whatever the reversal's date.
    """
    known = [event for event in events if known_on is None or event.known <= known_on]
    gone = {event.target for event in known if event.kind == "reversal"}
    standing = (event for event in known if event.kind != "reversal" and event.id not in gone)
    return sorted(standing, key=lambda event: event.order)


def journal(
    terms: LoanTerms,
    events: Iterable[Event],
    *,
    through: date,
    accrue_on: Iterable[date] = (),
    late_fees_through: date | None = None,
    known_on: date | None = None,
    trail: bool = False,
) -> Journal:
    """Replay a whole history to the end of the day `through`, in any order of arrival.

    terms: as signed; modifications among the events change them from their days on.

    Interest is posted on each date of an event, each date of `accrue_on` up to `through`, and on `through` itself.

    late_fees_through: None derives no late fee; late_fee events then count as they were recorded. With a date, and a
    rule in the terms, late fees are derived for the days up to it and late_fee events are left out, but for one
    thing: a reversal whose target is a derived id ("late-fee-3") keeps that fee from being assessed.

    trail: keep in `state.trail` what every figure was computed from.
    """
    events = list(events)
    standing = [event for event in in_order(events, known_on=known_on) if event.on <= through]
    looked_at: dict[date, list[int]] = {}
    derives = late_fees_through is not None and any(one.late_fee for one in _all_terms(terms, standing))
    if derives and late_fees_through is not None:
        looked_at = assessments(terms, standing, through=min(through, late_fees_through))
    excused = {e.target for e in events if e.kind == "reversal" and (known_on is None or e.known <= known_on)}
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    at_its_end: defaultdict[date, list[Event]] = defaultdict(list)
    for event in standing:
        if not (derives and event.kind == "late_fee"):
            (at_its_end if event.kind in AT_THE_END else by_day)[event.on].append(event)
    posting_days = {day for day in accrue_on if day <= through} | by_day.keys() | at_its_end.keys() | {through}

    state = State.opening(terms)
    state.trail = [] if trail else None
    effects: list[Effect] = []
    assessed: list[Event] = []
    for day in sorted(posting_days | looked_at.keys()):
        if day in posting_days:
            _accrue_into(effects, terms, state, day)
        for event in by_day.get(day, ()):
            effects.append(apply(terms, state, event))
            terms = terms_after(terms, event)
        fees = late_fees(terms, state, day, looked_at[day]) if day in looked_at else []
        for fee in fees:
            if fee.id not in excused:
                _accrue_into(effects, terms, state, day)
                effects.append(apply(terms, state, fee))
                assessed.append(fee)
        effects += [apply(terms, state, event) for event in at_its_end.get(day, ())]
    return Journal(effects=effects, state=state, late_fees=assessed, terms=terms)


def _all_terms(terms: LoanTerms, events: Iterable[Event]) -> list[LoanTerms]:
    return [terms, *(event.new_terms.terms for event in events if event.new_terms is not None)]


def _accrue_into(effects: list[Effect], terms: LoanTerms, state: State, day: date) -> None:
    if accrual := accrue(terms, state, day):
        effects.append(accrual)


def replay(terms: LoanTerms, events: Iterable[Event], *, as_of: date, known_on: date | None = None) -> Position:
    """Where the loan stood at the end of `as_of`: as we know now, or as was known on `known_on`."""
    played = journal(terms, events, through=as_of, known_on=known_on)
    allocations = [
        Allocation(
            event=effect.event,
            on=effect.on,
            fees=-effect.fees,
            interest=effect.income - effect.interest,
            principal=-effect.principal,
            unapplied=effect.unapplied if effect.cash else ZERO,
            recovered=effect.recovered,
        )
        for effect in played.effects
        if effect.event is not None and effect.kind in PLACED
    ]
    return Position(
        as_of=as_of,
        known_on=known_on,
        terms=played.terms,
        state=played.state,
        arrears=arrears(played.terms, played.state, as_of),
        allocations=allocations,
    )
