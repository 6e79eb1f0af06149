"""What was proved and when, what differs, and what is sealed: for the proof page. Reads only."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from ledger.close.laws import LAWS
from ledger.models import Difference, Proof, Seal


@dataclass(frozen=True, slots=True)
class LawStanding:
    """A law of the books, the last time it was tried, and how many of its differences nobody has resolved."""

    code: str
    label: str
    short: str
    compares: str
    means: str
    proof: Proof | None
    open: int

    @property
    def holds(self) -> bool:
        return self.proof is not None and self.proof.holds


def laws_now() -> list[LawStanding]:
    """Every law, in the order of the page. Two queries."""
    latest = {proof.law: proof for proof in Proof.objects.order_by("law", "-proved_at", "-pk").distinct("law")}
    waiting = Difference.objects.filter(resolved_at=None).values_list("law").annotate(Count("pk")).order_by()
    counts = dict(waiting)
    return [
        LawStanding(code, Proof.Law(code).label, short, compares, means, latest.get(code), counts.get(code, 0))
        for code, (short, compares, means) in LAWS.items()
    ]


def open_differences() -> QuerySet[Difference]:
    """Differences that nobody has resolved, the oldest first."""
    waiting = Difference.objects.filter(resolved_at=None)
    return waiting.select_related("owner", "first_proof", "last_proof").order_by("pk")


@dataclass(frozen=True, slots=True)
class DayProved:
    """A business date and the last proof of each law on it, in the order of LAWS; None: not tried."""

    day: date
    proofs: tuple[Proof | None, ...]
    seal: Seal | None


def history(days: int) -> list[DayProved]:
    """The last `days` business dates on which anything was proved, the latest first. Three queries."""
    dates = list(Proof.objects.order_by("-business_date").values_list("business_date", flat=True).distinct()[:days])
    proofs = Proof.objects.filter(business_date__in=dates).defer("differences")
    last = proofs.order_by("business_date", "law", "-proved_at", "-pk").distinct("business_date", "law")
    by_day = {(proof.business_date, proof.law): proof for proof in last}
    seals = {seal.business_date: seal for seal in Seal.objects.filter(business_date__in=dates)}
    return [DayProved(day, tuple(by_day.get((day, law)) for law in LAWS), seals.get(day)) for day in dates]
