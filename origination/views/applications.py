"""The list of applications that were sent."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from ledger.views.common import needs
from ledger.views.lists import answer
from origination.lists import APPLICATIONS, sent_with_money


@require_GET
@needs("origination.view_application")
def applications(request: HttpRequest) -> HttpResponseBase:
    return answer(request, APPLICATIONS, sent_with_money(), "origination/applications.html", {})
