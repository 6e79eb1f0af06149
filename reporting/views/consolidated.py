"""All companies of the lender together, as a page or a file."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.files import csv_response
from ledger.forms import TwoDatesForm
from ledger.selectors import business_date
from ledger.views.common import needs
from reporting.consolidated import Consolidated, Row
from reporting.consolidated import consolidated as report


@require_safe
@needs("reporting.view_books")
def consolidated(request: HttpRequest) -> HttpResponse:
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    books = report(as_of, known_on)
    if request.GET.get("format") == "csv":
        known = f"-known-{known_on}" if known_on else ""
        rows = (
            (book.currency, row.code, row.name, company, amount)
            for book in books
            for row in book.rows
            for company, amount in columns(book, row)
        )
        return csv_response(f"consolidated-{as_of}{known}", ("Currency", "Account", "Name", "Company", "Balance"), rows)
    context = {"dates": dates, "as_of": as_of, "known_on": known_on, "books": books}
    return render(request, "reporting/consolidated.html", context)


def columns(book: Consolidated, row: Row) -> list[tuple[str, Decimal]]:
    """(what, balance) of a row as the page shows it: each company, what is eliminated, and all together."""
    own = [(company.name, amount) for company, amount in zip(book.companies, row.companies, strict=True)]
    return [*own, ("Eliminated", row.elimination), ("Consolidated", row.consolidated)]
