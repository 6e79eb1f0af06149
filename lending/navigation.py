"""Where a person can go, by the work they do: a table, filtered by what their roles allow."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse


class Place(NamedTuple):
    """permission: of the page; empty is everybody signed in.  covers: more addresses that belong to it."""

    label: str
    url_name: str
    icon: str
    permission: str
    covers: tuple[str, ...] = ()


STAFF = [
    Place("Home", "home", "home", ""),
    Place("Applications", "applications", "files", "origination.view_application"),
    Place("Loans", "loans", "coins", "ledger.view_loan", covers=("/parties/",)),
    Place("Portfolio", "portfolio", "chart-bar", "reporting.view_portfolio"),
    Place("Calculator", "calculator", "calculator", "origination.use_calculator"),
    Place(
        "Trial balance",
        "trial_balance",
        "scale",
        "reporting.view_books",
        covers=("/books/accounts/", "/books/consolidated/"),
    ),
    Place("Journal", "journal", "list", "reporting.view_books", covers=("/books/entries/",)),
    Place(
        "General ledger",
        "periods",
        "books",
        "reporting.view_books",
        covers=("/books/chart/", "/books/mapping/", "/books/companies/", "/books/exports/"),
    ),
    Place("Ageing", "ageing", "clock", "reporting.view_books"),
    Place("Proof", "proof", "shield-check", "ledger.view_proof"),
    Place("End of day", "night", "moon", "ledger.view_night"),
    Place("Long work", "work", "hourglass", "lending.view_work"),
    Place("Boarding", "boarding_runs", "upload", "ledger.view_boarding"),
    Place("Control room", "admin:index", "adjustments", "lending.view_admin"),
]
# Pages that the navigation has under another: for whoever looks for one by name.
PAGES = [
    Place("Chart of accounts", "chart", "list", "reporting.view_books"),
    Place("General ledger mapping", "gl_mappings", "git-compare", "reporting.view_books"),
    Place("Between companies", "companies", "building", "reporting.view_books"),
    Place("Consolidated books", "consolidated", "table", "reporting.view_books"),
    Place("Journal exports", "exports", "download", "reporting.view_books"),
    Place("Export reconciliation", "reconciliation", "checklist", "reporting.view_books"),
    Place("Components", "components", "eye", "ledger.view_loan"),
]
BORROWER = [
    Place("Your loans", "portal_home", "home", "payments.pay", covers=("/portal/loans/", "/portal/applications/")),
    Place("Documents", "portal_documents", "files", "payments.pay"),
    Place("Apply", "apply", "file-text", "origination.apply"),
    Place("Calculator", "portal_calculator", "calculator", ""),
]


def navigation_for(request: HttpRequest) -> list[dict[str, Any]]:
    """[{label, url, icon, active}] of the places this person may open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [
        {
            "label": place.label,
            "url": (url := reverse(place.url_name)),
            "icon": place.icon,
            "active": active(request.path, url, place.covers),
        }
        for place in (STAFF if user.is_staff else BORROWER)
        if not place.permission or user.has_perm(place.permission)
    ]


def active(path: str, url: str, covers: tuple[str, ...]) -> bool:
    """The first page of the staff and of the portal is itself alone; any other place covers what lies below it."""
    below = () if url in ("/", "/portal/") else (url,)
    return path == url or path.startswith((*below, *covers))
