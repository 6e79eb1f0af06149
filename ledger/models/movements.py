"""What the books add up to, kept so that any balance on any two dates is read and not summed. Derived from postings.

A movement is what the postings of one account, one day in the books and one day of knowledge come to; ledger.movements
folds postings into them, off the path of whoever posts, and reads them. The nightly proof says that they agree.
"""

from typing import ClassVar

from django.db import models

from ledger.models.books import APPEND_ONLY, Account
from ledger.models.fields import money
from ledger.models.loan import Loan
from tenants.base import TenantForeignKey, TenantModel


class Movement(TenantModel):
    """The postings of an account booked on one day and posted on another, summed.

    prior_period: they count from days of a period that was closed when they were posted.
    """

    account = TenantForeignKey(Account, related_name="movements", db_index=False)
    booked_on = models.DateField()
    posted_on = models.DateField()
    prior_period = models.BooleanField()
    debit = money()
    credit = money()
    postings = models.IntegerField(help_text="How many.")

    class Meta:
        indexes = [models.Index(fields=["tenant", "account", "posted_on"], name="movement_posted")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "account", "booked_on", "posted_on", "prior_period"], name="movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account}, {self.booked_on:%-d %b %Y}"


class MonthMovement(TenantModel):
    """The movements of a month in the books and a month of knowledge, each named by its first day."""

    account = TenantForeignKey(Account, related_name="month_movements", db_index=False)
    booked_month = models.DateField()
    posted_month = models.DateField()
    prior_period = models.BooleanField()
    debit = money()
    credit = money()
    postings = models.IntegerField(help_text="How many.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "account", "booked_month", "posted_month", "prior_period"],
                name="month_movement_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account}, {self.booked_month:%B %Y}"


class MovementFold(TenantModel):
    """How far postings are folded into movements: all those of entries up to `through_entry`. One row a tenant."""

    through_entry = models.BigIntegerField(default=0)
    folded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint("tenant", name="movement_fold_once")]

    def __str__(self) -> str:
        return f"Folded through entry {self.through_entry}"


class LateLoan(TenantModel):
    """A loan that was past due when a day was closed, as that close knew it. A loan without a row was current."""

    rights: ClassVar[str] = APPEND_ONLY

    business_date = models.DateField()
    loan = TenantForeignKey(Loan, related_name="late_days", db_index=False)
    dpd = models.IntegerField()
    past_due_amount = money()

    class Meta:
        constraints = [models.UniqueConstraint("tenant", "business_date", "loan", name="late_loan_once")]

    def __str__(self) -> str:
        return f"{self.loan}, {self.dpd} days late on {self.business_date:%-d %b %Y}"
