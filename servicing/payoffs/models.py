"""The letters that say what pays a loan off. Append-only: what a letter said is never changed, only overtaken."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models import Loan, LoanEvent
from ledger.models.books import APPEND_ONLY
from ledger.models.fields import money
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class PayoffLetter(TenantModel):
    """What pays the loan off on each day from `quoted_on` to `good_through`, as it was told to somebody.

    content: all that the letter says (servicing.payoffs.letter), and sha256 its digest (servicing.kept).
    code: twenty characters of a hundred random bits, by which anybody who holds the letter can check it.
    last_event: the newest event of the loan that was known then.
    """

    rights: ClassVar[str] = APPEND_ONLY

    loan = TenantForeignKey(Loan, related_name="payoff_letters", db_index=False)
    quoted_on = models.DateField(help_text="The business date on which it was made.")
    good_through = models.DateField()
    amount = money(help_text="What pays the loan off on good_through, in dollars.")
    per_diem = money(help_text="One day's interest, rounded for the letter.")
    code = models.CharField(max_length=20)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    last_event = TenantForeignKey(LoanEvent, null=True, related_name="+", db_index=False)
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = TenantForeignKey(User, related_name="+", db_index=False)
    key = models.CharField(max_length=120)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "loan", "id"], name="payoff_letter_loan")]
        constraints = [
            models.UniqueConstraint("tenant", "code", name="payoff_letter_code_once"),
            models.UniqueConstraint("tenant", "key", name="payoff_letter_key_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[2-9A-HJ-NP-Z]{20}$"), name="payoff_letter_code_of_100_bits"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, per_diem__gte=0), name="payoff_letter_amount_positive"),
            models.CheckConstraint(condition=Q(good_through__gte=F("quoted_on")), name="payoff_letter_not_expired"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="payoff_letter_digest"),
        ]

    def __str__(self) -> str:
        return f"Payoff letter {self.pk} of loan {self.loan_id}"

    @property
    def code_in_groups(self) -> str:
        """As it is printed: ABCD-EFGH-JKLM-NPQR-STUV."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))
