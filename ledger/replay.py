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

from django.db.models import F, Sum

from finance.ageing import arrears
from finance.dated_terms import terms_after
from finance.interest import from_units, to_units
from finance.latefees import fee_id, parse_fee_id
from finance.loan_state import PRINCIPAL_ONLY_RANK, RANKS, Event, State, Totals
from finance.replay import Journal, accrue, apply, journal
from finance.terms import LoanTerms
from ledger.day import BusinessDay
from ledger.models import Accrual, Loan, LoanBalance, LoanEvent, Posting
from ledger.posting import Line, booking_day, booking_days, post
from ledger.recipes import desired, lines_of
from ledger.terms import first_terms_of, new_terms, terms_of, with_instalments

# finance.loan_state names what the books call a disbursement by its verb.
KINDS = {"disbursement": "disburse"}

Amounts = dict[date, Decimal]
LinesByDay = dict[tuple[date, str], Decimal]
K = TypeVar("K")


def enter(loan: Loan, balance: LoanBalance, event: LoanEvent, day: BusinessDay) -> None:
    """Bring the books of a locked loan to what its events say, now that `event` is one of them."""
    if takes_short_way(balance, event):
        enter_forward(loan, balance, event, day)
    else:
        enter_difference(loan, balance, event, day)


def takes_short_way(balance: LoanBalance, event: LoanEvent) -> bool:
    """Whether `event` comes after everything the balance already holds."""
    if event.kind == LoanEvent.Kind.REVERSAL or event.effective_on < balance.accrued_through:
        return False
    last = (balance.last_event_on or date.min, balance.last_event_rank)
    return (event.effective_on, rank(event)) >= last


def enter_forward(loan: Loan, balance: LoanBalance, event: LoanEvent, day: BusinessDay) -> None:
    """The short way: accrue to the event's day, post its own lines, and move the balance on."""
    terms, state = terms_of(loan), state_of(balance)
    accrue_forward(loan, terms, state, event.effective_on, day)
    happened = finance_event(event)
    effect = apply(terms, state, happened)
    lines = [Line(role, amount, effect.on, loan.pk) for role, amount in lines_of(effect).items()]
    if lines:
        post(
            legal_entity_id=loan.legal_entity_id,
            currency=loan.currency,
            kind=event.kind,
            lines=lines,
            effective_on=effect.on,
            posted_on=event.recorded_on,
            key=f"{event.key}/entry",
            event=event,
        )
    balance.last_event_on, balance.last_event_rank = event.effective_on, rank(event)
    keep(loan, balance, terms_after(terms, happened), state)


def accrue_forward(loan: Loan, terms: LoanTerms, state: State, to: date, day: BusinessDay) -> None:
    """Accrue `state` through the end of `to`, a row a day, as the night would have."""
    rows = []
    for effective_on, posted_on in day.posting_dates(state.accrued_through or to, to):
        effect = accrue(terms, state, effective_on)
        rows.append(
            Accrual(
                loan=loan,
                effective_on=effective_on,
                booked_on=booking_day(loan.legal_entity_id, effective_on, posted_on),
                posted_on=posted_on,
                amount=effect.interest if effect else Decimal("0.00"),
            )
        )
    Accrual.objects.bulk_create(rows)


@dataclass(frozen=True, slots=True)
class Difference:
    """What would have to be posted so that the books show what the loan's events say. Empty when they agree."""

    accruals: Amounts
    lines: LinesByDay
    journal: Journal

    @property
    def nothing(self) -> bool:
        return not self.accruals and not self.lines


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
    wants = desired(played.effects)
    return Difference(accruals=minus(wants[0], record.accrued), lines=minus(wants[1], record.posted), journal=played)


def minus(left: dict[K, Decimal], right: dict[K, Decimal]) -> dict[K, Decimal]:
    """left - right, key by key, without the zeros."""
    gap = {key: left.get(key, Decimal(0)) - right.get(key, Decimal(0)) for key in left.keys() | right.keys()}
    return {key: amount for key, amount in gap.items() if amount}


@dataclass(frozen=True, slots=True)
class Record:
    """What is written of one loan: its events as finance.replay takes them, the interest accrued by day (days with a
    row of zero too), and its postings by day and role."""

    events: list[Event]
    accrued: Amounts
    posted: LinesByDay


def records_of(loan_ids: Sequence[int]) -> dict[int, Record]:
    """{loan's id: its record}. Three queries for any number of loans, and a fourth when some were modified."""
    records = {loan_id: Record([], {}, {}) for loan_id in loan_ids}
    events = list(LoanEvent.objects.filter(loan__in=loan_ids).select_related("target"))
    with_instalments(events)
    for event in events:
        if counts(event):
            records[event.loan_id].events.append(finance_event(event))
    accrued = Accrual.objects.filter(loan__in=loan_ids).values_list("loan_id", "effective_on")
    for loan_id, on, amount in accrued.annotate(total=Sum("amount")).order_by():
        records[loan_id].accrued[on] = amount
    posted = Posting.objects.filter(loan__in=loan_ids).values_list("loan_id", "effective_on", "account__role")
    for loan_id, on, role, amount in posted.annotate(total=Sum(F("debit") - F("credit"))).order_by():
        records[loan_id].posted[on, role] = amount
    return records


