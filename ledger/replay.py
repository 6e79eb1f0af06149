"""Derive, and post the difference: the one way in which a loan's events reach the books.

A loan is its events. *Desired* is what replaying them posts; *actual* is what stands; the difference is posted. An
event that comes last in the loan's history takes the short way, its own lines from the current balance. The nightly
proof says that both ways agree.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from finance.ageing import arrears
from finance.interest import from_units, to_units
from finance.latefees import parse_fee_id
from finance.loan_state import Event, State, Totals
from finance.money import ZERO
from finance.replay import Journal, accrue, apply, journal
from finance.standings import ending_of
from finance.terms import LoanTerms
from ledger.day import BusinessDay
from ledger.holding import reaches, terms_ahead
from ledger.mapping import PlacedLines, place
from ledger.models import Accrual, Loan, LoanBalance, LoanEvent
from ledger.posting import Line, booking_day, booking_days, draft, post
from ledger.recipes import desired, lines_of
from ledger.records import (
    Amounts,
    LinesByDay,
    Record,
    event_id,
    finance_event,
    last_standing,
    rank,
    records_of,
    standing_events,
)
from ledger.terms import first_terms_of, terms_of
from ledger.writing import AccrualRow, Movement, write

K = TypeVar("K")


def enter(loan: Loan, balance: LoanBalance, event: LoanEvent, day: BusinessDay) -> None:
    """Bring the books of a locked loan to what its events say, now that `event` is one of them."""
    if takes_short_way(balance, event):
        enter_forward([forward(loan, balance, event, day)])
    else:
        with transaction.atomic():
            if event.pk is None:
                event.save()
            enter_difference(loan, balance, event, day)


def takes_short_way(balance: LoanBalance, event: LoanEvent) -> bool:
    """Whether `event` comes after everything the balance already holds, and the balance holds all that matters."""
    if balance.loan.state == Loan.State.SOLD:  # what its owner has is in its events alone
        return False
    if event.kind in (LoanEvent.Kind.REVERSAL, LoanEvent.Kind.MODIFICATION):
        return False
    if event.effective_on < balance.accrued_through:
        return False
    last = (balance.last_event_on or date.min, balance.last_event_rank)
    return (event.effective_on, rank(event)) >= last


def forward(loan: Loan, balance: LoanBalance, event: LoanEvent, day: BusinessDay) -> Movement:
    """The short way: accrue to the event's day, its own lines, and the balance moved on. Writes nothing."""
    terms, state = terms_ahead(loan, balance) or terms_of(loan), state_of(balance)
    accruals = accrue_forward(loan, terms, state, event.effective_on, day)
    effect = apply(terms, state, finance_event(event))
    lines = [Line(role, amount, effect.on, loan.pk) for role, amount in lines_of(effect).items()]
    entry = lines and draft(
        legal_entity_id=loan.legal_entity_id,
        currency=loan.currency,
        kind=event.kind,
        lines=lines,
        effective_on=effect.on,
        posted_on=event.recorded_on,
        key=f"{event.key}/entry",
        event=event,
    )
    if not reaches(loan, terms, state):
        terms = terms_of(loan)
    balance.last_event_on, balance.last_event_rank = event.effective_on, rank(event)
    moved = settle(loan, balance, terms, state)
    return Movement(event=event, accruals=accruals, entry=entry or None, balance=balance, moved=loan if moved else None)


def enter_forward(movements: Sequence[Movement]) -> None:
    """Write what forward() made of the events of different loans."""
    write(movements)
    for movement in movements:
        if movement.moved is not None:
            movement.moved.save(update_fields=["state", "ended_on"])


def accrue_forward(loan: Loan, terms: LoanTerms, state: State, to: date, day: BusinessDay) -> list[AccrualRow]:
    """Accrue `state` through the end of `to`, a row a day, as the night would have. Writes nothing."""
    rows = []
    for effective_on, posted_on in day.posting_dates(state.accrued_through or to, to):
        effect = accrue(terms, state, effective_on)
        booked_on = booking_day(loan.legal_entity_id, effective_on, posted_on)
        amount, suspended = (effect.interest, effect.suspense) if effect else (ZERO, ZERO)
        rows.append((loan.pk, effective_on, booked_on, posted_on, amount, suspended))
    return rows


@dataclass(frozen=True, slots=True)
class Difference:
    """What would have to be posted so that the books show what the loan's events say. Empty when they agree."""

    accruals: Amounts
    suspended: Amounts
    lines: LinesByDay
    journal: Journal

    @property
    def nothing(self) -> bool:
        return not self.accruals and not self.suspended and not self.lines


