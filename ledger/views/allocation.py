"""Where would an amount go: every hierarchy of a loan side by side, before anything is posted."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from finance.allocation import Hierarchy
from finance.replay import Position
from ledger.forms import AllocationForm
from ledger.models import Loan
from ledger.selectors import business_date, with_all_that_names_it
from ledger.simulation import simulate
from ledger.standing import amount_due, carried
from ledger.terms import terms_of
from ledger.views.common import by_htmx, needs


@require_safe
@needs("ledger.view_loan")
def allocation(request: HttpRequest, number: str) -> HttpResponse:
    """`?amount=`: dollars.  `?order= &by= &reach=`: a hierarchy to try beside the loan's own."""
    found = get_object_or_404(with_all_that_names_it(), number=number)
    at = carried(found.balance, terms_of(found), business_date())
    form = AllocationForm(request.GET if "amount" in request.GET else None, initial={"amount": usual(at)})
    context: dict[str, Any] = {"loan": found, "form": form, "at": at, "simulation": None}
    if found.state == Loan.State.ACTIVE:
        context["simulation"] = simulation_of(form, found, at)
    template = "ledger/_allocation.html" if by_htmx(request) else "ledger/allocation.html"
    return render(request, template, context)


def usual(at: Position) -> Any:
    """What has to be paid next."""
    due = amount_due(at.terms, at)
    return due.amount if due else None


def simulation_of(form: AllocationForm, loan: Loan, at: Position) -> Any:
    """None where the form asks for nothing that can be worked out."""
    if form.is_bound and not form.is_valid():
        return None
    amount = form.cleaned_data["amount"] if form.is_bound else form.initial["amount"]
    if amount is None:
        return None
    tried = None
    if form.is_bound and form.cleaned_data["order"]:
        tried = Hierarchy(
            order=tuple(form.cleaned_data["order"].split(",")),
            by=form.cleaned_data["by"] or "component",
            reach=form.cleaned_data["reach"] or "everything",
        )
    return simulate(loan, at.terms, at.state, amount=amount, on=at.as_of, tried=tried)
