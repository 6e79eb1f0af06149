"""Which account takes what: the chart of accounts, and the versions of the GL mapping, drafted, tried and approved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from finance.errors import Refused
from ledger.general_ledger_forms import AccountForm, MappingForm, MappingLineForm, SampleForm
from ledger.mapping import rules_of
from ledger.models import Account, GLMapping, Loan
from ledger.operations import add_account, approve_mapping, draft_mapping
from ledger.operations.mapping import DraftLine
from ledger.sample import SampleLine, sample_journal
from ledger.selectors import business_date
from ledger.views.common import needs, person
from tenants.models import LegalEntity

BLANK = 4  # lines to fill in, beside those that are in force
MOST = 60


def company_of(request: HttpRequest) -> tuple[LegalEntity, list[LegalEntity]]:
    """The company of `?company=`, the first by name without it; and all of them."""
    companies = list(LegalEntity.objects.order_by("name"))
    asked = request.GET.get("company", "")
    return next((found for found in companies if str(found.pk) == asked), companies[0]), companies


@require_http_methods(["GET", "POST"])
@needs("reporting.view_books")
def chart(request: HttpRequest) -> HttpResponse:
    """The accounts of a company by what they take, and adding one."""
    company, companies = company_of(request)
    may = person(request).has_perm("ledger.draft_gl_mapping")
    form = AccountForm(request.POST or None, company=company)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid():
            try:
                made = add_account(company=company, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"Added {made}. A mapping can send something there.")
                return redirect(f"{reverse('chart')}?company={company.pk}")
    accounts = Account.objects.filter(legal_entity=company).select_related("counterparty").order_by("code")
    context = {"company": company, "companies": companies, "accounts": accounts, "form": form, "may": may}
    return render(request, "ledger/chart.html", context, status=422 if form.errors else 200)


@require_safe
@needs("reporting.view_books")
def gl_mappings(request: HttpRequest) -> HttpResponse:
    company, companies = company_of(request)
    found = GLMapping.objects.filter(legal_entity=company).select_related("drafted_by", "approved_by")
    today = business_date()
    started = [mapping for mapping in found if mapping.approved_at and mapping.effective_from <= today]
    context = {
        "company": company,
        "companies": companies,
        "mappings": found,
        "in_force": max(started, key=lambda mapping: mapping.effective_from, default=None),
        "may_draft": person(request).has_perm("ledger.draft_gl_mapping"),
    }
    return render(request, "ledger/gl_mappings.html", context)


@require_http_methods(["GET", "POST"])
@needs("ledger.draft_gl_mapping")
def draft_gl_mapping(request: HttpRequest) -> HttpResponse:
    """The next version, from what the last approved one says."""
    company, _ = company_of(request)
    lines_form = formset_factory(MappingLineForm, extra=BLANK, max_num=MOST, absolute_max=MOST)
    kwargs = {"company": company}
    form = MappingForm(request.POST or None)
    lines: BaseFormSet[MappingLineForm]
    if request.method == "POST":
        lines = lines_form(request.POST, form_kwargs=kwargs, prefix="line")
        if form.is_valid() and lines.is_valid():
            try:
                made = draft_mapping(
                    company=company, **form.cleaned_data, lines=list(drafted(lines)), by=person(request)
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"Drafted version {made.number}. Try it, then another person approves it.")
                return redirect("gl_mapping", made.pk)
    else:
        approved = GLMapping.objects.filter(legal_entity=company, approved_at__isnull=False).first()
        fields = ("product", "status", "fee_kind", "account")
        initial = list(approved.lines.values(*fields)) if approved else []
        lines = lines_form(initial=initial, form_kwargs=kwargs, prefix="line")
    wrong = form.errors or (lines.is_bound and not lines.is_valid())
    context = {"company": company, "form": form, "lines": lines}
    return render(request, "ledger/draft_gl_mapping.html", context, status=422 if wrong else 200)


def drafted(lines: "BaseFormSet[MappingLineForm]") -> list[DraftLine]:
    rows = (line.cleaned_data for line in lines if line.cleaned_data.get("account"))
    return [
        DraftLine(
            role=row["account"].role,
            account=row["account"],
            product=row["product"],
            status=row["status"],
            fee_kind=row["fee_kind"],
        )
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
@needs("reporting.view_books")
def gl_mapping(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """A version: its lines, a sample event under it, and its approval."""
    mappings = GLMapping.objects.select_related("legal_entity", "drafted_by", "approved_by")
    mapping = get_object_or_404(mappings, pk=mapping_id)
    refusal = None
    if request.method == "POST":
        if not person(request).has_perm("ledger.approve_gl_mapping"):
            raise PermissionDenied
        try:
            approve_mapping(mapping_id=mapping.pk, by=person(request))
        except Refused as found:
            refusal = found
        else:
            messages.success(
                request, f"Approved version {mapping.number}. It decides from {mapping.effective_from:%-d %b %Y}."
            )
            return redirect("gl_mapping", mapping.pk)
    form = SampleForm(request.GET if "number" in request.GET else None, initial=first_sample(mapping))
    context: dict[str, Any] = {
        "mapping": mapping,
        "lines": mapping.lines.select_related("product", "account"),
        "sample": form,
        "journal": tried(mapping, form),
        "may_approve": person(request).has_perm("ledger.approve_gl_mapping"),
        "own": mapping.drafted_by_id == person(request).pk,
        "refusal": refusal,
    }
    return render(request, "ledger/gl_mapping.html", context, status=422 if refusal or form.errors else 200)


def first_sample(mapping: GLMapping) -> dict[str, Any]:
    """A loan of the company to begin with."""
    loans = Loan.objects.filter(legal_entity_id=mapping.legal_entity_id).order_by("state", "number")
    number = loans.values_list("number", flat=True).first()
    return {"number": number, "kind": "payment", "amount": "100.00"}


def tried(mapping: GLMapping, form: SampleForm) -> list[SampleLine]:
    """The sample's journal under what is in force and under the version; none until one is asked for."""
    if not form.is_bound or not form.is_valid():
        return []
    given = form.cleaned_data
    loans = Loan.objects.select_related("balance", "product_version")
    loan = loans.filter(number=given["number"], legal_entity_id=mapping.legal_entity_id).first()
    if loan is None:
        form.add_error("number", f"{mapping.legal_entity} has no loan of that number.")
        return []
    try:
        return sample_journal(loan, given["kind"], given["amount"], rules_of(mapping), today=business_date())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return []
