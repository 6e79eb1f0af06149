"""What law allows a late fee to be, by state, kind of loan and date: data/late_fee_caps.csv.

The table is small and says so: each row names the law it restates, where its text was read, and whether that was
checked or is illustrative. A state or kind that is not in it is refused, never taken as free of a cap. It is data for a
lender's counsel to complete, not legal advice.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from finance.errors import Refused
from finance.terms import LateFeeCap, LateFeeRule

_TABLE = Path(__file__).parent / "data" / "late_fee_caps.csv"


class NoLateFeeCap(Refused):
    """The table holds no row. Facts: `state`, `applies_to` and `on`."""

    code = "no_late_fee_cap"
    message = (
        "The law on late fees is not known for {applies_to} in {state} on {on}: add its row to the table of caps, with "
        "the citation, or charge no late fee."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRow:
    """One row of the table. state: two letters, or US for federal law.  effective_to: its last day; None is open.

    status: "checked" where the text was read, "illustrative" where a part of the row is assumed, as `note` says.
    """

    state: str
    applies_to: str
    effective_from: date
    effective_to: date | None
    cap: LateFeeCap
    source: str
    status: str
    note: str


@lru_cache(maxsize=1)
def cap_table() -> tuple[CapRow, ...]:
    """Every row, in the file's order."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(_row(row) for row in csv.DictReader(lines))


def cap_for(
    state: str, applies_to: str, made_on: date, grace_days: int, *, rows: Iterable[CapRow] | None = None
) -> LateFeeCap:
    """The cap on a note made on a date that grants `grace_days`. Raises NoLateFeeCap.

    Where the law has tiers by days late, the tier is the one the note's own grace reaches, or the first.
    rows: a table to look in; None is the one shipped.
    """
    tiers = [
        row.cap
        for row in (cap_table() if rows is None else rows)
        if (row.state, row.applies_to) == (state, applies_to)
        and row.effective_from <= made_on
        and (row.effective_to is None or made_on <= row.effective_to)
    ]
    if not tiers:
        raise NoLateFeeCap(state=state, applies_to=applies_to.replace("_", " "), on=made_on.isoformat())
    first = min(cap.grace_days for cap in tiers)
    return max((cap for cap in tiers if cap.grace_days <= max(grace_days, first)), key=lambda cap: cap.grace_days)


def capped(rule: LateFeeRule, state: str, applies_to: str, made_on: date) -> LateFeeRule:
    """The contract's rule with the law's cap, so that no fee is above the lower of the two. Raises NoLateFeeCap."""
    return replace(rule, cap=cap_for(state, applies_to, made_on, rule.grace_days))


def _row(row: dict[str, str]) -> CapRow:
    return CapRow(
        state=row["state"],
        applies_to=row["applies_to"],
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
        cap=LateFeeCap(
            grace_days=int(row["grace_days"]),
            percent=Decimal(row["percent"]) if row["percent"] else None,
            flat=Decimal(row["flat"]) if row["flat"] else None,
            combine=row["combine"],
            basis=row["basis"],
            citation=row["citation"],
        ),
        source=row["source"],
        status=row["status"],
        note=row["note"],
    )
