"""The kept figures of a month computed again: principal from the postings, sums from their rows."""

from dataclasses import dataclass
from datetime import date

from ledger.sql import execute
from reporting.portfolio.sums import Scope, closed_through


@dataclass(frozen=True, slots=True)
class Compared:
    """differences: (what, as computed again, as kept), at most 200.  known_on: what is known later follows tonight."""

    month: date
    known_on: date
    differences: list[tuple[str, str, str]]


def compare_with_postings(scope: Scope) -> Compared:
    """Every loan's principal at the month end, and every sum of the month. Two queries; it reads all postings."""
    closed = closed_through()
    known_on = min(scope.known_on, closed) if closed and closed >= scope.month else scope.known_on
    rows = execute("prove_months", on=scope.month, known_on=known_on)
    return Compared(scope.month, known_on, [(what, expected, found) for what, expected, found in rows])
