"""The steps of a night: a table, and the work of each on a list of loans.

Each is safe to run again: it does what is still undone for its business date. A step that sweeps the book takes the
loans in chunks; the others have one chunk without loans. Steps that need nothing of each other stand beside each other,
so that no worker waits while another has the one chunk of a step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from ledger import movements
from ledger.close import months
from ledger.close.late_fees import assess_together
from ledger.close.policies import POLICIES, carry_out
from ledger.close.proof import Finding, balances, prove_chunks, prove_law, replay_differences
from ledger.close.seal_export import publish
from ledger.close.sealing import seal_night
from ledger.close.summary import reclassify, sum_interest
from ledger.day import take_business_day
from ledger.models import Night
from ledger.sql import execute, statement
from tenants.current import current_tenant_id

Loans = list[int]


@dataclass(frozen=True, slots=True)
class Step:
    """name: as `Night.step` keeps it.  found_by: the statement that finds its loans; "" for a step without loans.

    chunk_size: loans a chunk.  most: loans a night, going round the book in as many nights as that takes; 0 is all.
    beside: it begins with the step before it.
    """

    name: str
    label: str
    run: Callable[[Night, Loans], list[Finding]]
    found_by: str = ""
    chunk_size: int = 0
    most: int = 0
    beside: bool = False


def accrue(night: Night, loans: Loans) -> list[Finding]:
    """Interest through the end of the business date."""
    execute("accrue", on=night.business_date, posted_on=night.business_date, first=loans[0], last=loans[-1])
    return []


def late_fees(night: Night, loans: Loans) -> list[Finding]:
    """Late fees of instalments whose days of grace are over."""
    assess_together(loans, through=night.business_date)
    return []


def age(night: Night, loans: Loans) -> list[Finding]:
    """Days and dollars past due."""
    execute("age", on=night.business_date, loans=loans)
    return []


def keep_late(night: Night, loans: Loans) -> list[Finding]:
    """Who is late at the end of the day, kept for whoever asks about it later."""
    execute("keep_late", on=night.business_date, loans=loans)
    return []


def correct_months(night: Night, loans: Loans) -> list[Finding]:
    """The months before, of loans of which more became known today."""
    months.correct_months(night.business_date, loans)
    return []


def keep_month(night: Night, loans: Loans) -> list[Finding]:
    """The loans as they stand at the end of a month."""
    months.keep_month(night.business_date, loans)
    return []


def sum_months(night: Night, loans: Loans) -> list[Finding]:
    """What was kept of the months, added up for the portfolio."""
    months.sum_months()
    return []


def policy(name: str, label: str) -> "Step":
    """A step that does to the loans it concerns what their product says."""

    def run(night: Night, loans: Loans) -> list[Finding]:
        carry_out(name, night, loans)
        return []

    return Step(name, label, run, POLICIES[name].candidates, 500)


def summarise(night: Night, loans: Loans) -> list[Finding]:
    """The day's interest of all loans, into the books: an entry a company and day; balances where they belong."""
    take_business_day()
    night = Night.objects.select_for_update(no_key=True).get(pk=night.pk)
    if night.summarised_at is not None:
        return []
    sum_interest(night.business_date)
    reclassify(night.business_date)
    night.summarised_at = timezone.now()
    night.save(update_fields=["summarised_at"])
    return []


def fold(night: Night, loans: Loans) -> list[Finding]:
    """What was posted, into the movements that account balances are read from."""
    movements.fold()
    return []


def compare_balances(night: Night, loans: Loans) -> list[Finding]:
    """Each balance beside the sum of its postings and accruals."""
    return balances(loans[0], loans[-1])


def replay(night: Night, loans: Loans) -> list[Finding]:
    """Each loan replayed from its events beside what stands."""
    return replay_differences(loans, late_fees_through=night.business_date)


def prove(law: str) -> Callable[[Night, Loans], list[Finding]]:
    """A step's work that tries a law of the books over all of them."""

    def run(night: Night, loans: Loans) -> list[Finding]:
        prove_law(law, night)
        return []

    return run


def prove_loans(night: Night, loans: Loans) -> list[Finding]:
    """What was found loan by loan, kept as the proofs of this night."""
    prove_chunks(night)
    return []


