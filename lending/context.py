"""What the shell of every page shows: the tenant, its business date, the environment, and where one can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lending.demo.people import demo_sign_ins
from lending.navigation import navigation_for
from tenants.models import Tenant


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant_id = getattr(request, "tenant_id", None)
    if tenant_id is None:  # an address that nobody is served at
        return {"environment": settings.ENVIRONMENT}
    tenant = Tenant.objects.get(pk=tenant_id)
    return {
        "environment": settings.ENVIRONMENT,
        "clock_can_be_moved": settings.CLOCK_CAN_BE_MOVED,
        "tenant": tenant,
        "business_date": tenant.business_date,
        "navigation": navigation_for(request),
        "demo_sign_ins": [] if signed_in(request) else demo_sign_ins(),
    }


def signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
