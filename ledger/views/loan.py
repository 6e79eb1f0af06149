"""A loan: what is owed and what is next, what can be done, what was agreed and what happened, on any two dates."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from finance.payoff import quote
from finance.replay import Position
from ledger.explain import LOAN_FIGURES
from ledger.forms import TwoDatesForm
from ledger.models import Loan
from ledger.operations.draws import available
from ledger.selectors import business_date, with_all_that_names_it
from ledger.standing import Account, amount_due, around_now, carried, instalments, position, read_account
from ledger.terms import servicing_of
from ledger.timeline import Timeline, terms_over_time
from ledger.views.acts import ACTS, why_not
from ledger.views.an_act import GROUPS
from ledger.views.common import dates_query, needs, person
from tenants.models import User

EVENTS_SHOWN = 12
INSTALMENTS_SHOWN = (6, 12)  # before and after the first that is not met


@require_safe
@needs("ledger.view_loan")
def loan(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(with_all_that_names_it(), number=number)
    today = business_date()
    dates = TwoDatesForm(request.GET or None, today=today)
    as_of, known_on = dates.shown
    account = read_account(found)
    context = {
        "loan": found,
        "dates": dates,
        "as_of": as_of,
        "known_on": known_on,
        **what_stands(account, as_of, known_on, now=(as_of, known_on) == (today, None)),
    }
    context |= schedule_and_timeline(request, account, context["at"])
    context["explain"] = {what: explained(found, what, as_of, known_on) for what in LOAN_FIGURES}
    context["dates_query"] = dates_query(as_of, known_on)
    context["terms_over_time"] = terms_over_time(account, context["at"])
    context["next"] = render_to_string("ledger/_next.html", context).strip()
    # On another day nothing can be done, which is said once.
    offered = actions(found, context["at"], person(request)) if context["now"] else []
    context["actions"] = [one for one in offered if not one["act"].group]
    context["menus"] = menus(offered)
    return render(request, "ledger/loan.html", context)


def explained(found: Loan, what: str, as_of: date, known_on: date | None) -> str:
    """Where a figure of the page is explained, for the same dates."""
    return f"{reverse('explain_figure', args=[found.number, what])}?{dates_query(as_of, known_on)}"


def what_stands(account: Account, as_of: date, known_on: date | None, *, now: bool) -> dict[str, Any]:
    """The figures of the day: today's are the books', carried to the end of the day; any other is replayed."""
    at = position(account, as_of=as_of, known_on=known_on)
    if now:
        at = replace(carried(account.loan.balance, at.terms, as_of), allocations=at.allocations)
    paid_out = bool(at.state.totals.disbursed)
    return {
        "at": at,
        "now": now,
        "paid_out": paid_out,
        "state": state_at(at) if paid_out else "",
        "due": amount_due(at.terms, at) if paid_out else None,
        "per_diem": quote(at.terms, at.state, at.as_of, at.as_of).per_diem,
        "booked_through": account.loan.balance.accrued_through if now else None,
        "available": available(account, as_of)
        if servicing_of(account.loan).get("line") and not at.state.gone
        else None,
    }


def schedule_and_timeline(request: HttpRequest, account: Account, at: Position) -> dict[str, Any]:
    """Both cut to what a page holds. ?whole_schedule shows every instalment, ?page= goes back in the events."""
    rows = instalments(account, at)
    lines = Timeline(account, at)
    before, after = INSTALMENTS_SHOWN
    return {
        "instalments": rows if "whole_schedule" in request.GET else around_now(rows, before=before, after=after),
        "instalments_in_all": len(rows),
        "instalments_agreed": len(account.schedules[1]),
        "instalments_met": at.arrears.instalments_satisfied,
        "timeline": Paginator(lines, EVENTS_SHOWN).get_page(request.GET.get("page")),
        "events_unseen": len(account.events) - len(lines),
    }


def menus(offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The acts that stand in menus; a menu of which nothing can be done says why instead."""
    found = {group: [one for one in offered if one["act"].group == group] for group in GROUPS}
    return [
        {
            "title": title,
            "actions": members,
            "why_not": members[0]["why_not"] if all(one["why_not"] for one in members) else "",
        }
        for title, members in found.items()
        if members
    ]


def state_at(at: Position) -> str:
    """The loan's state on the day shown."""
    if at.state.sold is not None:
        return Loan.State.SOLD
    if at.state.charged_off:
        return Loan.State.CHARGED_OFF
    return Loan.State.ACTIVE if at.payoff else Loan.State.PAID_OFF


def actions(found: Loan, at: Position, user: User) -> list[dict[str, Any]]:
    """Every act that the loan's page offers, with its way, or why not."""
    return [
        {
            "act": act,
            "url": reverse(act.name, args=[found.number]),
            "why_not": why_not(act, found, at, user),
        }
        for act in ACTS.values()
        if act.offered(found, at)
    ]
