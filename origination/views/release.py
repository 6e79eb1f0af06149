"""Releasing the funds: what will be posted is shown first, by really doing it and taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from finance.errors import Refused
from ledger.views.common import needs, person
from origination.forms import KeyedForm
from origination.operations import preview_release, release_funds
from origination.operations.release import require_releasable
from origination.views.common import sent_application
from origination.words import dollars


@require_http_methods(["GET", "POST"])
@needs("origination.release_funds")
def application_release(request: HttpRequest, number: str) -> HttpResponse:
    subject, user = sent_application(number), person(request)
    form, status = KeyedForm(), 200
    if request.method == "GET":
        require_releasable(subject, user)
    else:
        form, status = KeyedForm(request.POST), 422
        if form.is_valid():
            try:
                event = release_funds(application_id=subject.pk, by=user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                words = f"{dollars(event.amount)} released. The loan is {event.note}"
                loan_url = reverse("loan", args=[event.note])
                messages.success(request, format_html('{}. <a href="{}">Open the loan</a>', words, loan_url))
                return redirect("application", number)
    return render(
        request,
        "origination/application_release.html",
        {"application": subject, "form": form, "preview": preview_release(application_id=subject.pk, by=user)},
        status=status,
    )
