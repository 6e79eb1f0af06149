"""Going on with the tour, going back, ending it, and beginning it again."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ledger.views.common import person
from lending.tour import STEPS, STORE, step_of
from tenants.models import User


@require_POST
@login_required
def tour(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not user.is_staff:
        raise PermissionDenied
    act, now = request.POST.get("act", ""), step_of(request)
    wanted = {"start": 0, "show": now, "next": now + 1, "back": max(now - 1, 0)}.get(act)
    if wanted is None or wanted >= len(STEPS):
        User.objects.filter(pk=user.pk).update(toured=True)
        request.session.pop(STORE, None)
        return redirect(here(request))
    if act == "start":
        User.objects.filter(pk=user.pk).update(toured=False)
    request.session[STORE] = wanted
    return redirect(STEPS[wanted].page())


def here(request: HttpRequest) -> str:
    """The page the person is on, which ending the tour does not leave."""
    back = request.POST.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return back if safe else "/"
