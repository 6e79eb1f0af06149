"""Which statements already sent something counting from an earlier day would change: a part of its preview."""

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.models import Loan
from ledger.views.common import needs
from servicing.statements.selectors import statements_touched as touched


@require_safe
@needs("ledger.view_loan")
def statements_touched(request: HttpRequest, number: str) -> HttpResponse:
    """?since= is the day that it would count from."""
    try:
        since = date.fromisoformat(request.GET.get("since", ""))
    except ValueError:
        return HttpResponseBadRequest("since: a day, as YYYY-MM-DD.", content_type="text/plain")
    loan = get_object_or_404(Loan, number=number)
    context = {"loan": loan, "statements": touched(loan, since)}
    return render(request, "statements/_touched.html", context)
