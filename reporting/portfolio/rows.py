"""The rows behind a point of the portfolio: loans with what each adds to it. Their sum is the point, to the cent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from finance.money import ZERO
from ledger.close.months import SIZES
from ledger.models import LoanMonth
from ledger.models.portfolio import ENDINGS
from reporting.portfolio.charts import TOP, label, month_name, name_of
from reporting.portfolio.sums import Scope, concentrations

Rows = QuerySet[Any, dict[str, Any]]
OPEN = ~Q(bucket__in=ENDINGS)


@dataclass(frozen=True, slots=True)
class Point:
    """what: the figure.  month: its month end.  key, of: of which bucket, quarter, industry...; as PortfolioSum."""

    what: str
    month: date
    key: str = ""
    of: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Point | None":
        """The point that an address names; None where it names none."""
        try:
            point = cls(
                query.get("what", ""),
                date.fromisoformat(query.get("month", "")),
                query.get("key", ""),
                query.get("of", ""),
            )
        except ValueError:
            return None
        if point.what not in FIGURES or (point.what in VINTAGES and not is_vintage(point)):
            return None
        return point


def is_vintage(point: Point) -> bool:
    """A quarter such as 2005Q3 and an age such as 017."""
    return (
        len(point.key) == 6
        and point.key[:4].isdigit()
        and point.key[4] == "Q"
        and point.key[5] in "1234"
        and point.of.isdigit()
        and len(point.of) == 3
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """field: what of a loan is added up.  says: the point in words.  of_loan: what the column is called."""

    field: str
    of_loan: str
    says: Callable[[Point], str]


VINTAGES = ("loss", "late60")
FIGURES = {
    "bucket": Figure("principal", "Principal", lambda at: f"{label(at.key)} at the end of {month_name(at.month)}"),
    "roll": Figure(
        "was_principal",
        "Principal a month before",
        lambda at: f"From {label(at.key).lower()} to {label(at.of).lower()} in {month_name(at.month)}",
    ),
    "industry": Figure("principal", "Principal", lambda at: f"{name_of('industry', at.key)}, {month_name(at.month)}"),
    "city": Figure("principal", "Principal", lambda at: f"{name_of('city', at.key)}, {month_name(at.month)}"),
    "size": Figure("principal", "Principal", lambda at: f"Loans of {at.key}, {month_name(at.month)}"),
    "industry-rest": Figure("principal", "Principal", lambda at: f"Other industries, {month_name(at.month)}"),
    "city-rest": Figure("principal", "Principal", lambda at: f"Other cities, {month_name(at.month)}"),
    "expected": Figure("expected", "Fell due", lambda at: f"Fell due in {month_name(at.month)}"),
    "received": Figure("received", "Received", lambda at: f"Received in {month_name(at.month)}"),
    "charged_off": Figure("charged_off", "Charged off", lambda at: f"Charged off in {month_name(at.month)}"),
    "recovered": Figure("recovered", "Recovered", lambda at: f"Recovered in {month_name(at.month)}"),
    "loss": Figure(
        "net",
        "Charged off less recovered",
        lambda at: f"Lost of loans of {at.key.replace('Q', ' Q')} up to {int(at.of)} months on book",
    ),
    "late60": Figure(
        "principal",
        "Principal",
        lambda at: f"60 or more days late of loans of {at.key.replace('Q', ' Q')}, {int(at.of)} months on book",
    ),
}


def rows_behind(point: Point, scope: Scope) -> Rows:
    """[{loan_id, loan__number, loan__borrower__name, count, amount}] of the loans behind the point, the most first."""
    figure = FIGURES[point.what]
    rows: QuerySet[LoanMonth] = LoanMonth.objects.filter(
        known_on__lte=scope.known_on, loan__currency=scope.currency
    ).filter(behind(point, scope))
    if point.what in VINTAGES:
        age = (ExtractYear("month_end") - ExtractYear("loan__opened_on")) * 12
        rows = rows.annotate(age=age + ExtractMonth("month_end") - ExtractMonth("loan__opened_on"))
        rows = rows.filter(age__lte=int(point.of)) if point.what == "loss" else rows.filter(age=int(point.of))
    amount = F("charged_off") - F("recovered") if figure.field == "net" else F(figure.field)
    money = DecimalField(max_digits=18, decimal_places=2)
    found = rows.order_by().values("loan_id", "loan__number", "loan__borrower__name")
    found = found.annotate(count=Sum("loans"), amount=Sum(amount, output_field=money))
    counts = point.what in ("bucket", "roll", "industry", "city", "size", "industry-rest", "city-rest", "late60")
    standing = Q(count__gt=0) if counts else ~Q(amount=0)
    return cast(Rows, found.filter(standing).order_by("-amount", "loan__number"))


def behind(point: Point, scope: Scope) -> Q:
    """Which rows."""
    if point.what in VINTAGES:
        year, quarter = int(point.key[:4]), int(point.key[5])
        opened = Q(
            loan__opened_on__gte=date(year, 3 * quarter - 2, 1),
            loan__opened_on__lt=date(year + quarter // 4, 3 * quarter % 12 + 1, 1),
        )
        found = opened & Q(month_end__lte=point.month)
        return found & Q(dpd__gte=60) if point.what == "late60" else found
    month = Q(month_end=point.month)
    if point.what == "bucket":
        return month & Q(bucket=point.key)
    if point.what == "roll":
        return month & Q(was=point.key, bucket=point.of)
    if point.what in ("industry", "city"):
        return month & OPEN & Q(**{point.what: point.key})
    if point.what in ("industry-rest", "city-rest"):
        measure = point.what.partition("-")[0]
        held = concentrations(scope._replace(month=point.month)).get(measure, {})
        top = sorted(held, key=lambda key: (-held[key].principal, key))[:TOP]
        return month & OPEN & ~Q(**{f"{measure}__in": top})
    if point.what == "size":
        return month & OPEN & of_size(point.key)
    return month


def of_size(key: str) -> Q:
    edges = list(SIZES.values())
    place = list(SIZES).index(key) if key in SIZES else 0
    found = Q(loan__amount__gte=edges[place] or 0)
    return found & Q(loan__amount__lt=edges[place + 1]) if place + 1 < len(edges) else found


def sum_of(rows: Rows) -> tuple[int, Decimal]:
    """How many loans, and what they come to. One query."""
    found = rows.order_by().aggregate(loans=Count("loan_id"), total=Sum("amount"))
    return found["loans"], found["total"] or ZERO
