"""What the night does to a loan because its product says so: charge-off, small balances, non-accrual.

Each asks one statement for the loans it concerns, and does to each what a person would: the same operation, with the
reason. Run again, it finds what is still undone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.models import LoanEvent, Night
from ledger.operations import charge_off_loan, place_on_nonaccrual, write_off_small_balance
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Policy:
    """candidates: a statement of ledger/sql giving loans and a figure.  reason: told with that figure."""

    candidates: str
    operation: Callable[..., LoanEvent]
    reason: str


POLICIES = {
    "charge_off": Policy("policy_charge_off", charge_off_loan, "{} days past due: charged off as its product says."),
    "small_balance": Policy("policy_small_balance", write_off_small_balance, "${} left, within the tolerance."),
    "nonaccrual": Policy("policy_nonaccrual", place_on_nonaccrual, "{} days past due: interest is no income any more."),
}


def candidates(name: str, on: date, loans: list[int] | None = None) -> dict[int, Any]:
    """{loan's id: days past due, or dollars owed} of those `loans` (None: all) that the policy concerns on `on`."""
    with connection.cursor() as cursor:
        cursor.execute(statement(POLICIES[name].candidates), {"on": on, "loans": loans})
        return dict(cursor.fetchall())


def carry_out(name: str, night: Night, loans: list[int]) -> None:
    """Do to each of `loans` what the policy says, unless it is no candidate any more."""
    policy, on = POLICIES[name], night.business_date
    figures: dict[int, int | Decimal] = candidates(name, on, loans)
    for loan_id, figure in figures.items():
        policy.operation(
            loan_id=loan_id,
            effective_on=on,
            reason=policy.reason.format(figure),
            key=f"night/{on}/loan/{loan_id}/{name}",
            by=None,
            source="night",
        )
