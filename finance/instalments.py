"""Servicing a loan whose interest belongs to its instalments: its state is a function of the set of its events.

The convention, with its sources: docs/finance/scheduled-interest.md. A daily simple-interest loan, whose interest
belongs to the days, is `finance.replay`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from finance.ageing import bucket
from finance.errors import BadInput
from finance.instalment_loan import Earning, InstalmentLoan
from finance.instalment_terms import InstalmentTerms
from finance.loan_state import Event
from finance.money import ZERO, from_cents, to_cents
from finance.recalculated_interest import RecalculatedInterest
from finance.replay import in_order
from finance.schedule import Schedule, build_schedule
from finance.scheduled_interest import ScheduledInterest

KINDS = ("payment", "payoff", "fee", "fee_waiver", "reversal")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentRow:
    """One instalment as it stands, in dollars. opening - principal - prepayment = closing.

    interest, principal, fees: what it asks for, and `amount` all three.  paid: of that, by then; paid_in_advance and
    paid_late are the parts of it that came before and after `due_date`.  prepayment: principal paid in its period
    beside the instalments.  paid_on: the day the last of it was paid, None while anything is outstanding.
    """

    k: int
    due_date: date
    opening: Decimal
    interest: Decimal
    principal: Decimal
    prepayment: Decimal
    fees: Decimal
    amount: Decimal
    paid: Decimal
    paid_in_advance: Decimal
    paid_late: Decimal
    outstanding: Decimal
    closing: Decimal
    paid_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Where the dollars of one payment went. interest: below zero where a payoff gave back interest paid ahead."""

    event: str
    on: date
    fees: Decimal
    interest: Decimal
    principal: Decimal
    unapplied: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What happened so far, in dollars. interest_rebated: scheduled interest that a payoff left unearned."""

    disbursed: Decimal
    cash_in: Decimal
    paid_principal: Decimal
    paid_interest: Decimal
    paid_fees: Decimal
    fees_assessed: Decimal
    fees_waived: Decimal
    interest_rebated: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentPosition:
    """A loan at the end of `as_of`, with the events known on `known_on` (None: all of them). Money in dollars.

    accrued_interest: earned by the days past, less what is paid of it; below zero where interest is paid ahead.
    payoff_interest: the interest that `payoff` holds.  dpd, bucket, past_due_amount, next_due_date and
    next_due_amount: as of finance.ageing.Arrears, by the instalments as they stand.
    """

    as_of: date
    known_on: date | None
    principal: Decimal
    accrued_interest: Decimal
    fees: Decimal
    unapplied: Decimal
    payoff_interest: Decimal
    payoff: Decimal
    net_payoff: Decimal
    dpd: int
    bucket: str
    past_due_amount: Decimal
    instalments_satisfied: int
    next_due_date: date | None
    next_due_amount: Decimal
    totals: Totals
    rows: tuple[InstalmentRow, ...]
    allocations: tuple[Allocation, ...]
    basis: "InstalmentBasis" = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentBasis:
    """What a position was computed from, for finance.explain_instalments. closed: the day of the payoff, or None.

    earned: dollars earned by the days past; `earnings` says of which, in cents, while the loan is not paid off.
    unpaid_fees: dollars of fees each instalment lacks.
    """

    terms: InstalmentTerms
    schedule: Schedule
    closed: date | None
    earned: Decimal
    earnings: tuple[Earning, ...]
    unpaid_fees: tuple[Decimal, ...]


def replay_instalments(
    terms: InstalmentTerms, events: Iterable[Event], *, as_of: date, known_on: date | None = None
) -> InstalmentPosition:
    """Where the loan stood at the end of `as_of`: as we know now, or as was known on `known_on`.

    events: of KINDS, in any order; the principal is paid out on the schedule's start date without an event. Raises
    BadInput for an event of another kind or before the start, and for `as_of` before it.
    """
    events = list(events)
    for event in events:
        check_event(terms, event)
    start = terms.schedule.start_date
    if as_of < start:
        raise BadInput(field="as_of", value=as_of.isoformat(), allowed=f"{start} or later, the day of the advance")
    schedule = build_schedule(terms.schedule)
    for row in schedule.rows:
        if row.principal < 0:
            allowed = "one whose every row covers its interest, as no interest is added to the balance here"
            raise BadInput(field="schedule", value=f"a schedule whose row {row.k} pays {row.payment}", allowed=allowed)
    kind = ScheduledInterest if terms.interest == "scheduled" else RecalculatedInterest
    loan: InstalmentLoan = kind(terms, schedule)
    allocations = [
        allocation
        for event in in_order(events, known_on=known_on)
        if event.on <= as_of and (allocation := _apply(loan, event))
    ]
    loan.advance(as_of)
    return _position(loan, as_of, known_on, tuple(allocations))


def check_event(terms: InstalmentTerms, event: Event, field: str = "") -> None:
    """Raises BadInput for an event that such a loan cannot have. field: the event's path, with a point at its end."""
    if event.kind not in KINDS:
        raise BadInput(field=f"{field}type", value=event.kind, allowed=f"one of {', '.join(KINDS)}")
    if event.kind != "reversal" and event.on < terms.schedule.start_date:
        allowed = f"{terms.schedule.start_date} or later, the day of the advance"
        raise BadInput(field=f"{field}date", value=event.on.isoformat(), allowed=allowed)
    if event.principal_only and terms.interest == "scheduled":
        allowed = "left out where interest is scheduled, as no instalment would change"
        raise BadInput(field=f"{field}principal_only", value=True, allowed=allowed)


