"""Monthly statements of loans, kept as they were sent. Append-only: a wrong one is followed by a corrected one."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models import Loan, LoanEvent
from ledger.models.books import APPEND_ONLY
from ledger.models.fields import money
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import User


class StatementQuerySet(models.QuerySet["Statement"]):
    def standing(self) -> "StatementQuerySet":
        """The last version of each period."""
        return self.filter(corrected_by=None)


class Statement(TenantModel):
    """What was owed on a loan at both ends of a month, and what moved it, as we knew it when it was made.

    opening, closing: owed in all (principal, interest and fees) before starts_on and at the end of ends_on, in dollars;
    what moved it: advanced, interest, fees, less payments, and other (what was written off, waived or sold).
    version: 1, or above it a correction of `corrects`, and `why` says what we learnt.
    last_event: the newest event of the loan that was known then.  content: all that it says, and sha256 its digest.
    """

    rights: ClassVar[str] = APPEND_ONLY

    loan = TenantForeignKey(Loan, related_name="statements", db_index=False)
    starts_on = models.DateField()
    ends_on = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    corrects = TenantOneToOneField("self", null=True, blank=True, related_name="corrected_by")
    why = models.CharField(max_length=500, blank=True)
    opening = money()
    advanced = money()
    interest = money()
    fees = money()
    payments = money()
    other = money()
    closing = money()
    due_on = models.DateField(null=True)
    due_amount = money()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    last_event = TenantForeignKey(LoanEvent, null=True, related_name="+", db_index=False)
    made_on = models.DateField(help_text="The business date on which it was made.")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = TenantForeignKey(User, null=True, related_name="+", db_index=False, help_text="None: the night.")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-version"]
        indexes = [models.Index(fields=["tenant", "ends_on"], name="statement_period")]
        constraints = [
            models.UniqueConstraint("tenant", "loan", "ends_on", "version", name="statement_once"),
            models.CheckConstraint(
                condition=Q(
                    closing=F("opening") + F("advanced") + F("interest") + F("fees") - F("payments") + F("other")
                ),
                name="statement_adds_up",
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="statement_of_a_period"),
            models.CheckConstraint(
                condition=Q(version=1, corrects__isnull=True, why="")
                | Q(version__gt=1, corrects__isnull=False) & ~Q(why=""),
                name="statement_correction_says_why",
            ),
            models.CheckConstraint(condition=Q(made_on__gt=F("ends_on")), name="statement_after_its_period"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="statement_digest"),
        ]

    def __str__(self) -> str:
        return f"Statement of {self.ends_on:%B %Y}{f', corrected ({self.version})' if self.version > 1 else ''}"
