"""Which loans and events somebody should look at, and what they add up to. Reads only; each says how many queries."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from finance.money import ZERO
from ledger.models import Accrual, BoardingRun, Loan, LoanBalance, LoanEvent, Night, NightException, Proof
from tenants.models import Tenant

# Arrears buckets of the whole book: code -> first and last day past due. A product may age its own loans by others.
BUCKETS: dict[str, tuple[int, int | None]] = {
    "current": (0, 0),
    "1-29": (1, 29),
    "30-59": (30, 59),
    "60-89": (60, 89),
    "90-119": (90, 119),
    "120+": (120, None),
}
PAST_DUE = "past-due"  # any of them but current
NEWLY_LATE = tuple(first for first, _ in BUCKETS.values() if first)  # days past due on which a loan comes into a bucket


def business_date() -> date:
    """The open day of this transaction's tenant. One query."""
    return Tenant.objects.values_list("business_date", flat=True).get()


def with_all_that_names_it() -> QuerySet[Loan]:
    """Loans with their borrower, balance, product and company. One query."""
    named: QuerySet[Loan] = Loan.objects.all()
    return named.select_related("borrower", "balance", "product_version__product", "legal_entity", "boarding_run")


def in_bucket(code: str, prefix: str = "") -> Q:
    """Open loans in that bucket, or in any past due."""
    first, last = (1, None) if code == PAST_DUE else BUCKETS[code]
    days = Q(**{f"{prefix}dpd__gte": first})
    if last is not None:
        days &= Q(**{f"{prefix}dpd__lte": last})
    return days & Q(**{f"{prefix}open": True})


class BucketSums(NamedTuple):
    """Open loans of one arrears bucket."""

    code: str
    loans: int
    owed: Decimal
    past_due: Decimal


def book_by_bucket() -> dict[str, list[BucketSums]]:
    """{currency: every bucket in order, empty ones too} of the open loans. One query."""
    return summed_by_bucket(LoanBalance.objects.filter(open=True))


def summed_by_bucket(balances: QuerySet[LoanBalance]) -> dict[str, list[BucketSums]]:
    """{currency: every bucket in order, empty ones too}; who is not late is current. One query."""
    cases = [When(in_bucket(code), then=Value(code)) for code in BUCKETS if code != "current"]
    rows = (
        balances.annotate(bucket=Case(*cases, default=Value("current"), output_field=CharField()))
        .values_list("loan__currency", "bucket")
        .annotate(
            number=Count("pk"), owing=Sum(F("principal") + F("interest") + F("fees")), late=Sum("past_due_amount")
        )
        .order_by("loan__currency")
    )
    book: dict[str, dict[str, BucketSums]] = {}
    for currency, code, *figures in rows:
        book.setdefault(currency, {})[code] = BucketSums(code, *figures)
    nothing = {code: BucketSums(code, 0, ZERO, ZERO) for code in BUCKETS}
    return {currency: list((nothing | found).values()) for currency, found in book.items()}


def most_past_due(limit: int) -> list[LoanBalance]:
    """Open loans that are late, most money first. One query."""
    late = LoanBalance.objects.filter(in_bucket(PAST_DUE), past_due_amount__gt=0).select_related("loan__borrower")
    return list(late.order_by("-past_due_amount", "-dpd", "pk")[:limit])


def most_unapplied(limit: int) -> list[LoanBalance]:
    """Loans with money of the borrower's that nothing was paid with, most money first. One query."""
    held = LoanBalance.objects.filter(unapplied__gt=0).select_related("loan__borrower")
    return list(held.order_by("-unapplied", "pk")[:limit])


def open_exceptions(limit: int) -> list[NightException]:
    """Loans that a night could not do and nobody has resolved, most owed first. One query."""
    waiting = NightException.objects.filter(resolved_at=None).select_related("loan__borrower", "loan__balance", "night")
    return list(waiting.order_by("-loan__balance__principal", "pk")[:limit])


def latest_night() -> Night | None:
    """The last closing, finished or not. One query."""
    return Night.objects.order_by("-business_date").first()


def latest_proofs() -> list[Proof]:
    """The last time each law of the books was tried. One query."""
    return list(Proof.objects.select_related("night").order_by("law", "-proved_at", "-pk").distinct("law"))


def boarding_runs(limit: int) -> list[BoardingRun]:
    """Tapes boarded, the last first. One query."""
    return list(BoardingRun.objects.select_related("by", "product_version__product")[:limit])


def back_dated_events() -> QuerySet[LoanEvent]:
    """Events that count from a day before the one on which they became known, boarded history aside."""
    # As the condition of its index is written, which is why it need not read every event.
    late = LoanEvent.objects.filter(Q(effective_on__lt=F("recorded_on")) & ~Q(source__in=["boarding", "night"]))
    return late.select_related("loan__borrower", "by").order_by("-recorded_on", "-pk")


class Happened(NamedTuple):
    """One line of a day: how many, and how much money."""

    what: str
    number: int
    amount: Decimal


def happened_on(day: date) -> list[Happened]:
    """What one business date brought to the book, only lines that are not empty. Three queries.

    What became known that day, the interest that was posted on it, and loans that its close found newly late.
    """
    recorded = LoanEvent.objects.filter(recorded_on=day).exclude(source="boarding")
    by_kind = recorded.values_list("kind").annotate(Count("pk"), Sum("amount")).order_by("kind")
    lines = [Happened(LoanEvent.Kind(kind).label, number, amount or ZERO) for kind, number, amount in by_kind]
    # Interest that came with an entry of its own is the history of a tape.
    interest = Accrual.objects.filter(posted_on=day, entry=None).exclude(amount=0)
    earned = interest.aggregate(number=Count("pk"), amount=Sum("amount"))
    lines.append(Happened("Interest accrued", earned["number"], earned["amount"] or ZERO))
    closed = LoanBalance.objects.filter(open=True, accrued_through=day, dpd__in=NEWLY_LATE)
    moved = closed.aggregate(**_newly_late())
    for first in NEWLY_LATE:
        words = "Loans newly late" if first == 1 else f"Loans that reached {first} days late"
        lines.append(Happened(words, moved[f"n{first}"], moved[f"a{first}"] or ZERO))
    return [line for line in lines if line.number]


def _newly_late() -> dict[str, Any]:
    aggregates: dict[str, Any] = {}
    for first in NEWLY_LATE:
        aggregates[f"n{first}"] = Count("pk", filter=Q(dpd=first))
        aggregates[f"a{first}"] = Sum("past_due_amount", filter=Q(dpd=first))
    return aggregates
