"""An account: every posting its balance is made of."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from ledger.forms import TwoDatesForm
from ledger.models import Account
from ledger.selectors import business_date
from ledger.views.common import needs
from ledger.views.lists import answer
from reporting.account import account_report
from reporting.lists import POSTINGS
from tenants.lists import SumRow

MONTHS = 12


@require_safe
@needs("reporting.view_books")
def account(request: HttpRequest, code: str) -> HttpResponseBase:
    """`?company=` tells companies apart that use the same code; without it the first by name is meant."""
    found, keep = account_named(request, code)
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    report = account_report(found, as_of=as_of, known_on=known_on)
    context = {
        "account": found,
        "keep": keep,
        "months": report.by_month if "every_month" in request.GET else report.by_month[:MONTHS],
        "months_in_all": len(report.months),
        "report": report,
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
    }
    # The movements keep the sums of all of them.
    known = [SumRow("", report.number, {"debit": report.debits, "credit": report.credits})] if report.number else []
    return answer(request, POSTINGS, report.postings, "reporting/account.html", context, known=known)


def account_named(request: HttpRequest, code: str) -> tuple[Account, dict[str, str]]:
    """The account with that code, and what of the address says which company's. Raises Http404."""
    accounts = Account.objects.filter(code=code).select_related("legal_entity").order_by("legal_entity__name", "pk")
    if company := request.GET.get("company", ""):
        accounts = accounts.filter(legal_entity_id=int(company)) if company.isdecimal() else accounts.none()
    found = accounts.first()
    if found is None:
        raise Http404
    return found, {"company": company} if company else {}
