"""Approving: what to offer, with the price beside it as one types."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from finance.errors import Refused
from ledger.selectors import business_date
from ledger.views.common import needs, person
from origination.applicant import identifier_of
from origination.forms import ApproveForm
from origination.models import Application
from origination.operations import approve_application
from origination.operations.decide import require_decidable, version_of
from origination.pricing import price_of
from origination.views.common import sent_application
from origination.words import dollars


@require_http_methods(["GET", "POST"])
@needs("origination.decide_application")
def application_approve(request: HttpRequest, number: str) -> HttpResponse:
    subject = sent_application(number)
    if request.method == "GET":
        require_decidable(subject, person(request), done="approved")
        return show(request, subject, ApproveForm(initial={"amount": subject.amount, "months": subject.months}))
    form = ApproveForm(request.POST)
    if form.is_valid():
        try:
            event = approve_application(application_id=subject.pk, by=person(request), **form.cleaned_data)
        except Refused as refusal:
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, f"{dollars(event.amount)} approved. The offer waits for {subject.applicant}.")
            return redirect("application", number)
    return show(request, subject, form, status=422)


@require_POST
@needs("origination.decide_application")
def application_price(request: HttpRequest, number: str) -> HttpResponse:
    """The price of what is typed so far, as a fragment."""
    subject = sent_application(number)
    return render(request, "origination/_price.html", effect(subject, ApproveForm(request.POST)))


def show(request: HttpRequest, subject: Application, form: ApproveForm, status: int = 200) -> HttpResponse:
    return render(
        request,
        "origination/application_approve.html",
        {"application": subject, "form": form, "identifier": identifier_of(subject.party)} | effect(subject, form),
        status=status,
    )


def effect(subject: Application, form: ApproveForm) -> dict[str, object]:
    """What approving this would offer, or why it would be refused."""
    known: dict[str, object] = {"application": subject}
    amount, months = subject.amount, subject.months
    if form.is_bound:
        form.is_valid()
        amount, months = form.cleaned_data.get("amount"), form.cleaned_data.get("months")
    if amount is None or months is None:
        return known
    try:
        price = price_of(version_of(subject), amount=amount, months=months, on=business_date())
    except Refused as refusal:
        return known | {"refusal": refusal}
    return known | {"price": price, "less": (subject.amount or amount) - amount}
