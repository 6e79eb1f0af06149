"""What the companies of the lender owe each other, and cash that moves between them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from finance.errors import Refused
from ledger.companies import pairs
from ledger.general_ledger_forms import CompaniesForm, KeyedReasonForm
from ledger.lists import COMPANY_POSTINGS
from ledger.models import Entry, InterCompany
from ledger.operations import (
    hold_for_company,
    receive_payment_at_company,
    settle_between_companies,
    take_back_between_companies,
)
from ledger.selectors import business_date
from ledger.views.common import needs, person
from ledger.views.lists import answer
from tenants.models import LegalEntity

PREVIEW = "preview"  # the key of what is taken back at once


@require_http_methods(["GET", "POST"])
@needs("reporting.view_books")
def companies(request: HttpRequest) -> HttpResponseBase:
    may = person(request).has_perm("ledger.post_between_companies")
    form = CompaniesForm(request.POST or None, today=business_date())
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid():
            try:
                return done(request, record(request, form))
            except Refused as refusal:
                form.add_error(None, str(refusal))
    context = {
        "pairs": pairs(),
        "form": form,
        "may": may,
        "several": LegalEntity.objects.count() > 1,
    }
    postings, status = InterCompany.objects.all(), 422 if form.errors else 200
    return answer(request, COMPANY_POSTINGS, postings, "ledger/companies.html", context, status=status)


def record(request: HttpRequest, form: CompaniesForm) -> InterCompany:
    given = form.cleaned_data
    common = {
        "amount": given["amount"],
        "effective_on": given["effective_on"],
        "key": f"staff/{given['key']}",
        "by": person(request),
    }
    if given["what"] == "payment":
        return receive_payment_at_company(at=given["debtor"], loan_id=given["found"].pk, **common)
    act = hold_for_company if given["what"] == "held" else settle_between_companies
    return act(debtor=given["debtor"], creditor=given["creditor"], reason=given["reason"], **common)


@require_POST
@needs("ledger.post_between_companies")
def companies_effect(request: HttpRequest) -> HttpResponse:
    """What the posting would do: it is really made, read, and taken back. Nothing, for a form that is not whole yet."""
    typed = request.POST.copy()
    typed["reason"] = typed.get("reason") or "Not typed yet"
    form = CompaniesForm(typed, today=business_date())
    context: dict[str, Any] = {}
    if form.is_valid():
        form.cleaned_data["key"] = PREVIEW
        context = seen_and_taken_back(request, form)
    return render(request, "ledger/_companies_effect.html", context)


def seen_and_taken_back(request: HttpRequest, form: CompaniesForm) -> dict[str, Any]:
    """The entries in the order in which they would be made, and what the one owes the other then; or the refusal."""
    savepoint = transaction.savepoint()
    try:
        posting = record(request, form)
        paid = Entry.objects.filter(event__key=f"staff/{PREVIEW}/payment")
        made = Entry.objects.filter(pk__in=[posting.debtor_entry_id, posting.creditor_entry_id]) | paid
        entries = made.select_related("legal_entity").prefetch_related("postings__account").order_by("pk")
        between = (posting.debtor_id, posting.creditor_id)
        due = next(pair.due_to for pair in pairs() if (pair.debtor.pk, pair.creditor.pk) == between)
        return {"entries": list(entries), "posting": posting, "due": due}
    except Refused as refusal:
        return {"refusal": refusal}
    finally:
        transaction.savepoint_rollback(savepoint)


@require_http_methods(["GET", "POST"])
@needs("ledger.post_between_companies")
def take_back_companies(request: HttpRequest, posting_id: int) -> HttpResponse:
    postings = InterCompany.objects.select_related("debtor", "creditor")
    posting = get_object_or_404(postings, pk=posting_id)
    form = KeyedReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken_back = take_back_between_companies(
                posting_id=posting.pk,
                reason=form.cleaned_data["reason"],
                key=f"staff/{form.cleaned_data['key']}",
                by=person(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, taken_back)
    context = {"posting": posting, "form": form}
    return render(request, "ledger/take_back_companies.html", context, status=422 if form.errors else 200)


def done(request: HttpRequest, posting: InterCompany) -> HttpResponse:
    words = f"Posted ${posting.amount:,.2f} in the books of {posting.debtor} and {posting.creditor}"
    entry = reverse("entry", args=[posting.debtor_entry_id])
    messages.success(request, format_html('{}. <a href="{}">See what was posted</a>', words, entry))
    return redirect("companies")
