"""Every component of the pages, in every state."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.views.common import needs
from lending.templatetags import gallery  # noqa: F401 - declares the list of the page


@require_safe
@needs("ledger.view_loan")
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "lending/components.html")
