"""Every payment on a loan, the latest first, each with its receipt."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.views.common import needs, person
from servicing.payments.selectors import loans_of, payments_of

ROWS = 50


@require_safe
@needs("payments.pay")
def payments(request: HttpRequest, number: str) -> HttpResponse:
    loan = get_object_or_404(loans_of(person(request)), number=number)
    page = Paginator(payments_of([loan]), ROWS).get_page(request.GET.get("page"))
    return render(request, "portal/payments.html", {"loan": loan, "page": page})
