"""Answering for a list: the page, its sums alone, or all of it as a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from finance.errors import Refused
from ledger.files import csv_stream, xlsx_response
from ledger.views.common import person
from tenants.current import current_tenant_id, tenant_context
from tenants.lists import RowList, Rows, Shown, SumRow
from tenants.lists.shown import DAYS
from tenants.models import SavedView, User

# Rows of a file: a spreadsheet has no more than 1,048,576, a text is for another program.
LONGEST = {"xlsx": 1_000_000, "csv": 2_000_000}


# What a page says its list's address is, when a file of it is ordered: nothing else is ever asked for rows.
ADDRESSES = Signer(salt="the address of a list")


class TooManyRows(Refused):
    code = "too_many_rows"
    message = (
        "A file of {kind} holds at most {limit:,} rows, and this list has more. "
        "Filter it further{other}, then export it."
    )


class RowsRequest(HttpRequest):
    """Asks the address of a list, as that person, for what it shows and no page of it: see ListAnswer."""

    def __init__(self, address: str, user: User) -> None:
        super().__init__()
        path, _, query = address.partition("?")
        self.method, self.path, self.path_info, self.GET = "GET", path, path, QueryDict(query)
        self.user = user


class ListAnswer(HttpResponse):
    """What `answer` gives a RowsRequest. file_name: without its ending.  days: those the list is about, {name: day}."""

    def __init__(self, shown: Shown, file_name: str, days: Mapping[str, date]) -> None:
        super().__init__()
        self.shown, self.file_name, self.days = shown, file_name, days


@dataclass(frozen=True, slots=True)
class Views:
    """The saved views of a list that a person sees, their own first; and the one that is open."""

    listed: list[SavedView]
    now: SavedView | None


def answer(
    request: HttpRequest,
    listing: RowList,
    rows: Rows,
    template: str,
    context: Mapping[str, Any],
    *,
    known: list[SumRow] | None = None,
    choices: Mapping[str, Mapping[str, str]] | None = None,
    file_name: str = "",
    status: int = 200,
) -> HttpResponseBase:
    """The page of `listing`, whose template has {% row_list shown %}; or what else its address asks for.

    context: its as_of and known_on are the days that the list is about.
    known and choices: see tenants.lists.Shown.  file_name: without ending; by default the list's own name.
    """
    shown = Shown(listing, request.GET, rows, known=known, choices=choices)
    if isinstance(request, RowsRequest):
        days = {name: context[name] for name in DAYS if context.get(name)}
        return ListAnswer(shown, file_name or listing.name, days)
    if request.GET.get("format") in LONGEST:
        return file_of(request, shown, file_name or listing.name)
    if request.GET.get("part") == "sums":
        return render(request, "components/row_list_part.html", {"shown": shown})
    views = views_of(request, listing)
    first = next((view for view in views.listed if view.is_default and view.user_id == person(request).pk), None)
    if first and request.method == "GET" and not request.GET:
        return redirect(f"{request.path}?{first.query}&view={first.pk}")
    return render(request, template, {**context, "shown": shown, "views": views}, status=status)


def views_of(request: HttpRequest, listing: RowList) -> Views:
    """One query."""
    user: User = person(request)
    found = SavedView.objects.filter(Q(user=user) | Q(shared=True), list=listing.name).select_related("user")
    listed = sorted(found, key=lambda view: (view.user_id != user.pk, view.name))
    open_now = request.GET.get("view", "")
    return Views(listed, next((view for view in listed if str(view.pk) == open_now), None))


def file_of(request: HttpRequest, shown: Shown, name: str) -> HttpResponseBase:
    """Exactly what is shown, all pages of it; or the page that says a worker has to write it. Raises TooManyRows."""
    kind = request.GET["format"]
    require_file(shown, kind)
    if shown.more_than(settings.ROWS_AT_ONCE):
        context = {
            "shown": shown,
            "kind": kind,
            "address": ADDRESSES.sign(request.get_full_path()),
            "back": without_format(request.get_full_path()),
        }
        return render(request, "ledger/order_file.html", context | {"at_once": settings.ROWS_AT_ONCE})
    if kind == "xlsx":
        return xlsx_response(name, {shown.listing.noun[1].capitalize(): [shown.header, *shown.lines()]})
    return csv_stream(name, shown.header, within_tenant(shown, current_tenant_id()))


def without_format(address: str) -> str:
    """The page of the list of which `address` is a file."""
    path, _, query = address.partition("?")
    shown = QueryDict(query, mutable=True)
    shown.pop("format", None)
    return f"{path}?{shown.urlencode()}" if shown else path


def require_file(shown: Shown, kind: str) -> None:
    """Raises TooManyRows where a file of that kind cannot hold the list."""
    if shown.more_than(LONGEST[kind]):
        other = " or take it as CSV" if kind == "xlsx" else ""
        raise TooManyRows(kind=kind.upper(), limit=LONGEST[kind], other=other)


def within_tenant(shown: Shown, tenant_id: int) -> Iterator[list[Any]]:
    """The lines, read after the request's own transaction has ended, in one of the same tenant."""
    with tenant_context(tenant_id):
        yield from shown.lines()
