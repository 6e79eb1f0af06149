"""The lists of the general ledger: months, exports, and what moved between companies."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from ledger.models import ExportBatch, InterCompany
from tenants.lists import Choice, Column, RowList


def state_of_period(period: Any) -> tuple[str, str]:
    """(word, meaning)."""
    if period.asked:
        return ("Opening asked for", "attention")
    return ("Closed", "neutral") if period.closed_at else ("Open", "good")


PERIODS = RowList(
    name="periods",
    noun=("month", "months"),
    permission="reporting.view_books",
    order=("-starts_on", "legal_entity__name", "pk"),
    compact=True,
    filters=(
        Choice(
            name="state",
            label="State",
            any="Open or closed",
            choices={"open": "Open", "closed": "Closed"},
            apply=lambda rows, value: rows.filter(closed_at__isnull=value == "open"),
        ),
    ),
    columns=(
        Column(
            key="month",
            label="Month",
            value=str,
            reads=("starts_on", "ends_on", "legal_entity__name"),
            sort="starts_on",
            url=lambda period: reverse("period", args=[period.pk]),
        ),
        Column(key="company", label="Company", value="legal_entity.name", sort="legal_entity__name"),
        Column(key="from", label="From", value="starts_on", cell="day", sort="starts_on"),
        Column(key="to", label="To", value="ends_on", cell="day", sort="ends_on"),
        Column(
            key="state",
            label="State",
            value=state_of_period,
            reads=("closed_at",),
            cell="badge",
            file=lambda period: state_of_period(period)[0],
        ),
        Column(key="closed", label="Closed at", value="closed_at", cell="moment", sort="closed_at", nullable=True),
    ),
)


def state_of_batch(batch: ExportBatch) -> tuple[str, str]:
    """(word, meaning)."""
    if batch.voids_id:
        return ("Voids another", "information")
    return ("Voided", "attention") if hasattr(batch, "voided_by") else ("Stands", "good")


EXPORTS = RowList(
    name="exports",
    noun=("batch", "batches"),
    permission="reporting.view_books",
    order=("-pk",),
    compact=True,
    filters=(
        Choice(
            name="state",
            label="State",
            any="Any state",
            choices={"stands": "Stands", "voided": "Voided", "voids": "Voids another"},
            apply=lambda rows, value: rows.filter(
                {
                    "stands": Q(voids=None, voided_by=None),
                    "voided": Q(voided_by__isnull=False),
                    "voids": Q(voids__isnull=False),
                }[value]
            ),
        ),
    ),
    columns=(
        Column(
            key="batch",
            label="Batch",
            value=str,
            reads=("number", "target", "legal_entity__name", "through", "detail"),
            sort="number",
            url=lambda batch: reverse("export_batch", args=[batch.pk]),
        ),
        Column(key="company", label="Company", value="legal_entity.name", sort="legal_entity__name"),
        Column(key="through", label="Through", value="through", cell="day", sort="through"),
        Column(key="entries", label="Entries", value="entries", cell="count", sort="entries"),
        Column(key="debits", label="Debits", value="debits", cell="money", sort="debits", sum="debits"),
        Column(key="credits", label="Credits", value="credits", cell="money", sort="credits", sum="credits"),
        Column(
            key="state",
            label="State",
            value=state_of_batch,
            reads=("voids", "voided_by__id"),
            cell="badge",
            file=lambda batch: state_of_batch(batch)[0],
        ),
        Column(key="by", label="Taken by", value="taken_by", reads=("taken_by__full_name", "taken_by__email")),
        Column(key="at", label="Taken", value="taken_at", cell="moment", sort="taken_at"),
    ),
)

COMPANY_POSTINGS = RowList(
    name="company_postings",
    noun=("posting", "postings"),
    permission="reporting.view_books",
    order=("-pk",),
    compact=True,
    filters=(
        Choice(
            name="kind",
            label="What",
            any="Anything",
            choices=dict(InterCompany.Kind.choices),
            apply=lambda rows, value: rows.filter(kind=value),
        ),
    ),
    columns=(
        Column(key="on", label="Effective on", value="effective_on", cell="day", sort="effective_on"),
        Column(
            key="what", label="What", value=lambda posting: posting.get_kind_display(), reads=("kind",), sort="kind"
        ),
        Column(key="owes", label="Owes", value="debtor.name", sort="debtor__name"),
        Column(key="to", label="To", value="creditor.name", sort="creditor__name"),
        Column(key="amount", label="Amount", value="amount", cell="money", sort="amount", sum="amount"),
        Column(key="why", label="Why", value="reason", cell="wrap"),
        Column(
            key="entries",
            label="Entries",
            value=lambda posting: f"{posting.debtor_entry_id}, {posting.creditor_entry_id}",
            reads=("debtor_entry", "creditor_entry"),
            cell="ledger/_cell_company_entries.html",
        ),
        Column(
            key="by",
            label="By",
            value="by",
            reads=("by__full_name", "by__email", "kind", "reversed_by__id"),
            cell="ledger/_cell_company_by.html",
        ),
    ),
)
