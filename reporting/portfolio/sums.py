"""What the night added up of the portfolio, as known on any day. One query each, however many loans there are."""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from finance.money import ZERO
from ledger.models import Night, PortfolioSum
from ledger.models.portfolio import BUCKETS

LATE = BUCKETS[2:]  # 30 days past due or more


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of one month, or of more where that makes sense. Dollars; the fields are those of PortfolioSum."""

    loans: int = 0
    open_loans: int = 0
    principal: Decimal = ZERO
    late: Decimal = ZERO
    past_due: Decimal = ZERO
    was_principal: Decimal = ZERO
    disbursed: Decimal = ZERO
    charged_off: Decimal = ZERO
    recovered: Decimal = ZERO
    received: Decimal = ZERO
    expected: Decimal = ZERO

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES = [field.name for field in fields(Figures)]
NOTHING = Figures()


class Scope(NamedTuple):
    """What is asked: the last month end shown, what was known when, and in which currency."""

    month: date
    known_on: date
    currency: str


class Kept(NamedTuple):
    """Which months are kept. known_from: the first day of knowledge; before it nothing of them was known."""

    first: date
    last: date
    known_from: date


def kept_months(known_on: date, as_of: date) -> Kept | None:
    """The month ends up to `as_of` that were known on `known_on`; None when there is none. Two queries."""
    rows = PortfolioSum.objects.filter(measure="bucket", month_end__lte=as_of, known_on__lte=known_on)
    first, last = rows.order_by("month_end").first(), rows.order_by("-month_end").first()
    if first is None or last is None:
        return None
    return Kept(first.month_end, last.month_end, first.known_on)


def months_that_were_kept() -> list[date]:
    """Every month end there is, the last first. One query."""
    months = PortfolioSum.objects.filter(measure="bucket").values_list("month_end", flat=True)
    return list(months.distinct().order_by("-month_end"))


def currencies() -> list[str]:
    """The currencies of the loans that were kept. One query."""
    found = PortfolioSum.objects.filter(measure="bucket").values_list("currency", flat=True)
    return list(found.distinct().order_by("currency"))


def added(scope: Scope, measures: list[str], *by: str, **where: Any) -> dict[tuple[Any, ...], Figures]:
    """{values of the columns `by`: sums} of the rows known by then. One query."""
    rows: QuerySet[PortfolioSum] = PortfolioSum.objects.filter(
        measure__in=measures, currency=scope.currency, known_on__lte=scope.known_on, **where
    )
    summed = rows.order_by().values_list(*by).annotate(*(Sum(name) for name in NAMES))
    return {tuple(row[: len(by)]): Figures(*row[len(by) :]) for row in summed}


def by_bucket(scope: Scope, first: date) -> dict[date, dict[str, Figures]]:
    """{month end: {bucket or ending: sums}} from `first` on, in order."""
    found: defaultdict[date, dict[str, Figures]] = defaultdict(dict)
    for (month, key), figures in sorted(
        added(scope, ["bucket"], "month_end", "key", month_end__gte=first, month_end__lte=scope.month).items()
    ):
        found[month][key] = figures
    return dict(found)


def whole(buckets: dict[str, Figures]) -> Figures:
    """The sums of a month over all buckets and endings."""
    return sum(buckets.values(), NOTHING)


def rolls(scope: Scope) -> dict[tuple[str, str], Figures]:
    """{(bucket a month before, bucket or ending): sums} of the month."""
    found = added(scope, ["roll"], "key", "of", month_end=scope.month)
    return {pair: figures for pair, figures in found.items() if figures.loans or figures.was_principal}


def concentrations(scope: Scope) -> dict[str, dict[str, Figures]]:
    """{measure: {key: sums}} of the open loans by industry, city and size at the end of the month."""
    found: defaultdict[str, dict[str, Figures]] = defaultdict(dict)
    for (measure, key), figures in added(
        scope, ["industry", "city", "size"], "measure", "key", month_end=scope.month
    ).items():
        if figures.open_loans:
            found[measure][key] = figures
    return dict(found)


def vintages(scope: Scope) -> dict[str, dict[int, Figures]]:
    """{quarter of disbursement: {months on book: sums}} up to the month."""
    found: defaultdict[str, dict[int, Figures]] = defaultdict(dict)
    for (quarter, months), figures in sorted(
        added(scope, ["vintage"], "key", "of", month_end__lte=scope.month).items()
    ):
        found[quarter][int(months)] = figures
    return dict(found)


def closed_through() -> date | None:
    """The last day whose night is finished: what is known later is not in the sums yet. One query."""
    night = Night.objects.exclude(finished_at=None).order_by("-business_date").first()
    return night.business_date if night else None
