"""Any act on a loan, from taking a payment to selling it: a form and its effect."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from finance.errors import Refused
from ledger.errors import KeyReused
from ledger.foresight import foresee
from ledger.forms import ActForm
from ledger.models import Loan, LoanEvent
from ledger.operations.steps import lock
from ledger.selectors import business_date, with_all_that_names_it
from ledger.standing import amount_due, carried
from ledger.terms import terms_of
from ledger.timeline import line_of
from ledger.views.acts import ACTS
from ledger.views.an_act import Act
from ledger.views.common import by_htmx, go, person
from ledger.views.meanwhile import SENT_ALREADY, in_words, last_event, moved_on


@require_http_methods(["GET", "POST"])
@login_required
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The page of an act; sent, it is done once, or comes back with why not."""
    what, loan = allowed(request, number, name)
    form = form_for(what, loan, request)
    if request.method == "POST":
        if form.is_valid():
            try:
                event = once(what, loan, form, request)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                if event is not None:
                    return done(request, loan, what, event)
        elif news := moved_on(loan.pk, request.POST.get("seen", "")):
            form.add_error(None, news)
        template = "ledger/_act_form.html" if by_htmx(request) else "ledger/act.html"
        return render(request, template, context_of(what, loan, form), status=422)
    return render(request, "ledger/act.html", context_of(what, loan, form))


def once(what: Act, loan: Loan, form: ActForm, request: HttpRequest) -> LoanEvent | None:
    """Do it, unless the loan has moved on since the person saw what it would do: the form then says so."""
    lock(loan.pk)  # so that nothing comes in between what was looked at and what is done
    key = f"staff/{form.cleaned_data['key']}"
    earlier = LoanEvent.objects.filter(key=key).select_related("target").first()
    if earlier is None and (news := moved_on(loan.pk, request.POST.get("seen", ""))):
        form.add_error(None, news)
        return None
    try:
        return what.operation(**arguments(loan, form, request), key=key)
    except KeyReused:
        if earlier is None or earlier.loan_id != loan.pk:
            raise
        form.add_error(None, SENT_ALREADY.format(what=in_words(line_of(earlier))))
        return None


@require_POST
@login_required
def effect(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """What the form as it stands would do."""
    what, loan = allowed(request, number, name)
    form = form_for(what, loan, request)
    found = None
    if form.is_valid():
        given = arguments(loan, form, request)
        found = foresee(partial(what.operation, loan_id=given.pop("loan_id")), loan, **given)
    return render(request, "ledger/_effect.html", {"foresight": found, "loan": loan})


def allowed(request: HttpRequest, number: str, name: str) -> tuple[Act, Loan]:
    what = ACTS[name]
    if not person(request).has_perm(what.permission):
        raise PermissionDenied
    return what, get_object_or_404(with_all_that_names_it(), number=number)


def form_for(what: Act, loan: Loan, request: HttpRequest) -> ActForm:
    today = business_date()
    if request.method == "POST":
        return what.form(request.POST, today=today, loan=loan)
    terms = terms_of(loan)
    now = carried(loan.balance, terms, today)
    due = amount_due(terms, now)
    usual = {
        "take_payment": due and due.amount,
        "waive_fee": loan.balance.fees or None,
        "take_payoff": now.payoff or None,
        "apply_credit": min(now.state.unapplied, now.payoff) or None,
        "refund_credit": now.state.unapplied or None,
        "disburse_escrow": now.state.escrow if now.state.escrow > 0 else None,
    }
    return what.form(today=today, loan=loan, initial={"amount": usual.get(what.name)})


def arguments(loan: Loan, form: ActForm, request: HttpRequest) -> dict[str, Any]:
    """What the operation is called with, but for the key: the form's own is the staff's, a preview has another."""
    return {"loan_id": loan.pk, "by": person(request)} | {
        name: value for name, value in form.cleaned_data.items() if name != "key"
    }


def context_of(what: Act, loan: Loan, form: ActForm) -> dict[str, Any]:
    return {
        "act": what,
        "loan": loan,
        "form": form,
        "url": reverse(what.name, args=[loan.number]),
        "effect_url": reverse(f"{what.name}_effect", args=[loan.number]),
        "loan_url": reverse("loan", args=[loan.number]),
        "seen": last_event(loan.pk),
        "rest": f"${loan.balance.owed:,.2f}" if what.name in ("charge_off", "write_off_small_balance") else "",
    }


def done(request: HttpRequest, loan: Loan, what: Act, event: LoanEvent) -> HttpResponse:
    """Back to the loan, saying what was done, with the way to the event."""
    words = f"{what.done} ${event.amount:,.2f}" if event.amount else f"{what.done} loan {loan.number}"
    event_url = reverse("loan_event", args=[loan.number, event.pk])
    messages.success(request, format_html('{}. <a href="{}">See what was posted</a>', words, event_url))
    loan_url = reverse("loan", args=[loan.number])
    return go(request, loan_url)
