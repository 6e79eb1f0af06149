"""What is written of loans, as finance.replay takes it: their events, and what was accrued and posted of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from finance.latefees import fee_id
from finance.loan_state import PRINCIPAL_ONLY_RANK, RANKS, Event
from ledger.models import Accrual, Loan, LoanEvent, Posting
from ledger.terms import new_terms, with_instalments

# finance.loan_state names what the books call a disbursement by its verb.
KINDS = {"disbursement": "disburse", "draw": "disburse"}

Amounts = dict[date, Decimal]
LinesByDay = dict[tuple[date, str], Decimal]


@dataclass(frozen=True, slots=True)
class Record:
    """What is written of one loan: its events as finance.replay takes them, the interest accrued and what of it was
    suspended by day (days with a row of zero too), and its postings by day and role."""

    events: list[Event]
    accrued: Amounts
    suspended: Amounts
    posted: LinesByDay


def records_of(loan_ids: Sequence[int]) -> dict[int, Record]:
    """{loan's id: its record}. Three queries for any number of loans, and a fourth when some were modified."""
    records = {loan_id: Record([], {}, {}, {}) for loan_id in loan_ids}
    events = list(LoanEvent.objects.filter(loan__in=loan_ids).select_related("target"))
    with_instalments(events)
    for event in events:
        if counts(event):
            records[event.loan_id].events.append(finance_event(event))
    accrued = Accrual.objects.filter(loan__in=loan_ids).values_list("loan_id", "effective_on")
    by_day = accrued.annotate(total=Sum("amount"), of_it=Sum("suspended")).order_by()
    for loan_id, on, amount, suspended in by_day:
        records[loan_id].accrued[on], records[loan_id].suspended[on] = amount, suspended
    posted = Posting.objects.filter(loan__in=loan_ids).values_list("loan_id", "effective_on", "account__role")
    for loan_id, on, role, amount in posted.annotate(total=Sum(F("debit") - F("credit"))).order_by():
        records[loan_id].posted[on, role] = amount
    return records


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
        purpose=row.purpose,
        new_terms=new_terms(row),
    )


def event_id(row: LoanEvent) -> str:
    """As text, in the order of arrival (0: not written yet); a late fee has the name that the rule derives."""
    if row.kind != LoanEvent.Kind.LATE_FEE:
        return f"{row.pk or 0:012d}"
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
