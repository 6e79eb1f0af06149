"""The portfolio at a month end, on any two dates; and the rows behind each of its points."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ledger.close.months import last_month_end
from ledger.files import csv_response, xlsx_response
from ledger.forms import TwoDatesForm
from ledger.selectors import business_date
from ledger.views.common import needs
from reporting.portfolio import charts, cohorts
from reporting.portfolio.proof import compare_with_postings
from reporting.portfolio.rows import FIGURES, Point, Rows, rows_behind, sum_of
from reporting.portfolio.sums import (
    Kept,
    Scope,
    by_bucket,
    concentrations,
    currencies,
    kept_months,
    rolls,
    vintages,
    whole,
)

MONTHS, ROWS = 24, 50


@require_safe
@needs("reporting.view_portfolio")
def portfolio(request: HttpRequest) -> HttpResponse:
    today = business_date()
    dates = TwoDatesForm(request.GET or None, today=today)
    as_of, known_on = dates.shown
    known = currencies()
    currency = request.GET.get("currency", "")
    currency = currency if currency in known else (known[0] if known else "")
    by = "loans" if request.GET.get("by") == "loans" else "dollars"
    kept = kept_months(known_on or today, as_of)
    context: dict[str, Any] = {
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
        "keep": {"by": by, "currency": currency},
        "by": by,
        "kept": kept,
        "currency": currency,
        "currencies": known,
        "asked": {name: value for name, value in request.GET.items() if name != "compare"},
    }
    if kept is not None:
        scope = Scope(kept.last, known_on or today, currency)
        context |= page_of(scope, kept, by, request.GET.get("vintages", ""), rows_of(scope, known_on, len(known) > 1))
        if request.GET.get("format") == "xlsx":
            return xlsx_response(f"portfolio-{scope.month}", sheets_of(context))
        if "compare" in request.GET:
            context["compared"] = compare_with_postings(scope)
    return render(request, "reporting/portfolio.html", context)


def rows_of(scope: Scope, known_on: date | None, several: bool) -> charts.Link:
    """The addresses of the rows behind points, as known on the day of the page."""
    kept = {"known_on": known_on.isoformat()} if known_on else {}
    kept |= {"currency": scope.currency} if several else {}

    def link(what: str, month: date, key: str = "", of: str = "") -> str:
        query = {"what": what, "month": month.isoformat(), "key": key, "of": of} | kept
        return f"{reverse('portfolio_rows')}?{urlencode({name: value for name, value in query.items() if value})}"

    return link


def page_of(scope: Scope, kept: Kept, by: str, last_vintage: str, link: charts.Link) -> dict[str, Any]:
    """What the page shows. Four queries."""
    first = scope.month
    for _ in range(MONTHS - 1):
        first = last_month_end(first)
    months = by_bucket(scope, max(first, kept.first))
    found = vintages(scope)
    shown = cohorts.shown_vintages(found, scope.month, last_vintage)
    before, after = cohorts.neighbours(found, shown, scope.month)
    held = concentrations(scope)
    now = months.get(scope.month, {})
    return {
        "month": scope.month,
        "open_loans": whole(now).open_loans,
        "principal": whole(now).principal,
        "arrears": charts.arrears(months, link),
        "rolls": charts.roll_table(rolls(scope), scope.month, last_month_end(scope.month), by, link),
        "losses": cohorts.losses(found, shown, scope.month, link),
        "lateness": cohorts.lateness(found, shown, scope.month, link),
        "ages": cohorts.AGES,
        "vintages": cohorts.vintage_rows(found, shown[-1] if shown else "", scope.month, link),
        "earlier_vintages": before,
        "later_vintages": after,
        "concentrations": [
            charts.concentration(measure, held.get(measure, {}), scope.month, link)
            for measure in ("industry", "city", "size")
        ],
        "cash": charts.cash(months, link),
        "charge_offs": charts.losses_by_month(months, link),
    }


def sheets_of(page: dict[str, Any]) -> dict[str, list[list[object]]]:
    """Every chart and table of the page as a sheet."""
    found = [
        page["arrears"],
        page["cash"],
        page["charge_offs"],
        page["losses"],
        page["lateness"],
        *page["concentrations"],
    ]
    sheets: dict[str, list[list[object]]] = {chart.id.capitalize(): sheet_of(chart) for chart in found}
    table = page["rolls"]
    header: list[object] = ["From", "Loans", "Principal before", *(charts.label(end) for end in table.to)]
    sheets["Rolls"] = [header] + [
        [
            charts.label(start),
            loans,
            dollars,
            *(cell.dollars if page["by"] == "dollars" else cell.loans for cell in cells),
        ]
        for start, loans, dollars, cells in table.rows
    ]
    sheets["Vintages"] = [["Quarter", "Paid out", *(f"{age} months" for age in page["ages"])]] + [
        [quarter, paid, *(share for share, _, _ in cells)] for quarter, paid, cells in page["vintages"]
    ]
    return sheets


def sheet_of(chart: charts.Chart) -> list[list[object]]:
    series = chart.data["series"]
    rows: list[list[object]] = [[chart.x_label, *(line["name"] for line in series)]]
    return rows + [[x, *(line["data"][place] for line in series)] for place, x in enumerate(chart.data["x"])]


@require_safe
@needs("reporting.view_portfolio")
def portfolio_rows(request: HttpRequest) -> HttpResponse:
    """The loans behind one point, with what each adds to it, and their sum."""
    today = business_date()
    known_on = TwoDatesForm(request.GET or None, today=today).shown[1]
    point, known = Point.read(request.GET), currencies()
    if point is None or not known:
        raise Http404("No such point.")
    currency = request.GET.get("currency", "")
    scope = Scope(point.month, known_on or today, currency if currency in known else known[0])
    figure, found = FIGURES[point.what], rows_behind(point, scope)
    if request.GET.get("format") == "csv":
        return as_file(point, scope, found)
    page = Paginator(found, ROWS)
    loans, total = sum_of(found)
    page.count = loans  # asked together with the sum
    context = {
        "title": figure.says(point),
        "column": figure.of_loan,
        "point": point,
        "as_of": point.month,
        "known_on": known_on,
        "currency": scope.currency,
        "page": page.get_page(request.GET.get("page")),
        "loans": loans,
        "total": total,
    }
    return render(request, "reporting/portfolio_rows.html", context)


def as_file(point: Point, scope: Scope, found: Rows) -> HttpResponse:
    rows = ((row["loan__number"], row["loan__borrower__name"], row["amount"]) for row in found)
    header = ("Loan", "Borrower", f"{FIGURES[point.what].of_loan} ({scope.currency})")
    return csv_response(f"portfolio-{point.what}-{point.month}", header, rows)
