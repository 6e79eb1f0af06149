"""One request, one tenant, one transaction."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.current import tenant_at, tenant_context


class TenantMiddleware:
    """Opens the transaction of the whole request and gives it to the tenant of the address that was asked for.

    A view is atomic inside it (ATOMIC_REQUESTS), so a view that fails undoes its own work only. A failure outside any
    view, answered with 500, undoes everything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant_id = tenant_at(request.get_host().rsplit(":", 1)[0].lower())
        if tenant_id is None:
            return render(request, "no_tenant.html", status=404)
        request.tenant_id = tenant_id  # type: ignore[attr-defined]
        with tenant_context(tenant_id):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
