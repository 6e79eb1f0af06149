"""Find anything: the answers while somebody types, and the same as a page of its own."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ledger.views.common import by_htmx, person
from lending.recent import STORE, opened_last
from lending.search import COVERS, find


@require_GET
@login_required
def find_anything(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not user.is_staff:
        raise PermissionDenied
    text = request.GET.get("q", "").strip()
    groups = find(text, user) if text else opened_last(request.session.get(STORE, []), user)
    template = "lending/_find.html" if by_htmx(request) else "lending/find.html"
    return render(request, template, {"groups": groups, "text": text, "covers": COVERS})