def _apply(loan: InstalmentLoan, event: Event) -> Allocation | None:
    loan.advance(event.on)
    assert event.amount is not None, event
    amount = to_cents(event.amount)
    if event.kind == "fee":
        loan.charge(amount)
    elif event.kind == "fee_waiver":
        loan.waive(amount)
    else:
        paid = loan.pay(amount, principal_only=event.principal_only)
        parts = {part: from_cents(paid[part]) for part in ("fees", "interest", "principal", "unapplied")}
        return Allocation(event=event.id, on=event.on, **parts)
    return None


def _position(
    loan: InstalmentLoan, as_of: date, known_on: date | None, allocations: tuple[Allocation, ...]
) -> InstalmentPosition:
    rows = _rows(loan)
    lacks = [row.outstanding - from_cents(slot.unpaid_fees) for row, slot in zip(rows, loan.slots, strict=True)]
    unmet = None if loan.closed else _first_unmet(lacks, loan.terms.past_due_tolerance)
    dpd = max(0, (as_of - rows[unmet].due_date).days) if unmet is not None else 0
    overdue = sum((lack for row, lack in zip(rows, lacks, strict=True) if row.due_date < as_of), ZERO)
    return InstalmentPosition(
        as_of=as_of,
        known_on=known_on,
        principal=from_cents(loan.principal),
        accrued_interest=from_cents(loan.earned() - loan.paid["interest"]),
        fees=from_cents(loan.fees),
        unapplied=from_cents(loan.unapplied),
        payoff_interest=from_cents(loan.payoff_earned() - loan.paid["interest"]),
        payoff=from_cents(loan.payoff),
        net_payoff=max(ZERO, from_cents(loan.payoff - loan.unapplied)),
        dpd=dpd,
        bucket=bucket(dpd, loan.terms.bucket_edges),
        past_due_amount=overdue if dpd else ZERO,
        instalments_satisfied=len(rows) if unmet is None else unmet,
        next_due_date=None if unmet is None else rows[unmet].due_date,
        next_due_amount=ZERO if unmet is None else lacks[unmet],
        totals=Totals(
            disbursed=loan.terms.schedule.principal,
            cash_in=from_cents(loan.cash_in),
            paid_principal=from_cents(loan.paid["principal"]),
            paid_interest=from_cents(loan.paid["interest"]),
            paid_fees=from_cents(loan.paid["fees"]),
            fees_assessed=from_cents(loan.fees_assessed),
            fees_waived=from_cents(loan.fees_waived),
            interest_rebated=from_cents(loan.rebated),
        ),
        rows=rows,
        allocations=allocations,
        basis=InstalmentBasis(
            terms=loan.terms,
            schedule=loan.schedule,
            closed=loan.closed,
            earned=from_cents(loan.earned()),
            earnings=() if loan.closed else loan.earnings(),
            unpaid_fees=tuple(from_cents(slot.unpaid_fees) for slot in loan.slots),
        ),
    )


def _rows(loan: InstalmentLoan) -> tuple[InstalmentRow, ...]:
    rows: list[InstalmentRow] = []
    opening = to_cents(loan.terms.schedule.principal)
    for k, (slot, expected) in enumerate(zip(loan.slots, loan.expected(), strict=True)):
        principal = slot.paid_principal + expected.lacking
        amount = expected.interest + principal + slot.fees
        paid = slot.paid_interest + slot.paid_principal + slot.paid_fees
        closing = opening - principal - slot.prepaid
        rows.append(
            InstalmentRow(
                k=k + 1,
                due_date=slot.due,
                opening=from_cents(opening),
                interest=from_cents(expected.interest),
                principal=from_cents(principal),
                prepayment=from_cents(slot.prepaid),
                fees=from_cents(slot.fees),
                amount=from_cents(amount),
                paid=from_cents(paid),
                paid_in_advance=from_cents(slot.in_advance),
                paid_late=from_cents(slot.late),
                outstanding=from_cents(amount - paid),
                closing=from_cents(closing),
                paid_on=slot.paid_on if amount == paid else None,
            )
        )
        opening = closing
    return tuple(rows)


def _first_unmet(lacks: Sequence[Decimal], tolerance: Decimal) -> int | None:
    """The first instalment, counted from 0, that with those before it lacks more than the tolerance; fees apart."""
    total = ZERO
    for k, lack in enumerate(lacks):
        total += lack
        if total > tolerance:
            return k
    return None
