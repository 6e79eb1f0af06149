"""What pages share: who may open one, and who is signed in."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django_htmx.http import HttpResponseClientRedirect

from tenants.models import LongWork, User

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


def ordered(request: HttpRequest, work: LongWork) -> None:
    """Say that a worker does it, and where to look."""
    said = '{}: a worker does it now. <a href="{}">Long work says how far it is</a>'
    messages.info(request, format_html(said, work.title, reverse("work")))


def by_htmx(request: HttpRequest) -> bool:
    """Whether the page asks for a part of itself."""
    return request.headers.get("HX-Request") == "true"


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to `url`, whichever way it asked."""
    return HttpResponseClientRedirect(url) if by_htmx(request) else redirect(url)


def dates_query(as_of: date, known_on: date | None) -> str:
    """Both dates as a query string, for a link to another page of the same day."""
    return urlencode({"as_of": as_of.isoformat(), **({"known_on": known_on.isoformat()} if known_on else {})})
