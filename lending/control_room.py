"""The control room's first page and its door. What it shows of each table is in the places' own admin.py."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from ledger import selectors
from ledger.views.common import person
from lending.job_health import jobs
from lending.needs import waiting
from lending.views.home import staff_without_second_factor
from tenants.control_room import VIEW


class LoanwrightAdmin(admin.AdminSite):
    site_title = "Loanwright"
    site_header = "Loanwright"
    index_title = "Control room"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm(VIEW)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way to sign in, with its second factor: Django's own page would ask for a password alone."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The list of everything, under the health of the system."""
        health = {
            "night": selectors.latest_night(),
            "proofs": selectors.latest_proofs(),
            "exceptions": selectors.open_exceptions(50),
            "without_second_factor": staff_without_second_factor(),
            "jobs": jobs(),
            "waiting": waiting(person(request)),
        }
        return super().index(request, (extra_context or {}) | health)
