"""What changed on a business date: at most ten sentences, each with its rows; the books first, then the most money."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from finance.money import ZERO
from ledger.close.months import EDGES
from ledger.models import Loan, Night
from ledger.selectors import business_date
from ledger.sql import statement

LINES = 10
# what: (the noun and verb for one loan, for several, why it counts). Money is what the sum is of.
KINDS: dict[str, tuple[str, str, str]] = {
    "difference": ("difference was found in the books", "differences were found in the books", "by the proof"),
    "exception": ("loan was left out of the night", "loans were left out of the night", "principal"),
    "newly_late": ("loan became late", "loans became late", "past due: an instalment was not met"),
    "cured": ("loan was brought up to date", "loans were brought up to date", "was past due: it was paid"),
    "rolled_worse": ("loan rolled to a worse bucket", "loans rolled to a worse bucket", "past due and still not met"),
    "rolled_better": (
        "loan rolled to a better bucket",
        "loans rolled to a better bucket",
        "still past due: part was paid",
    ),
    "payment_reversed": ("payment was reversed", "payments were reversed", "came back out"),
    "reversed": ("other event was reversed", "other events were reversed", "taken back"),
    "charge_off": ("loan was charged off", "loans were charged off", "charged off"),
    "write_off": ("small balance was written off", "small balances were written off", "written off"),
    "recovery": ("recovery came in", "recoveries came in", "recovered"),
    "large_payment": (
        "payment was larger than three instalments",
        "payments were larger than three instalments",
        "paid",
    ),
    "paid_off": ("loan was paid off", "loans were paid off", "paid"),
    "funded": ("loan was paid out or drawn on", "loans were paid out or drawn on", "paid out"),
    "boarded": ("loan was boarded from a tape", "loans were boarded from tapes", "had been paid out to them"),
    "rate_change": ("rate changed", "rates changed", "of principal bears the new rate"),
    "modification": ("loan was modified", "loans were modified", "of principal has new terms"),
    "nonaccrual": ("loan was put on non-accrual", "loans were put on non-accrual", "of principal"),
    "restoration": ("loan returned to accrual", "loans returned to accrual", "of principal"),
    "sale": ("loan was sold", "loans were sold", "received for it"),
    "buy_back": ("loan was bought back", "loans were bought back", "paid for it"),
    "back_dated": ("event counts from an earlier day", "events count from an earlier day", "moved the past"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line. largest: the number of the loan with most of the money, and its share; reason: what was said of it."""

    what: str
    number: int
    amount: Decimal
    largest: str
    largest_amount: Decimal
    reason: str

    @property
    def sentence(self) -> str:
        one, several, _ = KINDS[self.what]
        return f"{self.number:,} {one if self.number == 1 else several}"

    @property
    def money_is(self) -> str:
        return KINDS[self.what][2]

    @property
    def broken(self) -> bool:
        return self.what in ("difference", "exception")


class Row(NamedTuple):
    """A loan behind a line, or a difference. event_id: of the loan, or of the difference where there is no loan."""

    event_id: int | None
    amount: Decimal
    reason: str
    loan: Loan | None


def last_closed() -> date | None:
    """The last business date whose interest is in the books. One query."""
    nights = Night.objects.exclude(summarised_at=None).order_by("-business_date")
    return nights.values_list("business_date", flat=True).first()


def changes(on: date) -> list[Change]:
    """The lines of `on`, ranked: what is wrong with the books, then by money. Two queries."""
    rows = ask(
        "SELECT what, counted, found.amount, l.number, largest_amount, reason FROM ("
        " SELECT what, count(*) AS number, sum(amount) AS amount,"
        " (array_agg(loan_id ORDER BY amount DESC, loan_id))[1] AS loan_id, max(amount) AS largest_amount,"
        " (array_agg(reason ORDER BY amount DESC, loan_id))[1] AS reason"
        " FROM ({changed}) c GROUP BY what) found (what, counted, amount, loan_id, largest_amount, reason)"
        " LEFT JOIN ledger_loan l ON l.id = found.loan_id",
        on,
    )
    found = [
        Change(what, number, amount, loan or "", largest, reason)
        for what, number, amount, loan, largest, reason in rows
    ]
    return sorted(found, key=lambda line: (not line.broken, -line.amount, line.what))[:LINES]


def sum_behind(on: date, what: str) -> tuple[int, Decimal]:
    """How many rows a line has, and their money. Two queries."""
    ((number, amount),) = ask("SELECT count(*), sum(amount) FROM ({changed}) c WHERE what = %(what)s", on, what=what)
    return number, amount or ZERO


def rows_behind(on: date, what: str, *, first: int, most: int) -> list[Row]:
    """The rows of a line, the most money first. Three queries."""
    rows = ask(
        "SELECT loan_id, event_id, amount, reason FROM ({changed}) c WHERE what = %(what)s"
        " ORDER BY amount DESC, loan_id, event_id LIMIT %(most)s OFFSET %(first)s",
        on,
        what=what,
        first=first,
        most=most,
    )
    loans = Loan.objects.select_related("borrower").in_bulk([row[0] for row in rows if row[0]])
    return [Row(event, amount, reason, loans.get(loan)) for loan, event, amount, reason in rows]


def ask(query: str, on: date, **given: Any) -> list[tuple[Any, ...]]:
    """Run `query` over ledger/sql/changed_on.sql."""
    before = Night.objects.filter(business_date=on - timedelta(1)).exclude(summarised_at=None).exists()
    parameters: dict[str, Any] = {"on": on, "edges": EDGES, "before": before} | given
    with connection.cursor() as cursor:
        cursor.execute(query.replace("{changed}", statement("changed_on")), parameters)
        return list(cursor.fetchall())


def day_asked(given: str) -> date:
    """The day an address names, if it has come; otherwise the last one that is closed, or today. Two queries."""
    today = business_date()
    try:
        asked = date.fromisoformat(given)
    except ValueError:
        asked = None
    return asked if asked and asked <= today else last_closed() or today
