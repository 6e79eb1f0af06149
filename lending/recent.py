"""What a person opened last, for the empty search: kept in their session, and read anew under their own rights."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ledger.models import Loan
from lending.search import EACH, Group, Hit, application_hit, loan_hit
from origination.models import Application
from tenants.models import User

STORE = "recent"
# The pages that are remembered; their address holds the number.
KEPT = ("loan", "application")


class RecentMiddleware:
    """Remembers that the page of a loan or of an application was opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        opened = request.resolver_match
        if request.method == "GET" and response.status_code == 200 and opened and opened.url_name in KEPT:
            one = [opened.url_name, opened.kwargs["number"]]
            before = request.session.get(STORE, [])
            if before[:1] != [one]:
                request.session[STORE] = [one, *(other for other in before if other != one)][:EACH]
        return response


def opened_last(kept: list[list[str]], user: User) -> list[Group]:
    """What is in the session's store, the last first. At most two queries."""
    numbers = {kind: [number for name, number in kept if name == kind] for kind in KEPT}
    hits: dict[tuple[str, str], Hit] = {}
    if numbers["loan"] and user.has_perm("ledger.view_loan"):
        loans = Loan.objects.filter(number__in=numbers["loan"]).select_related("borrower", "balance")
        hits |= {("loan", loan.number): loan_hit(loan) for loan in loans}
    if numbers["application"] and user.has_perm("origination.view_application"):
        sent = Application.objects.sent().filter(number__in=numbers["application"])
        hits |= {("application", one.number): application_hit(one) for one in sent}
    found = [hits[name, number] for name, number in kept if (name, number) in hits]
    return [Group("Opened last", found)] if found else []
