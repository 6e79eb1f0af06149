"""The lists of this place, as data: see tenants.lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from ledger.models import BoardingRow, Loan
from ledger.selectors import BUCKETS, in_bucket
from ledger.words import in_words
from reporting.ageing import LateOn
from tenants.lists import Choice, Column, RowList

BOARDING_RUNS = RowList(
    name="boarding_runs",
    noun=("tape", "tapes"),
    permission="ledger.view_boarding",
    order=("-started_at", "-pk"),
    columns=(
        Column(
            key="tape",
            label="Tape",
            value="tape",
            sort="tape",
            url=lambda run: reverse("boarding_run", args=[run.pk]),
        ),
        Column(key="day", label="Business date", value="business_date", cell="day", sort="business_date"),
        Column(key="rows", label="Rows", value="rows", cell="count", sort="rows"),
        Column(key="boarded", label="Boarded", value="boarded", cell="count", sort="boarded"),
        Column(key="refused", label="Refused", value="refused", cell="count", sort="refused"),
        Column(key="corrected", label="Corrected", value="corrected", cell="count", sort="corrected"),
        Column(key="finished", label="Finished", value="finished_at", cell="moment", sort="finished_at", nullable=True),
    ),
)

OUTCOMES = {"refused": ("Refused", "problem"), "corrected": ("Corrected", "attention")}


def outcome_of(row: BoardingRow) -> tuple[str, str]:
    """(word, meaning)."""
    return OUTCOMES[row.outcome]


BOARDING_ROWS = RowList(
    name="boarding_rows",
    noun=("row", "rows"),
    permission="ledger.view_boarding",
    order=("line", "pk"),
    compact=True,
    filters=(
        # What the rules are, the tape says.
        Choice(
            name="rule",
            label="Rule",
            any="Every rule",
            choices={},
            apply=lambda rows, value: rows.filter(rule=value),
        ),
        Choice(
            name="outcome",
            label="Outcome",
            any="Refused or corrected",
            choices={code: word for code, (word, _) in OUTCOMES.items()},
            apply=lambda rows, value: rows.filter(outcome=value),
        ),
    ),
    columns=(
        Column(key="line", label="Line", value="line", cell="count", sort="line"),
        Column(
            key="outcome",
            label="Outcome",
            value=outcome_of,
            reads=("outcome",),
            cell="badge",
            sort="outcome",
            file=lambda row: outcome_of(row)[0],
        ),
        Column(key="column", label="Column", value="column", sort="column"),
        Column(key="value", label="Value", value="value"),
        Column(key="why", label="Why", value="sentence", cell="wrap"),
    ),
)


def number_of(row: Any) -> str | None:
    return row.loan.number if row.loan else None


def to_loan(row: Any) -> str:
    return reverse("loan", args=[row.loan.number]) if row.loan else ""


LOAN_READ = ("loan__number", "loan__state")
POSTINGS = RowList(
    name="postings",
    noun=("posting", "postings"),
    permission="reporting.view_books",
    order=("-booked_on", "-pk"),
    compact=True,
    columns=(
        Column(
            key="entry",
            label="Entry",
            value="entry_id",
            url=lambda row: reverse("entry", args=[row.entry_id]),
        ),
        Column(key="booked", label="Booked on", value="booked_on", cell="day"),
        Column(key="effective", label="Effective on", value="effective_on", cell="day"),
        Column(key="posted", label="Posted on", value="posted_on", cell="day"),
        Column(key="what", label="What", value=lambda row: in_words(row.entry.kind), reads=("entry__kind",)),
        Column(key="loan", label="Loan", value=number_of, reads=LOAN_READ, url=to_loan),
        Column(key="debit", label="Debit", value="debit", cell="side", sum="debit"),
        Column(key="credit", label="Credit", value="credit", cell="side", sum="credit"),
    ),
)

ACCRUALS = RowList(
    name="accruals",
    noun=("accrual", "accruals"),
    permission="reporting.view_books",
    order=("-amount", "pk"),
    compact=True,
    columns=(
        Column(key="loan", label="Loan", value=number_of, reads=LOAN_READ, url=to_loan, sort="loan__number"),
        Column(
            key="borrower",
            label="Borrower",
            value="loan.borrower.name",
            reads=("loan__borrower__name",),
            cell="name",
            sort="loan__borrower__name",
        ),
        Column(key="on", label="Effective on", value="effective_on", cell="day", sort="effective_on"),
        Column(key="amount", label="Interest", value="amount", cell="money", sort="amount", sum="amount"),
    ),
)


@dataclass(slots=True)
class LateRow:
    """A loan that was late on a day, with the way to it on that day; its number and borrower come with the page."""

    late: LateOn
    on: dict[str, date]
    loan: Loan | None = None

    @property
    def currency(self) -> str:
        return self.late.currency

    @property
    def dpd(self) -> int:
        return self.late.dpd

    @property
    def past_due(self) -> Decimal:
        return self.late.past_due

    @property
    def owed(self) -> Decimal:
        return self.late.owed


def with_loans(rows: Sequence[LateRow]) -> Sequence[LateRow]:
    """Each row with its loan and borrower. One query."""
    loans = Loan.objects.select_related("borrower").only("number", "state", "borrower__name")
    found = loans.in_bulk([row.late.loan_id for row in rows])
    for row in rows:
        row.loan = found[row.late.loan_id]
    return rows


def bucket_of(dpd: int) -> str:
    """The code of the bucket."""
    return next(code for code, (_, last) in BUCKETS.items() if last is None or dpd <= last)


def of_bucket(rows: Sequence[LateRow], code: str) -> Sequence[LateRow]:
    return [row for row in rows if bucket_of(row.dpd) == code]


DAYS_LATE = {code: f"{code} days late" for code in BUCKETS if code != "current"}
LATE_LOANS = RowList(
    name="ageing",
    noun=("loan", "loans"),
    permission="reporting.view_books",
    currency="currency",
    compact=True,
    finish=with_loans,
    filters=(Choice(name="bucket", label="Days late", any="Any days late", choices=DAYS_LATE, apply=of_bucket),),
    columns=(
        Column(
            key="loan",
            label="Loan",
            value="loan.number",
            url=lambda row: f"{reverse('loan', args=[row.loan.number])}?{urlencode(row.on)}",
        ),
        Column(key="borrower", label="Borrower", value="loan.borrower.name", cell="name"),
        Column(key="late", label="Late", value="dpd", cell="bucket", file=lambda row: bucket_of(row.dpd)),
        Column(key="days", label="Days", value="dpd", cell="count", sort="dpd"),
        Column(key="past_due", label="Past due", value="past_due", cell="money", sort="past_due", sum="past_due"),
        Column(key="owed", label="Owed", value="owed", cell="money", sort="owed", sum="owed"),
        Column(key="currency", label="Currency", value="currency", shown=False),
    ),
)
# The same of today, from the balances: of a book of any length no more is read than is shown.
LATE_TODAY = RowList(
    name="late_today",
    noun=("loan", "loans"),
    permission="reporting.view_books",
    order=("-dpd", "pk"),
    currency="loan__currency",
    large=True,
    compact=True,
    filters=(
        Choice(
            name="bucket",
            label="Days late",
            any="Any days late",
            choices=DAYS_LATE,
            apply=lambda rows, code: rows.filter(in_bucket(code)),
        ),
    ),
    columns=(
        Column(
            key="loan",
            label="Loan",
            value="loan.number",
            reads=LOAN_READ,
            url=lambda row: reverse("loan", args=[row.loan.number]),
        ),
        Column(
            key="borrower",
            label="Borrower",
            value="loan.borrower.name",
            reads=("loan__borrower__name",),
            cell="name",
        ),
        Column(
            key="late",
            label="Late",
            value="dpd",
            reads=("dpd",),
            cell="bucket",
            file=lambda row: bucket_of(row.dpd),
        ),
        Column(key="days", label="Days", value="dpd", cell="count", sort="dpd", long="rare"),
        Column(
            key="past_due",
            label="Past due",
            value="past_due_amount",
            cell="money",
            sort="past_due_amount",
            long="rare",
            sum="past_due_amount",
        ),
        Column(
            key="owed",
            label="Owed",
            value=lambda row: row.owes,
            reads=("principal", "interest", "fees"),
            cell="money",
            sort="owes",
            sum="owes",
        ),
        Column(key="currency", label="Currency", value="loan.currency", reads=("loan__currency",), shown=False),
    ),
)
