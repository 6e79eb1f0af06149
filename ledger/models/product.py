"""What a lender offers: products in versions, and the published rates they float on or start from."""

from django.db import models
from django.db.models import F, Q

from ledger.models.fields import rate
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class Product(TenantModel):
    """A kind of loan in the lender's catalogue."""

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint("tenant", "code", name="product_code_once")]

    def __str__(self) -> str:
        return self.name


class ProductVersion(TenantModel):
    """What the product was from a date on. Drafted by one person, approved by another, never edited afterwards.

    `terms` is read by ledger.terms.ProductTerms, which names every field and its default.
    """

    product = TenantForeignKey(Product, related_name="versions")
    number = models.PositiveIntegerField()
    effective_from = models.DateField()
    terms = models.JSONField()
    remark = models.TextField(blank=True, help_text="What somebody who sees a loan of this version should know.")
    drafted_by = TenantForeignKey(User, related_name="+", db_index=False)
    approved_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "product", "number", name="product_version_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="product_version_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="product_version_approved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} v{self.number}"


class IndexRate(TenantModel):
    """A published rate, from a date until the next one."""

    index = models.SlugField(max_length=20, help_text="prime, for the bank prime loan rate.")
    effective_on = models.DateField()
    rate = rate()

    class Meta:
        constraints = [models.UniqueConstraint("tenant", "index", "effective_on", name="index_rate_once")]

    def __str__(self) -> str:
        return f"{self.index} {self.rate} from {self.effective_on:%-d %b %Y}"
