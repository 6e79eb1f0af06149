"""The end of day: what was done, for which loans, what went wrong, and what was proved."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.models.books import APPEND_ONLY
from ledger.models.fields import one_of
from ledger.models.loan import Loan
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class Night(TenantModel):
    """The closing of one business date. `step` is what is being done, in the order of ledger.close.steps.STEPS."""

    business_date = models.DateField()
    step = models.CharField(max_length=20)
    prove_by_replay = models.BooleanField(default=True)
    # {step: the last loan of its share} where a proof takes a share of a big book; the next night goes on after it.
    shares = models.JSONField(default=dict)
    # A person holds it up: workers finish the chunk they have, and take no other.
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    # Several days closed in one go (demo and sandbox): the next night follows until the business date is this.
    advance_to = models.DateField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    # Until then, interest of this date may still be posted on it; afterwards never.
    summarised_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-business_date"]
        indexes = [
            models.Index(
                fields=["tenant", "business_date"], name="night_not_summarised", condition=Q(summarised_at=None)
            )
        ]
        constraints = [
            models.UniqueConstraint("tenant", "business_date", name="night_once"),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, paused_by__isnull=True)
                | Q(paused_at__isnull=False, paused_by__isnull=False),
                name="night_paused_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Night of {self.business_date:%-d %b %Y}"


class NightChunk(TenantModel):
    """A range of loans in one step, claimed by a worker with SKIP LOCKED and marked in the same transaction."""

    night = TenantForeignKey(Night, related_name="chunks")
    step = models.CharField(max_length=20)
    first_loan_id = models.BigIntegerField()
    last_loan_id = models.BigIntegerField()
    loans = models.IntegerField()
    loan_ids: ClassVar[Any] = ArrayField(models.BigIntegerField(), default=list)
    findings = models.JSONField(default=list, help_text="What the proof by replay found.")
    planned_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "night", "step", "first_loan_id", name="chunk_once"),
        ]
        # What is still to do, for the worker who looks for the next one.
        indexes = [models.Index(fields=["tenant", "night", "id"], name="chunk_free", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.step} {self.first_loan_id}-{self.last_loan_id}"


class NightException(TenantModel):
    """A loan that a step could not do. It stands alone; the rest of the night went on."""

    night = TenantForeignKey(Night, related_name="exceptions")
    loan = TenantForeignKey(Loan, related_name="night_exceptions")
    step = models.CharField(max_length=20)
    sentence = models.TextField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    # Who tried again; nobody, where the next night did.
    resolved_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "night", "loan", "step", name="night_exception_once"),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True) | Q(resolved_at__isnull=False),
                name="night_exception_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan}: {self.sentence}"


class Proof(TenantModel):
    """One law of the books, tried at one moment: what was compared, and whether it held to the cent."""

    rights: ClassVar[str] = APPEND_ONLY

    class Law(models.TextChoices):
        ENTRIES_BALANCE = "entries_balance", "Every entry balances"
        SUBLEDGER_IS_GL = "subledger_is_gl", "The loans add up to the general ledger"
        BALANCES_ARE_POSTINGS = "balances_are_postings", "Each loan's balance is the sum of its postings"
        REPLAY_IS_LEDGER = "replay_is_ledger", "Replaying each loan gives what stands"
        MOVEMENTS_ARE_POSTINGS = "movements_are_postings", "Each account's balance is the sum of its postings"
        SEALS_HOLD = "seals_hold", "What was sealed is unchanged"

    night = TenantForeignKey(Night, null=True, blank=True, related_name="proofs")
    law = models.CharField(max_length=30, choices=Law.choices)
    business_date = models.DateField()
    proved_at = models.DateTimeField(auto_now_add=True)
    compared = models.IntegerField(help_text="How many entries, accounts or loans.")
    out_of = models.IntegerField(null=True, blank=True, help_text="How many there are, where a share was compared.")
    differences = models.JSONField(default=list, help_text="Where it did not hold, with both figures.")
    holds = models.BooleanField()

    class Meta:
        ordering = ["-proved_at"]
        constraints = [
            one_of(
                "law",
                [
                    "entries_balance",
                    "subledger_is_gl",
                    "balances_are_postings",
                    "replay_is_ledger",
                    "movements_are_postings",
                    "seals_hold",
                ],
                "proof_law_known",
            ),
            models.CheckConstraint(condition=Q(holds=True, differences=[]) | Q(holds=False), name="proof_says_why_not"),
        ]

    def __str__(self) -> str:
        return f"{self.get_law_display()}: {'holds' if self.holds else 'does not hold'}"

    @property
    def share(self) -> Decimal:
        """How much of what there is was compared, in percent."""
        return Decimal(100 * self.compared) / self.out_of if self.out_of else Decimal(100)

    @property
    def nights(self) -> int:
        """In how many nights of such a share every loan has its turn."""
        return -(-self.out_of // self.compared) if self.out_of and self.compared else 1
