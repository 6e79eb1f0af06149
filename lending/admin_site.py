"""Django admin as the administrator's control room. Nothing with ledger effect can be edited there."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse

from tenants.control_room import VIEW


class LoanwrightAdmin(admin.AdminSite):
    site_title = "Loanwright"
    site_header = "Loanwright"
    index_title = "Control room"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm(VIEW)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list of everything, under the health of the system."""
        from ledger import selectors
        from lending.views.home import staff_without_second_factor

        health = {
            "night": selectors.latest_night(),
            "proofs": selectors.latest_proofs(),
            "exceptions": selectors.open_exceptions(50),
            "without_second_factor": staff_without_second_factor(),
        }
        return super().index(request, (extra_context or {}) | health)


class LoanwrightAdminConfig(AdminConfig):
    default_site = "lending.admin_site.LoanwrightAdmin"
