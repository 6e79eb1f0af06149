"""The steps of a night: a table, and the work of each on a list of loans.

Each is safe to run again: it does what is still undone for its business date. A step that sweeps the book takes the
loans in chunks; the others have one chunk without loans.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from ledger.close.policies import candidates, carry_out
from ledger.close.proof import Finding, prove_books, replay_differences
from ledger.day import take_business_day
from ledger.models import LoanBalance, Night
from ledger.operations import assess_late_fees
from ledger.posting import Line, post
from ledger.sql import statement

Loans = list[int]


@dataclass(frozen=True, slots=True)
class Step:
    """name: as `Night.step` keeps it.  chunk_size: loans a chunk; 0 is one chunk without loans."""

    name: str
    label: str
    run: Callable[[Night, Loans], list[Finding]]
    select: Callable[[Night], Loans]
    chunk_size: int


def accrue(night: Night, loans: Loans) -> list[Finding]:
    """Interest through the end of the business date."""
    execute("accrue", loans=loans, on=night.business_date)
    return []


def late_fees(night: Night, loans: Loans) -> list[Finding]:
    """Late fees of instalments whose days of grace are over."""
    for loan_id in loans:
        assess_late_fees(
            loan_id=loan_id, through=night.business_date, key=f"night/{night.business_date}/loan/{loan_id}"
        )
    return []


def age(night: Night, loans: Loans) -> list[Finding]:
    """Days and dollars past due."""
    execute("age", loans=loans, on=night.business_date)
    return []


def policy(name: str, label: str) -> "Step":
    """A step that does to the loans it concerns what their product says."""

    def run(night: Night, loans: Loans) -> list[Finding]:
        carry_out(name, night, loans)
        return []

    return Step(name, label, run, lambda night: list(candidates(name, night.business_date)), 100)


def summarise(night: Night, loans: Loans) -> list[Finding]:
    """The day's interest of all loans, into the books: one entry for each company and day."""
    take_business_day()
    night = Night.objects.select_for_update(no_key=True).get(pk=night.pk)
    if night.summarised_at is not None:
        return []
    for legal_entity_id, currency, booked_on, amount, suspended in execute(
        "unsummarised_interest", on=night.business_date
    ):
        sides = {"interest": amount, "interest_income": suspended - amount, "suspense": -suspended}
        post(
            legal_entity_id=legal_entity_id,
            currency=currency,
            kind="accrual",
            lines=[Line(role, side, booked_on) for role, side in sides.items() if side],
            effective_on=booked_on,
            booked_on=booked_on,
            posted_on=night.business_date,
            key=f"accrual/{night.business_date}/{legal_entity_id}/{currency}/{booked_on}",
        )
    night.summarised_at = timezone.now()
    night.save(update_fields=["summarised_at"])
    return []


def prove(night: Night, loans: Loans) -> list[Finding]:
    """The laws of the books, each tried and kept."""
    prove_books(night)
    return []


def replay(night: Night, loans: Loans) -> list[Finding]:
    """Each loan replayed from its events beside what stands."""
    return replay_differences(loans, late_fees_through=night.business_date)


def open_loans(night: Night) -> Loans:
    return list(LoanBalance.objects.filter(open=True).order_by("pk").values_list("pk", flat=True))


def every_loan(night: Night) -> Loans:
    if not night.prove_by_replay:
        return []
    return list(LoanBalance.objects.order_by("pk").values_list("pk", flat=True))


def late_loans(night: Night) -> Loans:
    return [loan_id for (loan_id,) in execute("late_fee_candidates", on=night.business_date)]


def no_loans(night: Night) -> Loans:
    return []


STEPS = (
    Step("accrue", "Accrue interest", accrue, open_loans, 2000),
    Step("late_fees", "Assess late fees", late_fees, late_loans, 100),
    Step("age", "Age the loans", age, open_loans, 2000),
    policy("charge_off", "Charge off what is long past due"),
    policy("small_balance", "Write off small balances"),
    policy("nonaccrual", "Put loans on non-accrual"),
    Step("summarise", "Sum the interest into the books", summarise, no_loans, 0),
    Step("replay", "Replay each loan", replay, every_loan, 100),
    Step("prove", "Prove the books", prove, no_loans, 0),
)
BY_NAME = {step.name: step for step in STEPS}
DONE = "done"


def step_after(name: str) -> str:
    """The name of the step that follows `name`, or DONE."""
    names = [step.name for step in STEPS]
    place = names.index(name) + 1
    return names[place] if place < len(names) else DONE


def execute(name: str, *, on: date, loans: Loans | None = None) -> list[tuple[Any, ...]]:
    """Run ledger/sql/`name`.sql; its rows, if it returns any."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), {"on": on, "loans": loans})
        return cursor.fetchall() if cursor.description else []
