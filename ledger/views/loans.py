"""The list of loans."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from ledger.lists import LOANS
from ledger.models import Loan
from ledger.views.common import needs
from ledger.views.lists import answer


@require_safe
@needs("ledger.view_loan")
def loans(request: HttpRequest) -> HttpResponseBase:
    return answer(request, LOANS, Loan.objects.all(), "ledger/loans.html", {})
