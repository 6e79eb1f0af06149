"""The first page of each role: what needs me now, and why; a borrower goes to the portal."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from finance.money import ZERO
from ledger import selectors
from ledger.views.common import person
from lending.needs import needs_of
from lending.templatetags.figures import share
from lending.templatetags.meanings import BUCKETS
from reporting.changes import changes, day_asked
from tenants.models import User
from tenants.roles import STAFF_ROLES

LINES = 10
COUNTED = 1000  # events that are counted: whether there are more is enough to know here


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not user.is_staff:
        return redirect("portal_home")
    part = request.GET.get("part", "")
    if part in PARTS and user.has_role(PARTS[part][0]):
        _, template, context_of = PARTS[part]
        return render(request, template, context_of(request))
    needs, more = needs_of(user, selectors.business_date())
    context: dict[str, Any] = {
        "needs": needs,
        "more": more,
        "at_risk": sum((need.money for need in needs), ZERO),
        "roles": user.roles,
    }
    if user.has_role("portfolio_manager"):
        context["day"] = day_asked(request.GET.get("day", ""))
    if user.has_role("auditor", "administrator"):
        context["proofs"] = selectors.latest_proofs()
        context["night"] = selectors.latest_night()
    if user.has_role("auditor"):
        context["runs"] = selectors.boarding_runs(LINES)
        back_dated = selectors.back_dated_events()
        context["back_dated"], context["back_dated_in_all"] = back_dated[:LINES], back_dated[: COUNTED + 1].count()
        context["counted"] = COUNTED
    if user.has_role("administrator"):
        context["without_second_factor"] = staff_without_second_factor()
    return render(request, "lending/home.html", context)


# --- what is added up over the whole book, fetched once the page is there -------------------------------------------
def changes_part(request: HttpRequest) -> dict[str, Any]:
    on = day_asked(request.GET.get("day", ""))
    return {"changed_on": on, "changes": changes(on)}


def book_part(request: HttpRequest) -> dict[str, Any]:
    book = selectors.book_by_bucket().items()
    return {"book": [(currency, rows, chart_of(rows), finding_of(rows)) for currency, rows in book]}


def night_part(request: HttpRequest) -> dict[str, Any]:
    night = selectors.latest_night()
    return {"night": night, "happened": selectors.happened_on(night.business_date) if night else []}


# ?part= of the address: (whose it is, its template, what it shows)
PARTS: dict[str, tuple[str, str, Callable[[HttpRequest], dict[str, Any]]]] = {
    "changes": ("portfolio_manager", "lending/_home_changes.html", changes_part),
    "book": ("portfolio_manager", "lending/_home_book.html", book_part),
    "night": ("operations", "lending/_home_night.html", night_part),
}


def chart_of(rows: list[selectors.BucketSums]) -> dict[str, Any]:
    """What is owed, a bar for each bucket in its own colour, each opening its loans."""
    return {
        "kind": "stacked",
        "x": [BUCKETS[row.code] for row in rows],
        "series": [
            {"name": BUCKETS[row.code], "bucket": row.code, "data": [row.owed if one is row else None for one in rows]}
            for row in rows
        ],
        "urls": [f"/loans/?state=active&bucket={row.code}" for row in rows],
    }


def finding_of(rows: list[selectors.BucketSums]) -> str:
    """How much of what is owed is how late, in a sentence."""
    owed = sum((row.owed for row in rows), ZERO)
    late = sum((row.owed for row in rows if row.code != "current"), ZERO)
    if not late:
        return "Nothing that is owed is late"
    worst = max((row for row in rows if row.code != "current"), key=lambda row: row.owed)
    return f"{share(100 * late / owed)} of what is owed is late, most of it {BUCKETS[worst.code]}"


def staff_without_second_factor() -> QuerySet[User]:
    """Active staff who sign in with a password alone. One query."""
    staff = User.objects.filter(is_active=True, roles__overlap=sorted(STAFF_ROLES))
    return staff.exclude(Exists(Authenticator.objects.filter(user=OuterRef("pk")))).order_by("full_name", "pk")