def seal(night: Night, loans: Loans) -> list[Finding]:
    """The day sealed, and written to the folder of seals where there is one."""
    seal_night(night)
    # Once it is committed: nothing slow or outside happens inside the transaction, and no file stops the night.
    transaction.on_commit(partial(publish, current_tenant_id()), robust=True)
    return []


STEPS = (
    Step("accrue", "Accrue interest", accrue, "open_loans", 5000),
    Step("late_fees", "Assess late fees", late_fees, "due_loans", 2000),
    Step("age", "Age the loans", age, "due_loans", 2000),
    policy("charge_off", "Charge off what is long past due"),
    policy("small_balance", "Write off small balances"),
    policy("nonaccrual", "Put loans on non-accrual"),
    Step("keep_late", "Keep who is late", keep_late, "late_loans", 5000),
    Step("summarise", "Sum the interest into the books", summarise),
    Step("correct_months", "Correct the months before", correct_months, "corrected_loans", 200, beside=True),
    Step("keep_month", "Keep the month", keep_month, "month_loans", 5000),
    Step("seal", "Seal the day", seal),
    Step("fold", "Fold the postings into movements", fold, beside=True),
    Step("sum_months", "Add up the portfolio", sum_months, beside=True),
    Step(
        "balances",
        "Compare each balance with its postings",
        compare_balances,
        found_by="share_of_loans",
        chunk_size=5000,
        most=1_000_000,
        beside=True,
    ),
    Step("prove_movements", "Prove the accounts", prove("movements_are_postings")),
    Step("prove_subledger", "Prove that loans are the books", prove("subledger_is_gl"), beside=True),
    Step("prove_seals", "Prove the seals", prove("seals_hold"), beside=True),
    Step("prove_entries", "Prove the entries", prove("entries_balance"), beside=True),
    Step("replay", "Replay each loan", replay, "share_of_loans", 200, 100_000),
    Step("prove", "Prove loan by loan", prove_loans),
)
BY_NAME = {step.name: step for step in STEPS}
# A night begins before its first step is planned, which takes a moment that nobody who posts should wait for.
BEGUN, DONE = "begun", "done"


def at_once(name: str) -> list[Step]:
    """The step `name` and those beside it, in order."""
    place = next(number for number, step in enumerate(STEPS) if step.name == name)
    while STEPS[place].beside:
        place -= 1
    return [STEPS[place], *takewhile(attrgetter("beside"), STEPS[place + 1 :])]


def steps_after(name: str) -> list[Step]:
    """The steps that follow `name` and those beside it, all at once; none where the night is done."""
    place = 0 if name == BEGUN else STEPS.index(at_once(name)[-1]) + 1
    return at_once(STEPS[place].name) if place < len(STEPS) else []


def plan(night: Night, step: Step) -> None:
    """Write the chunks of `step`, where there is anything to do. The ids of a million loans stay in the database."""
    if not step.found_by:
        night.chunks.create(step=step.name, first_loan_id=0, last_loan_id=0, loans=0)
        return
    if step.most and not night.prove_by_replay:
        return
    given: dict[str, Any] = {
        "on": night.business_date,
        "loans": None,
        "most": step.most,
        "after": share_before(night, step),
    }
    # Not a format string: what is put in is a statement of ours, and its own parameters stay.
    query = statement("plan").replace("{candidates}", statement(step.found_by))
    with connection.cursor() as cursor:
        cursor.execute(query, given | {"night": night.pk, "step": step.name, "size": step.chunk_size})
    if step.most:
        planned = night.chunks.filter(step=step.name)
        ends = planned.aggregate(
            round_again=Max("last_loan_id", filter=Q(last_loan_id__lte=given["after"])), ahead=Max("last_loan_id")
        )
        night.shares[step.name] = ends["round_again"] or ends["ahead"]


def share_before(night: Night, step: Step) -> int:
    """The loan after which this night's share of `step` begins: the last one of the share before. 0 is the first."""
    if not step.most:
        return 0
    earlier = Night.objects.filter(business_date__lt=night.business_date, shares__has_key=step.name)
    return (earlier.order_by("-business_date").values_list(f"shares__{step.name}", flat=True).first()) or 0
