"""Which statements, of which loans. Reads only; each says how many queries."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from ledger.models import Loan, LoanEvent
from servicing.statements.models import Statement


def loans_without_statement(period_end: date, loans: Sequence[int] | None = None) -> list[int]:
    """Ids of the loans that lived in the month that ends then and have no statement of it. One query."""
    living = Loan.objects.filter(opened_on__lte=period_end)
    living = living.filter(Q(ended_on=None) | Q(ended_on__gte=period_end.replace(day=1)))
    if loans is not None:
        living = living.filter(pk__in=loans)
    has_one = Exists(Statement.objects.filter(loan=OuterRef("pk"), ends_on=period_end))
    return list(living.exclude(has_one).order_by("pk").values_list("pk", flat=True))


def statements_made(period_end: date) -> int:
    """How many loans have a statement of the month that ends then. One query."""
    return Statement.objects.filter(ends_on=period_end, version=1).count()


def loans_to_correct(recorded_since: date) -> list[int]:
    """Ids of the loans with a statement that an event recorded since then may change. One query."""
    learnt = LoanEvent.objects.filter(recorded_on__gte=recorded_since).annotate(
        counts_from=Coalesce("target__effective_on", "effective_on")
    )
    told = Statement.objects.standing().filter(loan=OuterRef("loan_id"), ends_on__gte=OuterRef("counts_from"))
    unheard = Exists(told.filter(Q(last_event=None) | Q(last_event__lt=OuterRef("pk"))))
    return list(learnt.filter(unheard).order_by("loan_id").values_list("loan_id", flat=True).distinct())


def counts_in(row: LoanEvent, statement: Statement) -> bool:
    """Whether the event, or what it takes back, counts from a day that the statement knows of."""
    counts_from = row.target.effective_on if row.target else row.effective_on
    return bool(counts_from <= statement.ends_on)


def statements_of(loans: Sequence[Loan], *, limit: int | None = None) -> list[Statement]:
    """Every version of their statements, the latest month first: all, or the first so many. One query."""
    found = Statement.objects.filter(loan__in=loans).select_related("loan", "corrected_by")
    found = found.defer("content", "corrected_by__content")
    return list(found.order_by("-ends_on", "-version", "loan_id")[:limit])


def statements_touched(loan: Loan, since: date) -> list[Statement]:
    """The statements that something counting from `since` would change, oldest first. One query.

    For whoever is about to enter it: each is followed by a corrected one in the night.
    """
    return list(Statement.objects.standing().filter(loan=loan, ends_on__gte=since).defer("content").order_by("ends_on"))
