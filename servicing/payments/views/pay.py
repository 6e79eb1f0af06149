"""The borrower pays: how much, where each cent goes, and a receipt."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from finance.errors import Refused
from ledger.foresight import Foresight, foresee
from ledger.models import Loan, LoanEvent
from ledger.operations import receive_payment
from ledger.selectors import business_date
from ledger.standing import amount_due, carried
from ledger.terms import servicing_of, terms_of
from ledger.views.common import by_htmx, go, needs, person
from servicing.payments.forms import PayForm
from servicing.payments.selectors import loans_of
from servicing.payments.words import parts_of

LOOK_AGAIN = "The amount has changed since you last looked. Check where it goes, then pay."


@require_http_methods(["GET", "POST"])
@needs("payments.pay")
def pay(request: HttpRequest, number: str) -> HttpResponse:
    loan = get_object_or_404(loans_of(person(request)), number=number)
    if done := LoanEvent.objects.filter(loan=loan, key=key_of(request)).first():
        return go(request, reverse("payment_receipt", args=[loan.number, done.pk]))  # sent again
    form = form_for(loan, request)
    if loan.state != Loan.State.ACTIVE or not form.everything:
        return render(request, "portal/pay_nothing.html", {"loan": loan})
    if request.method == "POST":
        if form.is_valid():
            if form.cleaned_data["shown"] != form.amount:
                form.add_error(None, LOOK_AGAIN)
            else:
                try:
                    event = receive_payment(
                        loan_id=loan.pk,
                        amount=form.amount,
                        effective_on=business_date(),
                        key=key_of(request),
                        by=person(request),
                        source="portal",
                    )
                except Refused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    return go(request, reverse("payment_receipt", args=[loan.number, event.pk]))
        template = "portal/_pay_form.html" if by_htmx(request) else "portal/pay.html"
        return render(request, template, context_of(loan, form, request), status=422)
    return render(request, "portal/pay.html", context_of(loan, form, request))


@require_POST
@needs("payments.pay")
def pay_effect(request: HttpRequest, number: str) -> HttpResponse:
    """Where each cent of the amount chosen would go, and the button that pays it."""
    loan = get_object_or_404(loans_of(person(request)), number=number)
    return render(request, "portal/_pay_effect.html", context_of(loan, form_for(loan, request), request))


def key_of(request: HttpRequest) -> str:
    """The key of what is sent: the portal's own, so that it can meet no other."""
    return f"portal/{request.POST.get('key', '')}"


def form_for(loan: Loan, request: HttpRequest) -> PayForm:
    terms = terms_of(loan)
    at = carried(loan.balance, terms, business_date())
    due = amount_due(terms, at)
    given = request.POST if request.method == "POST" else None
    return PayForm(given, due=due.amount if due else None, everything=at.payoff)


def context_of(loan: Loan, form: PayForm, request: HttpRequest) -> dict[str, Any]:
    amount = chosen(form)
    found = what_it_does(loan, amount, request) if amount else None
    split = found.allocation if found else None
    return {
        "loan": loan,
        "form": form,
        "amount": amount,
        "foresight": found,
        "parts": parts_of(split, servicing_of(loan)["allocation_order"]) if split else [],
    }


def chosen(form: PayForm) -> Decimal | None:
    """The amount that the form names at this moment; None while it names none."""
    if not form.is_bound:
        return form.due if form.due is not None else form.everything
    wrong = {name for name in form.errors if name in ("choice", "other")}
    return None if wrong else form.amount


def what_it_does(loan: Loan, amount: Decimal, request: HttpRequest) -> Foresight:
    return foresee(
        partial(receive_payment, loan_id=loan.pk),
        loan,
        amount=amount,
        effective_on=business_date(),
        by=person(request),
        source="portal",
    )