def difference(
    loan: Loan,
    *,
    through: date,
    late_fees_through: date,
    terms: LoanTerms | None = None,
    record: "Record | None" = None,
    accrue_on: Collection[date] = (),
) -> Difference:
    """Desired less actual, of one loan, by day and account. Reads only; what is given is not read again.

    terms: as signed (ledger.terms.first_terms_of), from which the events lead to those in force.
    Interest is compared on every day that has a row, every day of an event, and the days of `accrue_on`.
    """
    terms = terms or first_terms_of(loan)
    record = record or records_of([loan.pk])[loan.pk]
    played = journal(
        terms,
        record.events,
        through=through,
        accrue_on=record.accrued.keys() | set(accrue_on),
        late_fees_through=late_fees_through,
    )
    accrued, suspended, posted = desired(played.effects)
    return Difference(
        accruals=minus(accrued, record.accrued),
        suspended=minus(suspended, record.suspended),
        lines=minus(posted, record.posted),
        journal=played,
    )


def minus(left: dict[K, Decimal], right: dict[K, Decimal]) -> dict[K, Decimal]:
    """left - right, key by key, without the zeros."""
    gap = {key: left.get(key, Decimal(0)) - right.get(key, Decimal(0)) for key in left.keys() | right.keys()}
    return {key: amount for key, amount in gap.items() if amount}


def enter_difference(loan: Loan, balance: LoanBalance, event: LoanEvent, day: BusinessDay) -> None:
    """The long way: replay the loan and post what is missing, all of it caused by `event`."""
    through, slept = max(balance.accrued_through, event.effective_on), set[date]()
    if not balance.open:
        # Nights passed a finished loan by: if it comes back, it has their days to catch up.
        through = max(through, day.closed_through)
        slept = {balance.accrued_through + timedelta(n) for n in range((through - balance.accrued_through).days + 1)}
    elif through > balance.accrued_through:
        write([Movement(accruals=accrue_forward(loan, terms_of(loan), state_of(balance), through, day))])
    found = difference(loan, through=through, late_fees_through=day.closed_through, accrue_on=slept)
    settle_late_fees(loan, found.journal.late_fees, cause=event)
    post_accruals(loan, found.accruals, found.suspended, event)
    post_lines(loan, place(loan, found.journal.effects, found.lines, event.recorded_on), event)
    last = last_standing(loan)
    balance.last_event_on, balance.last_event_rank = (last.effective_on, rank(last)) if last else (None, 0)
    keep(loan, balance, found.journal.terms, found.journal.state)


def settle_late_fees(loan: Loan, wanted: list[Event], *, cause: LoanEvent) -> None:
    """Record the late fees that the history now brings, and reverse those it no longer does."""
    wanted_by_id = {(fee.id, fee.on, fee.amount): fee for fee in wanted}
    standing = {
        (event_id(event), event.effective_on, event.amount): event
        for event in standing_events(loan)
        if event.kind == LoanEvent.Kind.LATE_FEE
    }
    common = {"loan": loan, "recorded_on": cause.recorded_on, "cause": cause, "source": cause.source, "by": cause.by}
    for fee_key, fee in wanted_by_id.items():
        if fee_key not in standing:
            version, k = parse_fee_id(fee.id)
            LoanEvent.objects.create(
                kind=LoanEvent.Kind.LATE_FEE,
                effective_on=fee.on,
                amount=fee.amount,
                version=version,
                instalment=k,
                reason=f"Instalment {k} was not met when its days of grace ended.",
                key=f"{cause.key}/{fee.id}",
                **common,
            )
    for fee_key, event in standing.items():
        if fee_key not in wanted_by_id:
            LoanEvent.objects.create(
                kind=LoanEvent.Kind.REVERSAL,
                effective_on=event.effective_on,
                target=event,
                instalment=event.instalment,
                reason=f"Instalment {event.instalment} was met in time after all.",
                key=f"{cause.key}/no-{event_id(event)}",
                **common,
            )


def post_accruals(loan: Loan, accruals: Amounts, suspended: Amounts, event: LoanEvent) -> None:
    """Correct the interest of past days, a row a day, all known on the day of `event`."""
    days = accruals.keys() | suspended.keys()
    booked = booking_days(loan.legal_entity_id, days)
    Accrual.objects.bulk_create(
        Accrual(
            loan=loan,
            effective_on=on,
            booked_on=booked[on],
            posted_on=event.recorded_on,
            amount=accruals.get(on, Decimal("0.00")),
            suspended=suspended.get(on, Decimal("0.00")),
            event=event,
        )
        for on in sorted(days)
    )


