"""Which account takes what: exceptions to the chart's own accounts, in versions that are approved and never edited."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models.books import APPEND_ONLY, Account
from ledger.models.fields import one_of
from ledger.models.loan import Loan
from ledger.models.product import Product
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import LegalEntity, User

# A fee is told apart by the event that charges it.
FEE_KINDS = {"fee": "Fees charged", "late_fee": "Late fees"}


class GLMapping(TenantModel):
    """A company's mapping from a day on, whole: a version replaces the one before it.

    It starts after the business date on which it is approved (by trigger), so no day that was posted on ever changes
    its mapping: the same event replayed finds the same account.
    """

    rights: ClassVar[str] = "SELECT, INSERT, UPDATE (approved_by_id, approved_at)"

    legal_entity = TenantForeignKey(LegalEntity, related_name="gl_mappings")
    number = models.PositiveIntegerField()
    effective_from = models.DateField()
    remark = models.CharField(max_length=300)
    drafted_by = TenantForeignKey(User, related_name="+", db_index=False)
    drafted_at = models.DateTimeField(auto_now_add=True)
    approved_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "GL mapping"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint("tenant", "legal_entity", "number", name="gl_mapping_once"),
            models.UniqueConstraint(
                "tenant",
                "legal_entity",
                "effective_from",
                condition=Q(approved_by__isnull=False),
                name="gl_mapping_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")), name="gl_mapping_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="gl_mapping_approved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Mapping {self.number} of {self.legal_entity}"


class GLMappingLine(TenantModel):
    """`role` of loans of this product, in this state, for fees of this kind (empty: of any) goes to `account`."""

    rights: ClassVar[str] = APPEND_ONLY

    mapping = TenantForeignKey(GLMapping, related_name="lines")
    role = models.CharField(max_length=30)
    product = TenantForeignKey(Product, null=True, blank=True, related_name="+", db_index=False)
    status = models.CharField(max_length=12, blank=True, choices=Loan.State.choices)
    fee_kind = models.CharField(max_length=20, blank=True, choices=list(FEE_KINDS.items()))
    account = TenantForeignKey(Account, related_name="+", db_index=False)

    class Meta:
        verbose_name = "GL mapping line"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "mapping", "role", "product", "status", "fee_kind"],
                nulls_distinct=False,
                name="gl_mapping_line_once",
            ),
            one_of("status", ["", *Loan.State.values], "gl_mapping_status_known"),
            one_of("fee_kind", ["", *FEE_KINDS], "gl_mapping_fee_kind_known"),
            models.CheckConstraint(condition=Q(fee_kind="") | Q(role="fee_income"), name="gl_mapping_kind_is_of_fees"),
        ]

    def __str__(self) -> str:
        return f"{self.role} to {self.account}"

    @property
    def plays(self) -> str:
        """The role in words."""
        return self.role.replace("_", " ").capitalize()
