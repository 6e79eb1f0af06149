"""The trial balance of each company, on any two dates, as a page or a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.files import csv_response
from ledger.forms import TwoDatesForm
from ledger.selectors import business_date
from ledger.views.common import needs
from reporting.trial_balance import trial_balance as report


@require_safe
@needs("reporting.view_books")
def trial_balance(request: HttpRequest) -> HttpResponse:
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    books = report(as_of, known_on)
    if request.GET.get("format") == "csv":
        known = f"-known-{known_on}" if known_on else ""
        rows = (
            (book.company.name, book.currency, row.account.code, row.account.name, row.debit, row.credit)
            for book in books
            for row in book.rows
        )
        header = ("Company", "Currency", "Account", "Name", "Debit", "Credit")
        return csv_response(f"trial-balance-{as_of}{known}", header, rows)
    context = {"dates": dates, "as_of": as_of, "known_on": known_on, "books": books}
    return render(request, "reporting/trial_balance.html", context)