def post_lines(loan: Loan, lines: PlacedLines, event: LoanEvent) -> None:
    """One entry for each day in the books: days of a closed period come together on the first open one."""
    by_booking: defaultdict[tuple[date, date], list[Line]] = defaultdict(list)
    booked = booking_days(loan.legal_entity_id, {on for on, _, _ in lines})
    for on, role, account_id in sorted(lines):
        booked_on = booked[on]
        # In an open period an entry is of one day; what comes from closed ones is one prior-period entry.
        effective_on = on if booked_on == on else date.min
        line = Line(role, lines[on, role, account_id], on, loan.pk, account_id)
        by_booking[booked_on, effective_on].append(line)
    for (booked_on, _), group in sorted(by_booking.items(), key=lambda item: item[0]):
        effective_on = min(line.effective_on for line in group)
        post(
            legal_entity_id=loan.legal_entity_id,
            currency=loan.currency,
            kind=event.kind,
            lines=group,
            effective_on=effective_on,
            booked_on=booked_on,
            posted_on=event.recorded_on,
            key=f"{event.key}/entry/{effective_on}",
            event=event,
        )


def keep(loan: Loan, balance: LoanBalance, terms: LoanTerms, state: State) -> None:
    """Write the balance of `state`, and the loan's state machine where the loan ended or came back."""
    if settle(loan, balance, terms, state):
        loan.save(update_fields=["state", "ended_on"])
    balance.save()


def settle(loan: Loan, balance: LoanBalance, terms: LoanTerms, state: State) -> bool:
    """Bring both objects to `state`, without saving. True when the loan ended or came back."""
    for name, value in balance_fields(terms, state).items():
        setattr(balance, name, value)
    moved = follow(loan, state)
    balance.open = loan.state == Loan.State.ACTIVE
    return moved


def balance_fields(terms: LoanTerms, state: State) -> dict[str, Any]:
    """The columns of LoanBalance that follow from a replayed state."""
    assert state.accrued_through is not None
    standing = arrears(terms, state, state.accrued_through)
    return {
        "disbursed": state.totals.disbursed,
        "principal": state.principal,
        "accrued_units": to_units(state.accrued),
        "interest": state.interest,
        "fees": state.fees,
        "unapplied": state.unapplied,
        "rate": state.rate,
        "day_count": terms.day_count,
        "rounding": state.rounding,
        "schedule_version": terms.version,
        "matures_on": terms.schedule[-1].due_date if terms.version > 1 else None,
        "accrued_through": state.accrued_through,
        "credit": state.credit,
        "next_due_on": standing.next_due_date,
        "dpd": standing.dpd,
        "past_due_amount": standing.past_due_amount,
        "next_due_amount": standing.next_due_amount,
        "written_off": state.written_off,
        "recovered": state.recovered,
        "escrow": state.escrow,
        "nonaccrual": state.nonaccrual,
        "suspense": state.suspense,
        "applied": state.applied,
    }


def follow(loan: Loan, state: State) -> bool:
    """Follow the money in the loan's state machine, without saving. True when that moved it.

    Nothing owed is paid off, a charge-off is charged off, a sale is sold, and anything else is active.
    """
    ended = ending_of(state) or Loan.State.ACTIVE
    if loan.state == ended:
        return False
    loan._update_initial_state()  # ledger.holding reads loans without it: few of them move
    if loan.state != Loan.State.ACTIVE:
        loan.mark_reopened()
    if ended == Loan.State.PAID_OFF:
        loan.mark_paid_off(on=state.accrued_through)
    elif ended == Loan.State.CHARGED_OFF:
        loan.mark_charged_off(on=state.accrued_through)
    elif ended == Loan.State.SOLD:
        loan.mark_sold(on=state.accrued_through)
    return True


def state_of(balance: LoanBalance) -> State:
    """The balance as finance.replay carries it forward."""
    return State(
        rate=balance.rate,
        rounding=balance.rounding,
        principal=balance.principal,
        accrued=from_units(balance.accrued_units),
        fees=balance.fees,
        unapplied=balance.unapplied,
        accrued_through=balance.accrued_through,
        credit=balance.credit,
        charged_off=balance.written_off > 0 or balance.recovered > 0,
        written_off=balance.written_off,
        recovered=balance.recovered,
        escrow=balance.escrow,
        nonaccrual=balance.nonaccrual,
        suspense=balance.suspense,
        applied=balance.applied,
        # What its owner has is in its events; enter() replays them.
        sold=State(rate=balance.rate) if balance.loan.state == Loan.State.SOLD else None,
        totals=Totals(disbursed=balance.disbursed),
    )
