"""A loan computed again from its events beside what was posted, to the cent: for whoever trusts nothing."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.forms import TwoDatesForm
from ledger.recalculation import balances, compared_on, lines
from ledger.selectors import business_date, with_all_that_names_it
from ledger.standing import read_account
from ledger.views.common import dates_query, needs

LINES_SHOWN = 50


@require_safe
@needs("ledger.view_loan")
def recalculation(request: HttpRequest, number: str) -> HttpResponse:
    loan = get_object_or_404(with_all_that_names_it(), number=number)
    dates = TwoDatesForm(request.GET or None, today=business_date())
    as_of, known_on = dates.shown
    account = read_account(loan)
    on = compared_on(account, as_of)
    figures = balances(account, as_of=on, known_on=known_on)
    every = lines(loan)
    context = {
        "loan": loan,
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
        "dates_query": dates_query(as_of, known_on),
        "compared_on": on,
        "figures": figures,
        "agrees": not any(row.difference for row in figures),
        # Of a tape's years the books hold what each event brought; the days between two of them have no row.
        "between_events": on < loan.boarded_on and {row.what for row in figures if row.difference} == {"Interest"},
        "lines": Paginator(every, LINES_SHOWN).get_page(request.GET.get("page")),
        "differing": [row for row in every if row.difference],
    }
    return render(request, "ledger/recalculation.html", context)
