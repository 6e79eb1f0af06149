"""What a page is for: beside the page, or as a page of its own."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ledger.views.common import by_htmx, person
from lending.help import PORTAL, texts, written


@require_GET
@login_required
def page_help(request: HttpRequest, page: str) -> HttpResponse:
    staff = person(request).is_staff
    if page not in texts():
        raise Http404
    if not (staff or page in PORTAL):
        raise PermissionDenied
    template = "lending/_page_help.html" if by_htmx(request) else "lending/page_help.html"
    base = "base.html" if staff else "base_portal.html"
    return render(request, template, {"text": written(page), "base": base})
