"""The receipt of a payment: where each cent went and why, in plain words; as a PDF too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.explain import node
from ledger.files import pdf_response
from ledger.models import LoanEvent
from ledger.selectors import business_date
from ledger.standing import amount_due, event_key
from ledger.views.common import needs, person
from servicing.past import read_pasts
from servicing.payments.explained import explained
from servicing.payments.selectors import RECEIPTED, loans_of
from servicing.payments.words import order_in_words, parts_of
from tenants.models import Tenant


@require_safe
@needs("payments.pay")
def payment_receipt(request: HttpRequest, number: str, event_id: int) -> HttpResponse:
    return render(request, "portal/payment_receipt.html", context_of(request, number, event_id))


@require_safe
@needs("payments.pay")
def payment_receipt_pdf(request: HttpRequest, number: str, event_id: int) -> HttpResponse:
    context = context_of(request, number, event_id) | {"tenant": Tenant.objects.get()}
    event = context["event"]
    return pdf_response(f"receipt-{number}-{event.effective_on}-{event.pk}", "payments/receipt.html", context)


def context_of(request: HttpRequest, number: str, event_id: int) -> dict[str, Any]:
    loan = get_object_or_404(loans_of(person(request)), number=number)
    event = get_object_or_404(LoanEvent.objects.select_related("by"), pk=event_id, loan=loan, kind__in=RECEIPTED)
    past, today = read_pasts([loan])[loan.pk], business_date()
    at = past.at(today)
    split = next((row for row in at.allocations if row.event == event_key(event.pk)), None)
    order = past.at(event.effective_on).terms.allocation_order
    why = explained(past, event) if split else None
    return {
        "loan": loan,
        "event": event,
        "parts": parts_of(split, order) if split else None,
        "split": split,
        "order": order_in_words(order),
        "undone_by": event.reversals.first(),
        "at": at,
        "due": amount_due(at.terms, at),
        "why": why,
        "node": node(why.step) if why else None,
    }
