"""What shows that nothing was altered: a seal for each closed day, and what to do about each difference of a proof."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ledger.models.books import APPEND_ONLY
from ledger.models.night import Proof
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class Seal(TenantModel):
    """The Merkle root of everything that became known on one business date, the day before it included.

    docs/proof.md says which rows, in which order and as which text. `format` is the version of that page.
    """

    rights: ClassVar[str] = APPEND_ONLY

    business_date = models.DateField()
    root = models.CharField(max_length=64, help_text="SHA-256, in hexadecimal digits.")
    previous = models.CharField(max_length=64, blank=True, help_text="The root of the day sealed before; empty: none.")
    line = models.TextField(help_text="The last leaf: the day, the days it covers, the root before it, how many rows.")
    leaves = models.IntegerField(help_text="Rows sealed, the last leaf included.")
    format = models.PositiveSmallIntegerField()
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-business_date"]
        constraints = [
            models.UniqueConstraint("tenant", "business_date", name="seal_once"),
            models.CheckConstraint(condition=Q(root__regex=r"^[0-9a-f]{64}$"), name="seal_root_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"Seal of {self.business_date:%-d %b %Y}"


class SealBlock(TenantModel):
    """The hashes of some rows of a sealed day, in order, so that a row altered later is found by name."""

    rights: ClassVar[str] = APPEND_ONLY

    # Not a key to the seal: blocks are written while its root is still being worked out.
    business_date = models.DateField()
    number = models.IntegerField()
    kind = models.CharField(max_length=10)
    ids: ClassVar[Any] = ArrayField(models.BigIntegerField())
    hashes = models.BinaryField(help_text="32 bytes for each id.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint("tenant", "business_date", "number", name="seal_block_once")]

    def __str__(self) -> str:
        return f"Block {self.number} of {self.business_date:%-d %b %Y}"


class Difference(TenantModel):
    """Something that a proof found, from its first finding until a person has resolved it.

    A proof that finds the same again moves `last_proof` on; one that does not leaves it behind.
    """

    law = models.CharField(max_length=30, choices=Proof.Law.choices)
    what = models.CharField(max_length=200)
    expected = models.TextField()
    found = models.TextField()
    first_proof = TenantForeignKey(Proof, related_name="+", db_index=False)
    last_proof = TenantForeignKey(Proof, related_name="differences_found", db_index=False)
    note = models.TextField(blank=True)
    owner = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    owned_at = models.DateTimeField(null=True, blank=True)
    resolved_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "tenant", "law", "what", condition=Q(resolved_at__isnull=True), name="difference_open_once"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(note=""),
                name="difference_resolved_whole",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, owned_at__isnull=True) | Q(owner__isnull=False, owned_at__isnull=False),
                name="difference_owned_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, found {self.found}"
