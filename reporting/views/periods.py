"""The months of each company's books, open or closed."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.models import Period
from ledger.views.common import needs

ROWS = 50


@require_safe
@needs("reporting.view_books")
def periods(request: HttpRequest) -> HttpResponse:
    found = Period.objects.select_related("legal_entity").order_by("-starts_on", "legal_entity__name")
    return render(request, "reporting/periods.html", {"page": Paginator(found, ROWS).get_page(request.GET.get("page"))})
