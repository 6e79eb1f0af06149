"""What the shell of every page shows: the tenant, its business date, the environment, and where one can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lending.demo.people import demo_sign_ins
from lending.help import text_for
from lending.navigation import navigation_for
from lending.tour import tour_of
from lending.work import with_untold_work
from tenants.models import Tenant


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant_id = getattr(request, "tenant_id", None)
    if tenant_id is None:  # an address that nobody is served at
        return {"environment": settings.ENVIRONMENT}
    user = getattr(request, "user", None)
    tenant = with_untold_work(Tenant.objects.all(), user).get(pk=tenant_id)
    return {
        "environment": settings.ENVIRONMENT,
        "clock_can_be_moved": settings.CLOCK_CAN_BE_MOVED,
        "tenant": tenant,
        "business_date": tenant.business_date,
        "navigation": navigation_for(request),
        "help_page": help_page(request),
        "tour": tour_of(request),
        "demo_sign_ins": [] if signed_in(request) else demo_sign_ins(),
    }


def signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def help_page(request: HttpRequest) -> str:
    """The text of docs/help/ that belongs to this page, for whoever is signed in."""
    opened = request.resolver_match
    return text_for(opened.url_name) if opened and signed_in(request) else ""
