"""An act put into a scenario: the form of the act itself, and its effect after the acts that come before it."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from finance.errors import Refused
from ledger.foresight import Foresight, foresee
from ledger.forks.play import after
from ledger.forks.steps import CHOICES, step_of, steps_of
from ledger.forms import ActForm
from ledger.models import Fork, Loan, Scenario
from ledger.operations.forks import add_act
from ledger.views.act import form_for
from ledger.views.an_act import Act
from ledger.views.common import by_htmx, needs, person
from ledger.views.what_if import fork_of, page


@require_http_methods(["GET", "POST"])
@needs("ledger.make_fork")
def what_if_act(request: HttpRequest, number: str, fork_id: int, scenario: int) -> HttpResponse:
    """`?act=` says which. Sent, it is put at the end of the scenario, or comes back with why not."""
    fork, column, what = asked_for(request, number, fork_id, scenario)
    form, back = form_for(what, fork.loan, request), reverse("what_if", args=[number, fork_id])
    if request.method == "POST" and form.is_valid():
        try:
            add_act(fork_id=fork.pk, number=scenario, step=step_of(what, form), by=person(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return page(request, fork_of(number, fork_id), at=scenario) if by_htmx(request) else redirect(back)
    part = "_what_if_act.html" if form.is_bound else "_what_if_trying.html"
    template = part if by_htmx(request) else "what_if_act.html"
    context = context_of(fork, column, what, form)
    return render(request, f"ledger/{template}", context, status=422 if form.is_bound else 200)


@require_POST
@needs("ledger.make_fork")
def what_if_effect(request: HttpRequest, number: str, fork_id: int, scenario: int) -> HttpResponse:
    """What the act as it is typed would do, after the scenario's other acts."""
    fork, column, what = asked_for(request, number, fork_id, scenario)
    form = form_for(what, fork.loan, request)
    found = None
    if form.is_valid():
        try:
            with after(steps_of(column.acts), loan_id=fork.loan_id, by=person(request)):
                # On the loan as those acts leave it, where the form may read otherwise.
                loan = Loan.objects.select_related("balance").get(pk=fork.loan_id)
                found = foreseen(what, form_for(what, loan, request), loan, request)
        except Refused as refusal:
            found = Foresight(refusal=refusal)
    return render(request, "ledger/_effect.html", {"foresight": found, "loan": fork.loan})


def foreseen(what: Act, form: ActForm, loan: Loan, request: HttpRequest) -> Foresight | None:
    if not form.is_valid():
        return None
    given = {name: value for name, value in form.cleaned_data.items() if name != "key"}
    return foresee(partial(what.operation, loan_id=loan.pk), loan, by=person(request), **given)


def asked_for(request: HttpRequest, number: str, fork_id: int, scenario: int) -> tuple[Fork, Scenario, Act]:
    fork = fork_of(number, fork_id)
    column = fork.scenarios.filter(number=scenario, kept=True).first()
    what = CHOICES.get(request.GET.get("act", ""))
    if column is None or what is None:
        raise Http404
    return fork, column, what


def context_of(fork: Fork, scenario: Scenario, what: Act, form: ActForm) -> dict[str, Any]:
    place = [fork.loan.number, fork.pk, scenario.number]
    return {
        "fork": fork,
        "loan": fork.loan,
        "scenario": scenario,
        "act": what,
        "form": form,
        "form_id": f"try-{scenario.number}",
        "url": f"{reverse('what_if_act', args=place)}?act={what.name}",
        "effect_url": f"{reverse('what_if_effect', args=place)}?act={what.name}",
        "cancel_url": reverse("what_if", args=place[:2]),
        "rest": f"in {scenario.title}",
    }
