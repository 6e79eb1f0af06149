"""What the borrower of a loan was sent, for staff: its statements and payoff letters. For htmx they come alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.selectors import business_date, with_all_that_names_it
from ledger.views.common import by_htmx, needs
from servicing.payoffs.selectors import letters_of
from servicing.payoffs.standing import with_standing
from servicing.statements.selectors import statements_of


@require_safe
@needs("ledger.view_loan")
def loan_documents(request: HttpRequest, number: str) -> HttpResponse:
    loan, today = get_object_or_404(with_all_that_names_it(), number=number), business_date()
    context = {
        "loan": loan,
        "statements": statements_of([loan]),
        "letters": with_standing(letters_of([loan]), today),
        "made_name": "loan_payoff_letter_made",
    }
    return render(request, "statements/_documents.html" if by_htmx(request) else "statements/documents.html", context)
