"""Journals handed to another accounting system: which entries went in which file, exactly once."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models.books import APPEND_ONLY, Entry
from ledger.models.fields import money, one_of
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import LegalEntity, User


class ExportTarget(models.TextChoices):
    QUICKBOOKS_DESKTOP = "quickbooks_iif", "QuickBooks Desktop (IIF)"
    QUICKBOOKS_ONLINE = "quickbooks_csv", "QuickBooks Online (CSV)"
    NETSUITE = "netsuite", "NetSuite (CSV)"
    SAGE_INTACCT = "sage_intacct", "Sage Intacct (CSV)"
    SAGE_50 = "sage_50", "Sage 50 (CSV)"


class ExportDetail(models.TextChoices):
    ENTRY = "entry", "Every entry"
    DAY = "day", "One journal a day, summed by account"


class ExportBatch(TenantModel):
    """One file. It keeps its own bytes, so it is the same however often it is fetched.

    through: entries known by the end of this closed day are in it.  voids: the batch that this one takes back.
    totals: {account's code: [debits, credits]} as the file has them.
    """

    rights: ClassVar[str] = APPEND_ONLY

    legal_entity = TenantForeignKey(LegalEntity, related_name="export_batches")
    target = models.CharField(max_length=20, choices=ExportTarget.choices)
    detail = models.CharField(max_length=10, choices=ExportDetail.choices)
    number = models.PositiveIntegerField()
    through = models.DateField()
    voids = TenantOneToOneField("self", null=True, blank=True, related_name="voided_by")
    reason = models.CharField(max_length=300, blank=True)
    taken_by = TenantForeignKey(User, related_name="+", db_index=False)
    taken_at = models.DateTimeField(auto_now_add=True)
    key = models.CharField(max_length=120)
    entries = models.PositiveIntegerField()
    journals = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    debits = money()
    credits = money()
    totals = models.JSONField()
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(help_text="The file, compressed.")

    class Meta:
        verbose_name_plural = "export batches"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint("tenant", "legal_entity", "target", "number", name="export_batch_once"),
            models.UniqueConstraint("tenant", "key", name="export_batch_key_once"),
            models.CheckConstraint(condition=Q(debits=F("credits")), name="export_batch_balances"),
            models.CheckConstraint(condition=Q(voids__isnull=True) | ~Q(reason=""), name="export_void_has_reason"),
            one_of("target", [*ExportTarget.values], "export_target_known"),
            one_of("detail", [*ExportDetail.values], "export_detail_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_target_display()} batch {self.number}"


class ExportedEntry(TenantModel):
    """An entry in a batch. `round` counts how often it was taken for the target: again only after a void."""

    rights: ClassVar[str] = APPEND_ONLY

    batch = TenantForeignKey(ExportBatch, related_name="exported")
    entry = TenantForeignKey(Entry, related_name="exported", db_index=False)
    target = models.CharField(max_length=20)
    round = models.PositiveSmallIntegerField(default=1)
    void = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "exported entries"
        constraints = [
            # Leads with the entry: "was it taken?" is asked entry by entry.
            models.UniqueConstraint(fields=["tenant", "entry", "target", "round", "void"], name="entry_exported_once"),
        ]

    def __str__(self) -> str:
        return f"Entry {self.entry_id} in {self.batch}"


class ExportReceipt(TenantModel):
    """What the other system said it took of a batch, as a person read it there."""

    rights: ClassVar[str] = APPEND_ONLY

    batch = TenantForeignKey(ExportBatch, related_name="receipts")
    journals = models.PositiveIntegerField()
    debits = money()
    credits = money()
    note = models.CharField(max_length=300, blank=True)
    by = TenantForeignKey(User, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(debits__gte=0, credits__gte=0), name="export_receipt_not_negative")
        ]

    def __str__(self) -> str:
        return f"Receipt of {self.batch}"

    @property
    def agrees(self) -> bool:
        batch = self.batch
        return (self.journals, self.debits, self.credits) == (batch.journals, batch.debits, batch.credits)
