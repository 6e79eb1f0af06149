"""The list of applications that were sent."""

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ledger.views.common import needs
from origination.models import Application

PAGE = 50
SORTS = {"number": "number", "name": "name", "amount": "money", "since": "state_since", "submitted": "submitted_on"}
STATES = [(value, label) for value, label in Application.State.choices if value != "draft"]


@require_GET
@needs("origination.view_application")
def applications(request: HttpRequest) -> HttpResponse:
    state, query = request.GET.get("state", ""), request.GET.get("q", "").strip()
    state = state if state in dict(STATES) else ""
    found = matching(state, query)
    totals = found.aggregate(how_many=Count("pk"), total=Sum("money"))
    paginator = Paginator(found.order_by(*ordering(request.GET.get("sort", ""))), PAGE)
    paginator.count = totals["how_many"]
    return render(
        request,
        "origination/applications.html",
        {
            "page": paginator.get_page(request.GET.get("page")),
            "total": totals["total"] or 0,
            "states": STATES,
            "state": state,
            "query": query,
            "chips": [("state", "State", dict(STATES).get(state, "")), ("q", "Name or number", query)],
        },
    )


def matching(state: str, query: str) -> QuerySet[Application]:
    """Sent applications in `state`, whose number or borrower's name has `query` in it; either may be empty."""
    found: QuerySet[Application] = Application.objects.sent().listed()
    if state:
        found = found.filter(state=state)
    if query:
        found = found.filter(Q(number__icontains=query) | Q(name__icontains=query))
    return found


def ordering(sort: str) -> list[str]:
    """The columns to sort by, for ?sort=name or ?sort=-name; newest first for anything else."""
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return ["-id"]
    direction = "-" if sort.startswith("-") else ""
    return [f"{direction}{column}", f"{direction}id"]
