"""Journals for another accounting system: taking a batch, fetching its file, voiding it, and what was exported."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from finance.errors import Refused
from ledger.exports.reconciliation import receipts_that_differ, reconcile
from ledger.general_ledger_forms import ExportForm, KeyedReasonForm, ReceiptForm
from ledger.lists import EXPORTS
from ledger.models import Account, ExportBatch, ExportReceipt, ExportTarget
from ledger.operations import record_receipt, take_export, void_export
from ledger.operations.exports import content_of, last_closed_day
from ledger.orders import is_long_export, order_export, order_void
from ledger.selectors import business_date
from ledger.views.common import needs, ordered, person
from ledger.views.lists import answer
from tenants.models import LegalEntity


@require_http_methods(["GET", "POST"])
@needs("reporting.view_books")
def exports(request: HttpRequest) -> HttpResponseBase:
    may = person(request).has_perm("ledger.export_journals")
    form = ExportForm(request.POST or None, last=last_closed_day(business_date()))
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid():
            try:
                return take(request, form.cleaned_data | {"key": f"staff/{form.cleaned_data['key']}"})
            except Refused as refusal:
                form.add_error(None, str(refusal))
    context = {"form": form, "may": may}
    status = 422 if form.errors else 200
    return answer(request, EXPORTS, ExportBatch.objects.all(), "ledger/exports.html", context, status=status)


def take(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    """The batch, at once or by a worker."""
    if is_long_export(given["company"], given["target"], given["through"]):
        ordered(request, order_export(**given, by=person(request)))
        return redirect("exports")
    return redirect("export_batch", take_export(**given, by=person(request)).pk)


@require_http_methods(["GET", "POST"])
@needs("reporting.view_books")
def export_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch: its control totals, what the other system said it took, and taking it back."""
    batches = ExportBatch.objects.defer("content").select_related("legal_entity", "taken_by", "voided_by", "voids")
    batch = get_object_or_404(batches, pk=batch_id)
    void = KeyedReasonForm(request.POST if request.POST.get("act") == "void" else None)
    receipt = ReceiptForm(request.POST if request.POST.get("act") == "receipt" else None)
    if request.method == "POST":
        if not person(request).has_perm("ledger.export_journals"):
            raise PermissionDenied
        if void.is_bound and void.is_valid():
            try:
                return take_back(request, batch, void.cleaned_data["reason"], f"staff/{void.cleaned_data['key']}")
            except Refused as refusal:
                void.add_error(None, str(refusal))
        elif receipt.is_bound and receipt.is_valid():
            kept = record_receipt(batch_id=batch.pk, **receipt.cleaned_data, by=person(request))
            if kept.agrees:
                messages.success(request, "Kept: the other system took what the batch has.")
            else:
                messages.warning(request, f"Kept. The other system took something else: {off_by(kept)}.")
            return redirect("export_batch", batch.pk)
    context = {"batch": batch, "void": void, "receipt": receipt, "totals": totals_of(batch)}
    context |= {
        "may": person(request).has_perm("ledger.export_journals"),
        "voidable": not batch.voids_id and not hasattr(batch, "voided_by"),
        "receipts": [
            (row, off_by(row)) for row in batch.receipts.select_related("by", "batch").defer("batch__content")
        ],
    }
    wrong = void.errors or receipt.errors
    return render(request, "ledger/export_batch.html", context, status=422 if wrong else 200)


def take_back(request: HttpRequest, batch: ExportBatch, reason: str, key: str) -> HttpResponse:
    """The batch that voids it, at once or by a worker."""
    if batch.entries > settings.ROWS_AT_ONCE:
        ordered(request, order_void(batch=batch, reason=reason, key=key, by=person(request)))
        return redirect("export_batch", batch.pk)
    made = void_export(batch_id=batch.pk, reason=reason, key=key, by=person(request))
    messages.success(request, f"Voided batch {batch.number}: batch {made.number} takes it back.")
    return redirect("export_batch", made.pk)


def off_by(receipt: ExportReceipt) -> str:
    """By what a receipt differs from its batch, in words; an empty text when it agrees."""
    batch = receipt.batch
    found = []
    if few := receipt.journals - batch.journals:
        found.append(f"{abs(few):,} journal{'' if abs(few) == 1 else 's'} {'more' if few > 0 else 'fewer'}")
    for name in ("debits", "credits"):
        if less := getattr(receipt, name) - getattr(batch, name):
            found.append(f"${abs(less):,.2f} {'more' if less > 0 else 'less'} {name}")
    return ", ".join(found)


def totals_of(batch: ExportBatch) -> list[tuple[str, str, Any, Any]]:
    """(code, name, debits, credits) of each account, as the file has them."""
    names = dict(Account.objects.filter(legal_entity_id=batch.legal_entity_id).values_list("code", "name"))
    return [(code, names.get(code, ""), debit, credit) for code, (debit, credit) in batch.totals.items()]


@require_safe
@needs("ledger.export_journals")
def export_file(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The file, byte for byte as it was first written."""
    batch = get_object_or_404(ExportBatch, pk=batch_id)
    response = HttpResponse(content_of(batch), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{batch.file_name}"'
    return response


@require_safe
@needs("reporting.view_books")
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What the files said beside what the books say."""
    companies = list(LegalEntity.objects.order_by("name"))
    asked, target = request.GET.get("company", ""), request.GET.get("target", "")
    company = next((found for found in companies if str(found.pk) == asked), companies[0])
    if target not in ExportTarget.values:
        latest = ExportBatch.objects.filter(legal_entity=company).values_list("target", flat=True).first()
        target = latest or ExportTarget.QUICKBOOKS_DESKTOP
    context = {
        "companies": companies,
        "company": company,
        "target": target,
        "target_name": ExportTarget(target).label,
        "targets": ExportTarget.choices,
        "found": reconcile(company, target),
        "misread": [(row, off_by(row)) for row in receipts_that_differ(company, target)],
        "last": ExportBatch.objects.filter(legal_entity=company, target=target).defer("content").first(),
    }
    return render(request, "ledger/reconciliation.html", context)
