"""What the pages of origination share."""

from collections.abc import Callable
from datetime import date

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from origination.models import Application
from tenants.current import current_tenant_id
from tenants.models import Tenant, User

View = Callable[..., HttpResponseBase]


def needs(permission: str) -> Callable[[View], View]:
    """Signed in, and allowed: a stranger is taken to the sign-in page, somebody else is told no."""

    def decorated(view: View) -> View:
        return login_required(permission_required(permission, raise_exception=True)(view))

    return decorated


def person(request: HttpRequest) -> User:
    """Who is signed in, behind `needs`."""
    assert isinstance(request.user, User)
    return request.user


def business_date() -> date:
    return Tenant.objects.get(pk=current_tenant_id()).business_date


def sent_application(number: str) -> Application:
    """One that staff may see."""
    found: Application = get_object_or_404(Application.objects.sent().listed(), number=number)
    return found


def own_application(request: HttpRequest, number: str) -> Application:
    """One of the person's own; anybody else's is not found."""
    mine = Application.objects.filter(applicant=person(request)).listed()
    found: Application = get_object_or_404(mine, number=number)
    return found
