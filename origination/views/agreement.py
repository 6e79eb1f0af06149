"""The agreement as it was offered or signed, with the proof that the text is the signed one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ledger.views.common import needs
from origination.agreement import digest
from origination.models import Application, Signature
from origination.views.common import own_application, sent_application


@require_GET
@needs("origination.view_application")
def application_agreement(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, "origination/application_agreement.html", sent_application(number))


@require_GET
@needs("origination.apply")
def portal_agreement(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, "portal/application_agreement.html", own_application(request, number))


def show(request: HttpRequest, template: str, subject: Application) -> HttpResponse:
    if subject.offer is None:
        raise Http404(f"There is no agreement on application {subject.number}.")
    agreement = subject.offer.agreement
    signature = Signature.objects.filter(offer=subject.offer).select_related("signed_by").first()
    return render(
        request,
        template,
        {
            "application": subject,
            "agreement": agreement,
            "signature": signature,
            "is_what_was_signed": signature is not None and digest(agreement.html) == signature.document_sha256,
        },
    )
