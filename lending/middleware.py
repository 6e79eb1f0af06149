"""What applies to every page: staff use a second factor, and a refusal is an answer, not a failure."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from finance.errors import Refused


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
