"""A tape of loans from elsewhere, boarded in the middle of their life: what came in, was refused, and ties out."""

from typing import ClassVar

from django.db import models

from ledger.models.fields import one_of
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class BoardingRun(TenantModel):
    """One tape. `tie_out` keeps, line by line, what the tape says and what the books say, to the cent."""

    tape = models.CharField(max_length=120, help_text="The file's name.")
    layout = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    business_date = models.DateField()
    product_version = TenantForeignKey("ledger.ProductVersion", related_name="+", db_index=False)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.IntegerField(default=0)
    boarded = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    corrected = models.IntegerField(default=0)
    tie_out = models.JSONField(default=list)
    by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint("tenant", "sha256", name="tape_boarded_once")]

    def __str__(self) -> str:
        return f"{self.tape} on {self.business_date:%-d %b %Y}"


class BoardingRow(TenantModel):
    """A line of the tape that was refused, or corrected by a stated rule: never silently."""

    rights: ClassVar[str] = "SELECT, INSERT"

    run = TenantForeignKey(BoardingRun, related_name="findings")
    line = models.IntegerField()
    column = models.CharField(max_length=40)
    value = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10)
    rule = models.CharField(max_length=40)
    sentence = models.TextField()

    class Meta:
        ordering = ["line"]
        constraints = [one_of("outcome", ["refused", "corrected"], "boarding_row_outcome_known")]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}"
