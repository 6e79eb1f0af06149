"""Declining for one of the listed reasons, with the sentence that the applicant reads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from finance.errors import Refused
from ledger.views.common import needs, person
from origination.forms import DeclineForm
from origination.operations import decline_application
from origination.operations.decide import require_decidable
from origination.reasons import DECLINE_REASONS
from origination.views.common import sent_application


@require_http_methods(["GET", "POST"])
@needs("origination.decide_application")
def application_decline(request: HttpRequest, number: str) -> HttpResponse:
    subject = sent_application(number)
    form, status = DeclineForm(), 200
    if request.method == "GET":
        require_decidable(subject, person(request), done="declined")
    else:
        form, status = DeclineForm(request.POST), 422
        if form.is_valid():
            try:
                decline_application(application_id=subject.pk, by=person(request), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"Declined. {subject.applicant} reads the reason in the portal.")
                return redirect("application", number)
    return render(
        request,
        "origination/application_decline.html",
        {"application": subject, "form": form, "reasons": DECLINE_REASONS},
        status=status,
    )
