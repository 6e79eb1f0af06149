"""How a figure of a loan came about: the whole page, or the tree alone for the loan's page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.explain import LOAN_FIGURES, NotInThisFigure, below, explain_loan, in_groups, node
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
    within, refusal = request.GET.get("within", ""), None
    step = in_groups(explain_loan(read_account(loan), what, as_of=as_of, known_on=known_on))
    try:
        shown = below(step, within) if within else step
    except NotInThisFigure as refused:
        shown, within, refusal = step, "", refused
    context = {
        "loan": loan,
        "what": what,
        "title": LOAN_FIGURES[what],
        "figures": LOAN_FIGURES,
        "tree": node(shown, within),
        "refusal": refusal,
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
    }
    # A part that was opened comes alone; a figure that was clicked comes with its name, for the panel.
    part = "ledger/_explain_opened.html" if within else "ledger/_explain_panel.html"
    template = part if by_htmx(request) else "ledger/explain.html"
    return render(request, template, context, status=422 if refusal else 200)
