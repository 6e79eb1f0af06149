"""How a figure of a loan came about: the whole page, or the tree alone for the loan's page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.explain import LOAN_FIGURES, explain_loan, node
from ledger.forms import TwoDatesForm
from ledger.selectors import business_date, with_all_that_names_it
from ledger.standing import read_account
from ledger.views.common import by_htmx, needs


@require_safe
@needs("ledger.view_loan")
def explain_figure(request: HttpRequest, number: str, what: str) -> HttpResponse:
    if what not in LOAN_FIGURES:
        raise Http404
    loan = get_object_or_404(with_all_that_names_it(), number=number)
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    step = explain_loan(read_account(loan), what, as_of=as_of, known_on=known_on)
    context = {
        "loan": loan,
        "what": what,
        "title": LOAN_FIGURES[what],
        "figures": LOAN_FIGURES,
        "tree": node(step),
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
    }
    return render(request, "ledger/_explain.html" if by_htmx(request) else "ledger/explain.html", context)
