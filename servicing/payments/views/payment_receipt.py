"""The receipt of a payment: where each cent went, in plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.models import LoanEvent
from ledger.selectors import business_date
from ledger.standing import amount_due, event_key, position, read_account
from ledger.views.common import needs, person
from servicing.payments.selectors import loans_of
from servicing.payments.words import order_in_words, parts_of


@require_safe
@needs("payments.pay")
def payment_receipt(request: HttpRequest, number: str, event_id: int) -> HttpResponse:
    loan = get_object_or_404(loans_of(person(request)), number=number)
    cash = (LoanEvent.Kind.PAYMENT, LoanEvent.Kind.RECOVERY)
    event = get_object_or_404(LoanEvent.objects.select_related("by"), pk=event_id, loan=loan, kind__in=cash)
    account = read_account(loan)
    at = position(account, as_of=business_date())
    split = next((row for row in at.allocations if row.event == event_key(event.pk)), None)
    order = position(account, as_of=event.effective_on).terms.allocation_order
    context = {
        "loan": loan,
        "event": event,
        "parts": parts_of(split, order) if split else None,
        "order": order_in_words(order),
        "undone_by": event.reversals.first(),
        "at": at,
        "due": amount_due(at.terms, at),
    }
    return render(request, "portal/payment_receipt.html", context)
