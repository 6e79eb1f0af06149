"""The ageing of the whole book, on any two dates, as a page or a file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from finance.errors import Refused
from ledger.files import csv_response
from ledger.forms import TwoDatesForm
from ledger.models import Loan
from ledger.selectors import BUCKETS, business_date
from ledger.views.common import needs
from reporting.ageing import Ageing, LateOn
from reporting.ageing import ageing as report

ROWS = 50


@require_safe
@needs("reporting.view_books")
def ageing(request: HttpRequest) -> HttpResponse:
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    bucket = request.GET.get("bucket", "")
    context = {
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
        "bucket": bucket if bucket in BUCKETS else "",
        "keep": {"bucket": bucket} if bucket in BUCKETS else {},
    }
    try:
        found = report(as_of, known_on)
    except Refused as refused:
        return render(request, "reporting/ageing.html", context | {"refusal": refused}, status=422)
    late = in_bucket(found, bucket)
    if request.GET.get("format") == "csv":
        known = f"-known-{known_on}" if known_on else ""
        header = ("Loan", "Borrower", "Currency", "Days past due", "Past due", "Owed")
        named = with_names(late)
        rows = ((loan.number, loan.borrower.name, r.currency, r.dpd, r.past_due, r.owed) for r, loan in named)
        return csv_response(f"ageing-{as_of}{known}", header, rows)
    page = Paginator(late, ROWS).get_page(request.GET.get("page"))
    context |= {"ageing": found, "page": page, "rows": with_names(list(page))}
    return render(request, "reporting/ageing.html", context)


def in_bucket(found: Ageing, code: str) -> list[LateOn]:
    if code not in BUCKETS:
        return found.late
    first, last = BUCKETS[code]
    return [row for row in found.late if first <= row.dpd <= (last or row.dpd)]


def with_names(rows: list[LateOn]) -> list[tuple[LateOn, Loan]]:
    """Each row with its loan and borrower. One query."""
    loans = Loan.objects.select_related("borrower").in_bulk([row.loan_id for row in rows])
    return [(row, loans[row.loan_id]) for row in rows]
