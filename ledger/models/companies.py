"""What one company of the tenant holds for, or pays to, another. Each writes an entry in the books of both."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models.books import APPEND_ONLY, Entry
from ledger.models.fields import money, one_of
from ledger.models.loan import Loan
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import LegalEntity, User


class InterCompany(TenantModel):
    """Cash that moved between two companies' books. `debtor` owes `creditor` more after "held", less after "settled".

    held: cash of the creditor's lies in the debtor's bank account.  settled: the debtor paid it over.
    reversed: takes `target` back.
    """

    rights: ClassVar[str] = APPEND_ONLY

    class Kind(models.TextChoices):
        HELD = "held", "Held for the other company"
        SETTLED = "settled"
        REVERSED = "reversed"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    debtor = TenantForeignKey(LegalEntity, related_name="+")
    creditor = TenantForeignKey(LegalEntity, related_name="+")
    amount = money()
    effective_on = models.DateField()
    reason = models.CharField(max_length=300)
    loan = TenantForeignKey(Loan, null=True, blank=True, related_name="+", help_text="Whose payment it was.")
    target = TenantOneToOneField("self", null=True, blank=True, related_name="reversed_by")
    debtor_entry = TenantOneToOneField(Entry, related_name="+")
    creditor_entry = TenantOneToOneField(Entry, related_name="+")
    by = TenantForeignKey(User, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    key = models.CharField(max_length=120)

    class Meta:
        verbose_name = "inter-company posting"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint("tenant", "key", name="inter_company_key_once"),
            models.CheckConstraint(condition=~Q(debtor=F("creditor")), name="inter_company_two_companies"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="inter_company_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="inter_company_has_reason"),
            one_of("kind", ["held", "settled", "reversed"], "inter_company_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="reversed", target__isnull=False) | ~Q(kind="reversed") & Q(target__isnull=True),
                name="inter_company_reversal_has_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.debtor} owes {self.creditor} {self.amount}"
