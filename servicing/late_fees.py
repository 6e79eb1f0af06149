"""The late fee that comes next if nothing is paid: what a borrower is told before it is charged."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.latefees import assessment_date, late_fees
from finance.replay import Position


@dataclass(frozen=True, slots=True)
class ComingFee:
    """Dollars, charged at the end of the day `on` unless the instalment due on `due_on` is paid by then."""

    due_on: date
    on: date
    amount: Decimal

    @property
    def kept(self) -> dict[str, str]:
        """As a letter keeps it."""
        return {"due_on": self.due_on.isoformat(), "on": self.on.isoformat(), "amount": str(self.amount)}


def next_late_fee(at: Position) -> ComingFee | None:
    """The first one on `at.as_of` or later; None where the loan bears none any more."""
    rule = at.terms.late_fee
    if rule is None or not at.payoff:
        return None
    for k, row in enumerate(at.terms.schedule):
        on = assessment_date(rule, row)
        if on is None or on < at.as_of or not row.amount:
            continue
        if charged := late_fees(at.terms, at.state, on, [k]):
            return ComingFee(row.due_date, on, charged[0].amount or row.amount)
    return None
