"""Everything on paper that a borrower has from us: agreements, statements, receipts and payoff letters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.selectors import business_date
from ledger.views.common import needs, person
from origination.models import Application
from origination.selectors import applications_of
from servicing.payments.selectors import loans_of, payments_of
from servicing.payoffs.selectors import letters_of
from servicing.payoffs.standing import with_standing
from servicing.statements.selectors import statements_of

RECEIPTS = 12
SIGNED = (Application.State.ACCEPTED, Application.State.FUNDED)


@require_safe
@needs("payments.pay")
def portal_documents(request: HttpRequest) -> HttpResponse:
    """The same queries for one loan and for many."""
    user = person(request)
    loans = list(loans_of(user))
    receipts = payments_of(loans)
    context = {
        "loans": loans,
        "several": len(loans) > 1,
        "agreements": [row for row in applications_of(user) if row.state in SIGNED],
        "statements": statements_of(loans),
        "receipts": receipts[:RECEIPTS],
        "receipts_in_all": receipts.count(),
        "letters": with_standing(letters_of(loans), business_date()),
    }
    return render(request, "portal/documents.html", context)
