"""The borrower's view of an application: what waits for whom, the offer, signing it, withdrawing."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from finance.errors import Refused
from ledger.selectors import business_date
from ledger.views.common import needs, person
from origination.agreement import schedule_rows
from origination.forms import KeyedForm, SignForm
from origination.models import Application
from origination.operations import accept_and_sign_offer, withdraw
from origination.operations.withdraw import require_withdrawable
from origination.reasons import REASON_BY_CODE
from origination.views.common import own_application
from origination.waiting import for_applicant


@require_GET
@needs("origination.apply")
def portal_application(request: HttpRequest, number: str) -> HttpResponse:
    subject = own_application(request, number)
    today = business_date()
    return render(
        request,
        "portal/application.html",
        {
            "application": subject,
            "sentence": for_applicant(subject, today),
            "can_sign": subject.state == "approved" and subject.offer and today <= subject.offer.good_through,
            "reason": REASON_BY_CODE.get(subject.decline_reason),
            "events": subject.events.exclude(kind__in=["saved", "review_started"]).order_by("-id"),
        },
    )


@require_http_methods(["GET", "POST"])
@needs("origination.apply")
def portal_offer(request: HttpRequest, number: str) -> HttpResponse:
    subject = own_application(request, number)
    if subject.offer is None:
        return redirect("portal_application", number)
    form, status = SignForm(initial={"document": subject.offer.agreement.sha256}), 200
    if request.method == "POST":
        form, status = SignForm(request.POST), 422
        if form.is_valid():
            refusal = sign(request, subject, form)
            if refusal is None:
                return redirect("portal_application", number)
            form.add_error("typed_name" if refusal.code == "name_differs" else None, str(refusal))
            # What is signed next is the text that this answer shows.
            form.data = {**request.POST.dict(), "document": subject.offer.agreement.sha256}
    return render(
        request,
        "portal/application_offer.html",
        {
            "application": subject,
            "offer": subject.offer,
            "agreement": subject.offer.agreement,
            "schedule": schedule_rows(subject.offer),
            "can_sign": subject.state == "approved" and business_date() <= subject.offer.good_through,
            "form": form,
        },
        status=status,
    )


def sign(request: HttpRequest, subject: Application, form: SignForm) -> Refused | None:
    """Sign with what was sent; a refusal is returned, to be shown beside the form."""
    given = form.cleaned_data
    try:
        accept_and_sign_offer(
            application_id=subject.pk,
            typed_name=given["typed_name"],
            consented=given["consented"],
            document_sha256=given["document"],
            ip_address=get_adapter().get_client_ip(request),
            user_agent=request.headers.get("User-Agent", ""),
            key=given["key"],
            by=person(request),
        )
    except Refused as refusal:
        return refusal
    return None


@require_http_methods(["GET", "POST"])
@needs("origination.apply")
def portal_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    subject, user = own_application(request, number), person(request)
    form, status = KeyedForm(), 200
    if request.method == "GET":
        require_withdrawable(subject, user)
    else:
        form, status = KeyedForm(request.POST), 422
        if form.is_valid():
            try:
                withdraw(application_id=subject.pk, by=user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("portal_application", number)
    return render(request, "portal/application_withdraw.html", {"application": subject, "form": form}, status=status)
