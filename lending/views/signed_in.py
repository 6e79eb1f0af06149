"""Whether a page that was opened a while ago can still be sent: who is signed in, and what to do when it cannot."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def signed_in(request: HttpRequest) -> JsonResponse:
    """{"person": the id of who is signed in, or null}: a page asks before it sends what was typed into it."""
    return JsonResponse({"person": request.user.pk})


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form of a page from before the last sign-in is answered with."""
    return render(request, "403_csrf.html", status=403)
