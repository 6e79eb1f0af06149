"""A what-if: the loan as it stands and each scenario side by side, and what can be done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from finance.errors import Refused
from ledger.forks.figures import chart_of, schedules, side_by_side
from ledger.forks.forms import ProposalForm, ScenarioForm
from ledger.forks.play import Outcome, compare
from ledger.forks.steps import CHOICES, details_of, steps_of, title_of
from ledger.models import Fork, LoanEvent, Scenario
from ledger.models.forks import MOST_SCENARIOS
from ledger.operations import forks
from ledger.selectors import business_date, with_all_that_names_it
from ledger.timeline import line_of
from ledger.views.acts import roles_with
from ledger.views.common import by_htmx, go, needs, person
from tenants.models import User


@require_safe
@needs("ledger.view_loan")
def what_if(request: HttpRequest, number: str, fork_id: int) -> HttpResponse:
    return page(request, fork_of(number, fork_id))


@require_POST
@needs("ledger.make_fork")
def add_scenario(request: HttpRequest, number: str, fork_id: int) -> HttpResponse:
    fork, form = fork_of(number, fork_id), ScenarioForm(request.POST)
    if not form.is_valid():
        return page(request, fork, scenario_form=form)
    return done(request, fork, lambda: forks.add_scenario(fork_id=fork.pk, by=person(request), **form.cleaned_data))


@require_POST
@needs("ledger.make_fork")
def drop_scenario(request: HttpRequest, number: str, fork_id: int, scenario: int) -> HttpResponse:
    fork = fork_of(number, fork_id)
    return done(request, fork, lambda: forks.drop_scenario(fork_id=fork.pk, number=scenario, by=person(request)))


@require_POST
@needs("ledger.make_fork")
def remove_act(request: HttpRequest, number: str, fork_id: int, scenario: int) -> HttpResponse:
    fork, key = fork_of(number, fork_id), request.POST.get("key", "")
    return done(request, fork, lambda: forks.remove_act(fork_id=fork.pk, number=scenario, key=key, by=person(request)))


@require_POST
@needs("ledger.make_fork")
def propose(request: HttpRequest, number: str, fork_id: int) -> HttpResponse:
    fork = fork_of(number, fork_id)
    form = ProposalForm(request.POST, scenarios=titles(kept(fork)))
    if not form.is_valid():
        return page(request, fork, proposal_form=form)
    return done(request, fork, lambda: forks.propose_fork(fork_id=fork.pk, by=person(request), **form.cleaned_data))


@require_POST
@needs("ledger.make_fork")
def look_again(request: HttpRequest, number: str, fork_id: int) -> HttpResponse:
    fork = fork_of(number, fork_id)
    return done(request, fork, lambda: forks.look_again(fork_id=fork.pk, by=person(request)))


@require_POST
@needs("ledger.view_loan")
def withdraw(request: HttpRequest, number: str, fork_id: int) -> HttpResponse:
    fork = fork_of(number, fork_id)
    return done(request, fork, lambda: forks.withdraw_fork(fork_id=fork.pk, by=person(request)))


@require_POST
@needs("ledger.commit_fork")
def commit(request: HttpRequest, number: str, fork_id: int) -> HttpResponse:
    """All of it or nothing; back to the loan, or here with why not."""
    fork = fork_of(number, fork_id)
    try:
        events = forks.commit_fork(fork_id=fork.pk, by=person(request))
    except Refused as refusal:
        return page(request, fork_of(number, fork_id), refusal=refusal)
    words = f"Committed “{fork.title}”: {len(events)} act{'s' * (len(events) > 1)} done"
    last = reverse("loan_event", args=[number, events[-1].pk])
    messages.success(request, format_html('{}. <a href="{}">See what was posted</a>', words, last))
    return go(request, reverse("loan", args=[number]))


def done(request: HttpRequest, fork: Fork, act: Callable[[], object]) -> HttpResponse:
    """The page after `act`, or the page as it was with why not."""
    try:
        result = act()
    except Refused as refusal:
        return page(request, fork_of(fork.loan.number, fork.pk), refusal=refusal)
    if by_htmx(request):
        at = result.number if isinstance(result, Scenario) else None
        return page(request, fork_of(fork.loan.number, fork.pk), at=at)
    return redirect("what_if", fork.loan.number, fork.pk)


def fork_of(number: str, fork_id: int) -> Fork:
    """The fork with everything that names it. Two queries."""
    related = ("made_by", "decided_by", "base")
    fork: Fork = get_object_or_404(Fork.objects.select_related(*related), pk=fork_id, loan__number=number)
    fork.loan = with_all_that_names_it().get(pk=fork.loan_id)
    return fork


def page(
    request: HttpRequest,
    fork: Fork,
    *,
    refusal: Refused | None = None,
    scenario_form: ScenarioForm | None = None,
    proposal_form: ProposalForm | None = None,
    at: int | None = None,
) -> HttpResponse:
    """The whole page, or to htmx what is below its header; 422 when something was refused or typed wrong.

    at: the scenario whose next act has the focus: the keyboard goes on where it was.
    """
    user, scenarios = person(request), kept(fork)
    newer = list(newer_events(fork)) if fork.state in (Fork.State.DRAFT, Fork.State.PROPOSED) else []
    context: dict[str, Any] = {
        "fork": fork,
        "loan": fork.loan,
        "mine": user.pk == fork.made_by_id and user.has_perm("ledger.make_fork"),
        "newer": newer,
        "refusal": refusal,
        "at": at,
        "scenario_form": scenario_form or ScenarioForm(),
        "proposal_form": proposal_form or ProposalForm(scenarios=titles(scenarios), initial=proposed_first(scenarios)),
        "why_not_commit": why_not_commit(fork, user, stale=bool(newer)),
        "may_withdraw": user.pk == fork.made_by_id or user.has_perm("ledger.commit_fork"),
        "choices": CHOICES.values(),
        "room": len(scenarios) < MOST_SCENARIOS,
    }
    context |= compared(fork, scenarios, user)
    template = "ledger/_what_if.html" if by_htmx(request) else "ledger/what_if.html"
    wrong = refusal or scenario_form or proposal_form
    return retarget(render(request, template, context, status=422 if wrong else 200), "#what-if")


def compared(fork: Fork, scenarios: list[Scenario], user: User) -> dict[str, Any]:
    """The columns. A fork that is over is not worked out any more: its acts would come on top of themselves."""
    today, steps = business_date(), [steps_of(row.acts) for row in scenarios]
    if fork.state in (Fork.State.COMMITTED, Fork.State.WITHDRAWN):
        events = forks.events_of(fork) if fork.state == Fork.State.COMMITTED else []
        columns = [column(fork, row, None, today) for row in scenarios]
        return {"columns": columns, "lines": [line_of(row) for row in events]}
    now, outcomes = compare(fork.loan_id, steps, by=user)
    days = schedules([now, *(outcome.standing for outcome in outcomes)])
    return {
        "columns": [column(fork, row, outcome, today) for row, outcome in zip(scenarios, outcomes, strict=True)],
        "now": now,
        "sections": side_by_side(now, outcomes),
        "days": days,
        "chart": chart_of(days, ["As it stands", *(row.title for row in scenarios)]),
    }


def column(fork: Fork, scenario: Scenario, outcome: Outcome | None, today: Any) -> dict[str, Any]:
    """A scenario with its acts in words and what they leave."""
    return {
        "scenario": scenario,
        "outcome": outcome,
        "chosen": scenario.number == fork.chosen,
        "acts": [
            {"key": step.key, "title": title_of(step), "details": details_of(step, fork.loan, today)}
            for step in steps_of(scenario.acts)
        ],
    }


def kept(fork: Fork) -> list[Scenario]:
    return list(fork.scenarios.filter(kept=True))


def titles(scenarios: list[Scenario]) -> list[tuple[int, str]]:
    """Those that have something to do."""
    return [(row.number, row.title) for row in scenarios if row.acts]


def proposed_first(scenarios: list[Scenario]) -> dict[str, Any]:
    return {"number": next((row.number for row in scenarios if row.acts), None)}


def newer_events(fork: Fork) -> Any:
    """What was recorded on the loan after what the fork's maker looked at. One query."""
    rows = LoanEvent.objects.filter(loan_id=fork.loan_id, pk__gt=fork.base_id)
    return [line_of(row) for row in rows.select_related("by", "target").order_by("id")]


def why_not_commit(fork: Fork, user: User, *, stale: bool) -> str:
    """Why `user` cannot commit it, in a sentence; an empty text when nothing stands in the way."""
    if fork.state != Fork.State.PROPOSED:
        return ""
    if fork.made_by_id == user.pk:
        return "You made it: a second person has to commit it."
    if not user.has_perm("ledger.commit_fork"):
        return f"{roles_with('ledger.commit_fork')} can."
    if stale:
        return f"The loan has newer events: {fork.made_by} has to look again and propose it anew."
    scenario = fork.scenarios.filter(number=fork.chosen or 0).first()
    for step in steps_of(scenario.acts if scenario else []):
        if step.act in CHOICES and not user.has_perm(step.what.permission):
            return f"{step.what.title}: {roles_with(step.what.permission).lower()} can."
    return ""