def enter_difference(loan: Loan, balance: LoanBalance, event: LoanEvent, day: BusinessDay) -> None:
    """The long way: replay the loan and post what is missing, all of it caused by `event`."""
    through, slept = max(balance.accrued_through, event.effective_on), set[date]()
    if not balance.open:
        # Nights passed a finished loan by: if it comes back, it has their days to catch up.
        through = max(through, day.closed_through)
        slept = {balance.accrued_through + timedelta(n) for n in range((through - balance.accrued_through).days + 1)}
    elif through > balance.accrued_through:
        accrue_forward(loan, terms_of(loan), state_of(balance), through, day)
    found = difference(loan, through=through, late_fees_through=day.closed_through, accrue_on=slept)
    settle_late_fees(loan, found.journal.late_fees, cause=event)
    post_accruals(loan, found.accruals, event)
    post_lines(loan, found.lines, event)
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


def post_accruals(loan: Loan, accruals: Amounts, event: LoanEvent) -> None:
    """Correct the interest of past days, a row a day, all known on the day of `event`."""
    booked = booking_days(loan.legal_entity_id, accruals.keys())
    Accrual.objects.bulk_create(
        Accrual(
            loan=loan,
            effective_on=on,
            booked_on=booked[on],
            posted_on=event.recorded_on,
            amount=amount,
            event=event,
        )
        for on, amount in sorted(accruals.items())
    )


def post_lines(loan: Loan, lines: LinesByDay, event: LoanEvent) -> None:
    """One entry for each day in the books: days of a closed period come together on the first open one."""
    by_booking: defaultdict[tuple[date, date], list[Line]] = defaultdict(list)
    booked = booking_days(loan.legal_entity_id, {on for on, _ in lines})
    for on, role in sorted(lines):
        booked_on = booked[on]
        # In an open period an entry is of one day; what comes from closed ones is one prior-period entry.
        effective_on = on if booked_on == on else date.min
        by_booking[booked_on, effective_on].append(Line(role, lines[on, role], on, loan.pk))
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
    for name, value in balance_fields(terms, state).items():
        setattr(balance, name, value)
    move_state(loan, state)
    balance.open = loan.state == Loan.State.ACTIVE
    balance.save()


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
    }


def move_state(loan: Loan, state: State) -> None:
    if follow(loan, state):
        loan.save(update_fields=["state", "ended_on"])


def follow(loan: Loan, state: State) -> bool:
    """Follow the money in the loan's state machine, without saving. True when that moved it.

    Nothing owed is paid off, a charge-off is charged off, and anything else is active.
    """
    owes = state.principal or state.interest or state.fees
    ended = (
        Loan.State.CHARGED_OFF
        if state.charged_off
        else Loan.State.PAID_OFF
        if state.totals.disbursed and not owes
        else Loan.State.ACTIVE
    )
    if loan.state == ended:
        return False
    if loan.state != Loan.State.ACTIVE:
        loan.mark_reopened()
    if ended == Loan.State.PAID_OFF:
        loan.mark_paid_off(on=state.accrued_through)
    elif ended == Loan.State.CHARGED_OFF:
        loan.mark_charged_off(on=state.accrued_through)
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
        totals=Totals(disbursed=balance.disbursed),
    )


def counts(row: LoanEvent) -> bool:
    """A late fee reversed because its instalment was met after all is derived away, not excused for good."""
    return not (row.kind == LoanEvent.Kind.REVERSAL and row.cause_id and row.instalment)


def finance_event(row: LoanEvent) -> Event:
    return Event(
        id=event_id(row),
        kind=KINDS.get(row.kind, row.kind),
        on=row.effective_on,
        booked=row.recorded_on,
        amount=row.amount,
        rate=row.rate,
        target=event_id(row.target) if row.target else None,
        principal_only=row.principal_only,
        new_terms=new_terms(row),
    )


def event_id(row: LoanEvent) -> str:
    """As text, in the order of arrival; a late fee has the name that the rule derives."""
    if row.kind != LoanEvent.Kind.LATE_FEE:
        return f"{row.pk:012d}"
    assert row.instalment is not None
    return fee_id(row.version or 1, row.instalment)


def standing_events(loan: Loan) -> list[LoanEvent]:
    """Events that are not reversed, and no reversals, in the order they were recorded."""
    rows = LoanEvent.objects.filter(loan=loan).exclude(kind=LoanEvent.Kind.REVERSAL)
    return list(rows.filter(reversals=None).order_by("id"))


def last_standing(loan: Loan) -> LoanEvent | None:
    return max(standing_events(loan), key=lambda row: (row.effective_on, rank(row)), default=None)


def rank(row: LoanEvent) -> int:
    """Its place among the events of its day."""
    return PRINCIPAL_ONLY_RANK if row.principal_only else RANKS[KINDS.get(row.kind, row.kind)]
