"""Every loan as it stood at the end of each month, kept by the night, and corrected when more becomes known.

The night of a month's last day keeps the book with one statement. Every night writes anew the months of loans of which
something became known that counts before: the row that stood is taken back and another written, both bearing the day of
knowledge. Boarding keeps the history of a tape in the same way. Sums follow, as far as PortfolioFold says.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, QuerySet

from finance.money import ZERO
from finance.standings import Standing, standings
from ledger.models import Loan, LoanEvent, LoanMonth, PortfolioFold
from ledger.models.portfolio import ENDINGS
from ledger.selectors import BUCKETS
from ledger.sql import execute, statement
from ledger.standing import history
from ledger.tapes.bulk import insert_rows
from ledger.terms import first_terms_of_loans, with_instalments
from tenants.current import current_tenant_id

# The first day past due of each bucket but current, and the first amount of each size but the smallest.
EDGES = [first for first, _ in BUCKETS.values() if first]
SIZES = {
    "under 25k": None,
    "25k to 50k": 25_000,
    "50k to 100k": 50_000,
    "100k to 250k": 100_000,
    "250k to 500k": 250_000,
    "500k to 1m": 500_000,
    "1m and over": 1_000_000,
}
LOANS_AT_ONCE = 200
SUMS_LOCK = 7004  # the class of advisory locks on a tenant's rows: shared by who writes, alone by who adds up
MONEY = (
    "principal", "past_due", "was_principal", "disbursed", "charged_off", "recovered", "received", "expected",
)  # fmt: skip


class Kept(NamedTuple):
    """What a row says of a loan at a month end. Money in dollars, in the order of MONEY."""

    bucket: str
    was: str
    dpd: int
    principal: Decimal
    past_due: Decimal
    was_principal: Decimal
    disbursed: Decimal
    charged_off: Decimal
    recovered: Decimal
    received: Decimal
    expected: Decimal

    @property
    def says_something(self) -> bool:
        """Whether the loan went on, or did a month before, or anything happened to it."""
        goes_on = self.bucket not in ENDINGS or self.was not in ("", *ENDINGS)
        return goes_on or any((self.disbursed, self.charged_off, self.recovered, self.received))


def keep_month(on: date, loans: Sequence[int]) -> None:
    """The loans at the end of `on`, the last day of a month, as its night knows them. Run again, it keeps nothing."""
    lock_rows(shared=True)
    given: dict[str, Any] = {
        "codes": list(BUCKETS),
        "edges": EDGES,
        "first": on.replace(day=1),
        "last": on,
        "known_on": on,
    }
    query = statement("keep_month").replace("{month_flows}", statement("month_flows"))
    with connection.cursor() as cursor:
        cursor.execute(query, given | {"on": on, "loans": list(loans)})
        left = set(loans) - {loan_id for (loan_id,) in cursor.fetchall()}
    if left:
        kept_before = LoanMonth.objects.filter(month_end=on, loan__in=left)
        left -= set(kept_before.values_list("loan_id", flat=True))
    if left:
        write_anew(sorted(left), through=on, known_on=on)


def correct_months(on: date, loans: Sequence[int]) -> None:
    """The loans at every month end before `on`, with what is known at the end of it."""
    lock_rows(shared=True)
    write_anew(loans, through=last_month_end(on), known_on=on)


def back_fill(loans: Iterable[int], *, on: date) -> None:
    """Keep the history of `loans` up to the last month end before `on`, the open day, as known on it, and add it up."""
    lock_rows()
    ids = sorted(loans)
    for start in range(0, len(ids), LOANS_AT_ONCE):
        write_anew(ids[start : start + LOANS_AT_ONCE], through=last_month_end(on), known_on=on)
    sum_months()


def sum_months() -> None:
    """Add the rows of loans that are not in the sums yet. Run again, it finds nothing."""
    lock_rows()
    PortfolioFold.objects.get_or_create()
    kept = PortfolioFold.objects.select_for_update().get()
    last = LoanMonth.objects.aggregate(last=Max("pk"))["last"] or 0
    if last > kept.through_row:
        with connection.cursor() as cursor:
            # The sums of a year at once: with less they go through the disk, row by row.
            cursor.execute("SET LOCAL work_mem = '64MB'")
        sizes = {"sizes": list(SIZES), "size_edges": [edge for edge in SIZES.values() if edge]}
        execute("sum_months", after=kept.through_row, through=last, **sizes)
        kept.through_row = last
        kept.save()


def lock_rows(*, shared: bool = False) -> None:
    """Until the transaction ends. A row drawn early and committed late would be missed by who adds up."""
    with connection.cursor() as cursor:
        how = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        cursor.execute(f"SELECT {how}(%s, %s)", [SUMS_LOCK, current_tenant_id()])


def write_anew(loans: Sequence[int], *, through: date, known_on: date) -> None:
    """Bring the rows of `loans`, up to the month end `through`, to what was known on `known_on`."""
    rows = list(Loan.objects.filter(pk__in=loans, opened_on__lte=through).select_related("borrower").order_by("pk"))
    if not rows:
        return
    kept: dict[tuple[int, date], LoanMonth] = {(row.loan_id, row.month_end): row for row in standing_rows(rows)}
    found = {
        (loan.pk, month): figures
        for loan, months in replayed(rows, through=through, known_on=known_on)
        for month, figures in months.items()
    }
    parties = {loan.pk: loan.borrower for loan in rows}
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    for key in sorted(kept.keys() | found.keys(), key=lambda key: (key[1], key[0])):
        loan_id, month = key
        stood, stands = kept.get(key), found.get(key)
        if month > through or (stood and stands == figures_of(stood)):
            continue
        party = parties[loan_id]
        place = (stood.industry, stood.city) if stood else (party.industry_code, party.city)
        if stood:
            add(columns, loan_id, month, figures_of(stood), place, -1)
        if stands:
            add(columns, loan_id, month, stands, place, 1)
    if columns:
        insert_rows(LoanMonth, columns, tenant_id=current_tenant_id(), known_on=known_on)


def standing_rows(loans: Sequence[Loan]) -> list[LoanMonth]:
    """The rows of `loans` that nothing has taken back."""
    every: QuerySet[LoanMonth] = LoanMonth.objects.filter(loan__in=loans)
    latest = every.order_by("loan_id", "month_end", "-pk").distinct("loan_id", "month_end")
    return [row for row in latest if row.loans == 1]


def figures_of(row: LoanMonth) -> Kept:
    return Kept(*(getattr(row, name) for name in Kept._fields))


def add(
    columns: defaultdict[str, list[Any]], loan_id: int, month: date, row: Kept, place: tuple[str, str], sign: int
) -> None:
    """A row to insert: its money negated when it takes one back."""
    columns["loan_id"].append(loan_id)
    columns["month_end"].append(month)
    columns["loans"].append(sign)
    for name, value in row._asdict().items():
        columns[name].append(sign * value if name in MONEY else value)
    columns["industry"].append(place[0])
    columns["city"].append(place[1])


def replayed(loans: Sequence[Loan], *, through: date, known_on: date) -> Iterable[tuple[Loan, dict[date, Kept]]]:
    """Each loan with its month ends from its first day on, by replaying its events. Four queries, or five."""
    terms = first_terms_of_loans(loans)
    events = list(LoanEvent.objects.filter(loan__in=loans).select_related("target").order_by("loan_id", "id"))
    with_instalments(events)
    by_loan = {pk: list(rows) for pk, rows in groupby(events, key=lambda event: event.loan_id)}
    first = min(loan.opened_on for loan in loans).replace(day=1)
    flows: dict[tuple[int, date], list[Decimal]] = {
        (pk, month): amounts
        for pk, month, *amounts in execute(
            "month_flows", loans=[loan.pk for loan in loans], first=first, last=through, known_on=known_on
        )
    }
    for loan in loans:
        months = month_ends(loan.opened_on, through)
        stood = standings(terms[loan.pk], history(by_loan.get(loan.pk, [])), days=months, known_on=known_on)
        yield loan, in_turn(loan.pk, stood, flows)


def in_turn(loan_id: int, stood: Iterable[Standing], flows: dict[tuple[int, date], list[Decimal]]) -> dict[date, Kept]:
    """{month end: what is kept}, each with what the loan was a month before."""
    rows: dict[date, Kept] = {}
    was, was_principal = "", ZERO
    nothing = [ZERO] * 4
    for standing in stood:
        goes_on = not standing.ending
        counted = goes_on or was not in ENDINGS
        disbursed, charged_off, recovered, received = flows.get((loan_id, standing.on), nothing)
        row = Kept(
            standing.ending or bucket_of(standing.arrears.dpd),
            was,
            standing.arrears.dpd if goes_on else 0,
            standing.principal,
            standing.arrears.past_due_amount if goes_on else ZERO,
            was_principal,
            disbursed,
            charged_off,
            recovered,
            received,
            standing.due_between(standing.on.replace(day=1), standing.on) if counted else ZERO,
        )
        if row.says_something:
            rows[standing.on] = row
        was, was_principal = (row.bucket, row.principal) if row.says_something else ("", ZERO)
    return rows


def bucket_of(dpd: int) -> str:
    return next(code for code, (_, last) in BUCKETS.items() if last is None or dpd <= last)


def month_end(on: date) -> date:
    """The last day of the month of `on`."""
    following = (on.replace(day=28) + timedelta(4)).replace(day=1)
    return following - timedelta(1)


def last_month_end(on: date) -> date:
    """The last month end before `on`."""
    return on.replace(day=1) - timedelta(1)


def month_ends(first: date, last: date) -> list[date]:
    """The month ends from `first` to `last`, both included."""
    ends, end = [], month_end(first)
    while end <= last:
        ends.append(end)
        end = month_end(end + timedelta(1))
    return ends
