"""Answering for a list: the page, its sums alone, or all of it as a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from finance.errors import Refused
from ledger.files import csv_stream, xlsx_response
from ledger.views.common import person
from tenants.current import current_tenant_id, tenant_context
from tenants.lists import RowList, Rows, Shown, SumRow
from tenants.models import SavedView, User

# Rows of a file: a table in memory is for looking at, a text is for another program.
LONGEST = {"xlsx": 50_000, "csv": 2_000_000}


class TooManyRows(Refused):
    code = "too_many_rows"
    message = (
        "A file of {kind} holds at most {limit:,} rows, and this list has more. "
        "Filter it further{other}, then export it."
    )


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

    known and choices: see tenants.lists.Shown.  file_name: without ending; by default the list's own name.
    """
    shown = Shown(listing, request.GET, rows, known=known, choices=choices)
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
    """Exactly what is shown, all pages of it. Raises TooManyRows."""
    kind = request.GET["format"]
    if shown.more_than(LONGEST[kind]):
        other = " or take it as CSV" if kind == "xlsx" else ""
        raise TooManyRows(kind=kind.upper(), limit=LONGEST[kind], other=other)
    if kind == "xlsx":
        return xlsx_response(name, {shown.listing.noun[1].capitalize(): [shown.header, *shown.lines()]})
    return csv_stream(name, shown.header, within_tenant(shown, current_tenant_id()))


def within_tenant(shown: Shown, tenant_id: int) -> Iterator[list[Any]]:
    """The lines, read after the request's own transaction has ended, in one of the same tenant."""
    with tenant_context(tenant_id):
        yield from shown.lines()
