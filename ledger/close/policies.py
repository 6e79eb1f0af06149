"""What the night does to a loan because its product says so: charge-off, small balances, non-accrual.

Each asks one statement for the loans it concerns, and does to each what a person would: the same event, with the
reason. A loan that stands at the end of the day takes the short way, together with the others of its chunk; one that
somebody moved on since is given to the operation. Run again, it finds what is still undone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.holding import hold
from ledger.models import LoanEvent, Night
from ledger.operations import charge_off_loan, place_on_nonaccrual, write_off_small_balance
from ledger.operations.steps import record
from ledger.replay import enter_forward, forward, takes_short_way
from ledger.sql import execute
from ledger.writing import Movement


@dataclass(frozen=True, slots=True)
class Policy:
    """candidates: a statement of ledger/sql giving loans and a figure.  kind: of the event, which `operation` makes.

    reason: told with that figure.  bears: whether the figure is the event's amount.
    """

    candidates: str
    kind: LoanEvent.Kind
    operation: Callable[..., LoanEvent]
    reason: str
    bears: bool = False


POLICIES = {
    "charge_off": Policy(
        "policy_charge_off",
        LoanEvent.Kind.CHARGE_OFF,
        charge_off_loan,
        "{} days past due: charged off as its product says.",
    ),
    "small_balance": Policy(
        "policy_small_balance",
        LoanEvent.Kind.WRITE_OFF,
        write_off_small_balance,
        "${} left, within the tolerance.",
        bears=True,
    ),
    "nonaccrual": Policy(
        "policy_nonaccrual",
        LoanEvent.Kind.NONACCRUAL,
        place_on_nonaccrual,
        "{} days past due: interest is no income any more.",
    ),
}


def candidates(name: str, on: date, loans: list[int] | None = None) -> dict[int, int | Decimal]:
    """{loan's id: days past due, or dollars owed} of those `loans` (None: all) that the policy concerns on `on`."""
    return dict(execute(POLICIES[name].candidates, on=on, loans=loans))


def carry_out(name: str, night: Night, loans: list[int]) -> None:
    """Do to each of `loans` what the policy says, unless it is no candidate any more."""
    policy, on = POLICIES[name], night.business_date
    held = hold(loans)
    assert held.day is not None
    moved: list[Movement] = []
    for loan_id, figure in candidates(name, on, loans).items():  # asked again: now nobody moves them
        balance, reason, key = held.balances[loan_id], policy.reason.format(figure), f"night/{on}/loan/{loan_id}/{name}"
        common: dict[str, Any] = {"effective_on": on, "reason": reason, "key": key, "by": None, "source": "night"}
        amount = Decimal(figure) if policy.bears else None
        event = record(balance.loan, policy.kind, day=held.day, amount=amount, recorded_on=on, **common)
        if balance.accrued_through == on and takes_short_way(balance, event):
            moved.append(forward(balance.loan, balance, event, held.day))
        else:
            policy.operation(loan_id=loan_id, **common)
    enter_forward(moved)
