"""What applies to every page: staff use a second factor, a form is done once, and a refusal is an answer."""

import hashlib
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from finance.errors import Refused
from ledger.views.common import go

SENT_ALREADY = "That was sent already. Nothing was done a second time: this is what it led to."


class StaffMfaMiddleware:
    """Staff without a second factor are taken to the page that sets one up, and nowhere else, outside the demo."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.MFA_REQUIRED_FOR_STAFF
            and user.is_authenticated
            and user.is_staff
            and not request.path.startswith(reverse("home") + "accounts/")
            and not is_mfa_enabled(user)
        ):
            messages.info(request, "Set up a second factor to go on: staff sign in with one.")
            return redirect("mfa_activate_totp")
        return self.get_response(request)


class SentOnceMiddleware:
    """The form of one page, sent again as it was, is not done a second time: the person is told, and taken on.

    What tells one page from another is its CSRF token, which is masked anew for each. Remembered is what led to another
    page, once it is committed; a form that came back with an error may be sent as often as it takes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        form = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
        if not form or not request.user.is_authenticated or b"csrfmiddlewaretoken=" not in request.body:
            return self.get_response(request)
        content = hashlib.sha256(request.get_full_path().encode() + b"\n" + request.body).hexdigest()
        key = f"sent:{getattr(request, 'tenant_id', '')}:{request.user.pk}:{content}"
        if led_to := cache.get(key):
            messages.info(request, SENT_ALREADY)
            return go(request, led_to)
        response = self.get_response(request)
        if led_to := response.headers.get("HX-Redirect") or response.headers.get("Location"):
            transaction.on_commit(lambda: cache.set(key, led_to, settings.SESSION_COOKIE_AGE))
        return response


class RefusalMiddleware:
    """A refusal that a page did not show beside its form is shown on a page of its own, with what was asked kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        return render(request, "refused.html", {"refusal": exception}, status=409)
