"""The control room: months, the mapping, companies and exports. Nothing here can be changed either."""

from typing import Any

from django.contrib import admin
from django.urls import reverse

from ledger.models import (
    ExportBatch,
    ExportedEntry,
    ExportReceipt,
    GLMapping,
    GLMappingLine,
    InterCompany,
    PeriodEvent,
    PeriodTick,
    ReopenRequest,
)
from tenants.control_room import LookOnly

ON_THE_MONTH = "A month is closed, and opened again by two people, on its own page under Periods."
ON_THE_MAPPING = "A mapping is drafted, tried and approved under General ledger. An approved one is never edited."
ON_THE_EXPORT = "Batches are taken and voided under General ledger, Exports. What a file held stays as it was."


class OfAMonth(LookOnly):
    list_select_related = ("period",)
    instead = ON_THE_MONTH

    def page_of(self, obj: Any) -> str:
        return reverse("period", args=[obj.period_id])


@admin.register(PeriodTick)
class PeriodTickAdmin(OfAMonth):
    list_display = ("period", "item", "note", "by", "at")


@admin.register(PeriodEvent)
class PeriodEventAdmin(OfAMonth):
    list_display = ("period", "kind", "by", "at", "reason")


@admin.register(ReopenRequest)
class ReopenRequestAdmin(OfAMonth):
    list_display = ("period", "reason", "asked_by", "decision", "decided_by")


@admin.register(GLMapping)
class GLMappingAdmin(LookOnly):
    list_display = ("number", "legal_entity", "effective_from", "drafted_by", "approved_by", "remark")
    list_select_related = ("legal_entity", "drafted_by", "approved_by")
    instead = ON_THE_MAPPING

    def page_of(self, obj: Any) -> str:
        return reverse("gl_mapping", args=[obj.pk])


@admin.register(GLMappingLine)
class GLMappingLineAdmin(LookOnly):
    list_display = ("mapping", "role", "product", "status", "fee_kind", "account")
    list_select_related = ("mapping__legal_entity", "product", "account")
    instead = ON_THE_MAPPING

    def page_of(self, obj: Any) -> str:
        return reverse("gl_mapping", args=[obj.mapping_id])


@admin.register(InterCompany)
class InterCompanyAdmin(LookOnly):
    list_display = ("id", "kind", "debtor", "creditor", "amount", "effective_on", "reason", "by")
    list_select_related = ("debtor", "creditor", "by")
    amount_fields = ("amount",)
    instead = "Companies are posted between under General ledger, Between companies, and taken back there."

    def page_of(self, obj: Any) -> str:
        return reverse("companies")


@admin.register(ExportBatch)
class ExportBatchAdmin(LookOnly):
    list_display = ("__str__", "legal_entity", "through", "entries", "debits", "taken_by", "taken_at")
    list_select_related = ("legal_entity", "taken_by")
    amount_fields = ("debits", "credits")
    instead = ON_THE_EXPORT

    def page_of(self, obj: Any) -> str:
        return reverse("export_batch", args=[obj.pk])


@admin.register(ExportedEntry)
class ExportedEntryAdmin(LookOnly):
    list_display = ("batch", "entry", "target", "round", "void")
    list_select_related = ("batch", "entry")
    instead = ON_THE_EXPORT

    def page_of(self, obj: Any) -> str:
        return reverse("export_batch", args=[obj.batch_id])


@admin.register(ExportReceipt)
class ExportReceiptAdmin(LookOnly):
    list_display = ("batch", "journals", "debits", "credits", "by", "at")
    list_select_related = ("batch", "by")
    amount_fields = ("debits", "credits")
    instead = ON_THE_EXPORT

    def page_of(self, obj: Any) -> str:
        return reverse("export_batch", args=[obj.batch_id])
