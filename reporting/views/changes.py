"""The rows behind a line of what changed on a day."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.files import csv_response
from ledger.views.common import needs
from reporting.changes import KINDS, Row, day_asked, rows_behind, sum_behind

ROWS = 50
ALL = 1_000_000


@require_safe
@needs("reporting.view_portfolio")
def changes(request: HttpRequest) -> HttpResponse:
    on, what = day_asked(request.GET.get("day", "")), request.GET.get("what", "")
    if what not in KINDS:
        raise Http404("No such change.")
    if request.GET.get("format") == "csv":
        return as_file(on, what)
    number, amount = sum_behind(on, what)
    page = Paginator(range(number), ROWS).get_page(request.GET.get("page"))
    one, several, money_is = KINDS[what]
    context: dict[str, Any] = {
        "title": (one if number == 1 else several).capitalize(),
        "on": on,
        "what": what,
        "number": number,
        "amount": amount,
        "money_is": money_is,
        "page": page,
        "rows": rows_behind(on, what, first=max(page.start_index() - 1, 0), most=ROWS),
    }
    return render(request, "reporting/changes.html", context)


def as_file(on: date, what: str) -> HttpResponse:
    rows = rows_behind(on, what, first=0, most=ALL)
    return csv_response(f"changes-{on}-{what}", ("Loan", "Borrower", "Money", "Reason"), (cells(row) for row in rows))


def cells(row: Row) -> tuple[object, ...]:
    return (row.loan.number if row.loan else "", row.loan.borrower.name if row.loan else "", row.amount, row.reason)
