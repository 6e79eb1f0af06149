"""The ageing of the whole book, on any two dates, as a page or a file."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from finance.errors import Refused
from ledger.forms import TwoDatesForm
from ledger.selectors import BUCKETS, PAST_DUE, business_date, in_bucket, summed_by_bucket
from ledger.views.common import needs
from ledger.views.lists import RowsRequest, answer
from reporting.ageing import ageing as report
from reporting.ageing import is_now, owing_now
from reporting.lists import LATE_LOANS, LATE_TODAY, LateRow


@require_safe
@needs("reporting.view_books")
def ageing(request: HttpRequest) -> HttpResponseBase:
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    bucket = request.GET.get("bucket", "")
    context = {
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
        "keep": {"bucket": bucket} if bucket in BUCKETS else {},
    }
    if is_now(as_of, known_on):
        return today(request, context)
    try:
        found = report(as_of, known_on)
    except Refused as refused:
        if isinstance(request, RowsRequest):
            raise
        return render(request, "reporting/ageing.html", context | {"refusal": refused}, status=422)
    on = {"as_of": as_of} | ({"known_on": known_on} if known_on else {})
    late = [LateRow(row, on) for row in found.late]
    name = f"ageing-{as_of}" + (f"-known-{known_on}" if known_on else "")
    context["buckets"] = found.buckets
    return answer(request, LATE_LOANS, late, "reporting/ageing.html", context, file_name=name)


def today(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    """The book as it stands. Its sums come after the page."""
    owing = owing_now()
    if request.GET.get("part") == "buckets":
        return render(request, "reporting/_ageing_buckets.html", context | {"buckets": summed_by_bucket(owing)})
    late = owing.filter(in_bucket(PAST_DUE))
    name = f"ageing-{context['as_of']}"
    return answer(request, LATE_TODAY, late, "reporting/ageing.html", context | {"today": True}, file_name=name)
