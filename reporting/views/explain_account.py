"""How an account's balance came about: its months, their days, the entries of a day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from finance.errors import Refused
from ledger.explain import explain_account as explained
from ledger.explain import node
from ledger.forms import TwoDatesForm
from ledger.selectors import business_date
from ledger.views.common import by_htmx, needs
from reporting.account import unsummed_of
from reporting.views.account import account_named


@require_safe
@needs("reporting.view_books")
def explain_account(request: HttpRequest, code: str) -> HttpResponse:
    """`?within=` names a month or a day of it; without it, the whole balance by month."""
    account, keep = account_named(request, code)
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    within, refusal, tree = request.GET.get("within", ""), None, None
    try:
        pending = unsummed_of(account, as_of, known_on)
        tree = node(explained(account, within, as_of=as_of, known_on=known_on, not_in_entries=pending))
    except Refused as refused:
        refusal = refused
    context = {
        "account": account,
        "tree": tree,
        "refusal": refusal,
        "within": within,
        "keep": keep,
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
    }
    part = by_htmx(request) and tree is not None
    template = "reporting/_explain_account.html" if part else "reporting/explain_account.html"
    return render(request, template, context, status=422 if refusal else 200)
