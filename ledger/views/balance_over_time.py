"""The chart of what a loan owed, month end by month end: a page, or the part of the loan's page that holds it."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ledger.balance_over_time import Owed
from ledger.balance_over_time import balance_over_time as owed_over_time
from ledger.forms import TwoDatesForm
from ledger.models import Loan
from ledger.selectors import business_date, with_all_that_names_it
from ledger.standing import read_account
from ledger.views.common import by_htmx, dates_query, needs


@require_safe
@needs("ledger.view_loan")
def balance_over_time(request: HttpRequest, number: str) -> HttpResponse:
    loan = get_object_or_404(with_all_that_names_it(), number=number)
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    points = owed_over_time(read_account(loan), as_of=as_of, known_on=known_on)
    context = {
        "loan": loan,
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
        "dates_query": dates_query(as_of, known_on),
        **drawn(loan, points, known_on),
    }
    name = "_balance_over_time" if by_htmx(request) else "balance_over_time"
    return render(request, f"ledger/{name}.html", context)


def drawn(loan: Loan, points: list[Owed], known_on: date | None) -> dict[str, Any]:
    """What components/chart draws; a click on a month end opens the loan as of that day."""
    address = reverse("loan", args=[loan.number])
    return {
        "title": finding(points[-1]) if points else "",
        "data": {
            "kind": "line",
            "x": [f"{point.on:%-d %b %Y}" for point in points],
            "series": [
                {"name": "Principal as signed", "data": [point.agreed for point in points]},
                {"name": "Principal owed", "data": [point.principal for point in points]},
                {"name": "With interest and fees", "data": [point.principal + point.rest for point in points]},
            ],
            "urls": [f"{address}?{dates_query(point.on, known_on)}" for point in points],
        },
    }


def finding(last: Owed) -> str:
    """The chart in a sentence: where principal stands beside the schedule that was signed."""
    apart = last.principal - last.agreed
    if not apart:
        return "Principal stands where the signed schedule has it"
    return f"Principal stands ${abs(apart):,.2f} {'above' if apart > 0 else 'below'} the signed schedule"
