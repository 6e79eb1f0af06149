"""The general ledger: accounts, periods, entries and their postings.

Entries and postings are append-only, in rights and by trigger. ledger/migrations/0002_books.py keeps the rest: an
entry balances, its postings are complete, its period is open, and all of it belongs to one tenant and one company.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from ledger.models.fields import money, one_of
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import LegalEntity

APPEND_ONLY = "SELECT, INSERT"


class Account(TenantModel):
    """An account of a legal entity. `role` is what the recipes call it; the code is the lender's own.

    Of the accounts that play a role one is the default; the others take what the GL mapping sends there, or what is
    due to and from one `counterparty`.
    """

    # What an account is for never changes: postings were made by it.
    rights: ClassVar[str] = "SELECT, INSERT, UPDATE (code, name)"

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"

    legal_entity = TenantForeignKey(LegalEntity, related_name="accounts")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    role = models.CharField(max_length=30)
    currency = models.CharField(max_length=3)
    is_default = models.BooleanField(default=True)
    counterparty = TenantForeignKey(LegalEntity, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint("tenant", "legal_entity", "code", name="account_code_once"),
            models.UniqueConstraint(
                "tenant",
                "legal_entity",
                "role",
                "currency",
                condition=Q(is_default=True),
                name="account_role_once",
            ),
            models.UniqueConstraint(
                "tenant",
                "legal_entity",
                "role",
                "currency",
                "counterparty",
                condition=Q(counterparty__isnull=False),
                name="account_counterparty_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["due_from", "due_to"], counterparty__isnull=False, is_default=False)
                | ~Q(role__in=["due_from", "due_to"]) & Q(counterparty__isnull=True),
                name="account_between_companies",
            ),
            one_of("kind", ["asset", "liability", "equity", "income", "expense"], "account_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def plays(self) -> str:
        """Its role in words."""
        return self.role.replace("_", " ").capitalize()


class Period(TenantModel):
    """A month of a legal entity's books. While it is open, entries may be booked into it."""

    rights: ClassVar[str] = "SELECT, INSERT, UPDATE (closed_at)"

    legal_entity = TenantForeignKey(LegalEntity, related_name="periods")
    starts_on = models.DateField()
    ends_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint("tenant", "legal_entity", "starts_on", name="period_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="period_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%B %Y}"


class Entry(TenantModel):
    """A journal entry. It states how many lines and what total it has, so a line added later would show.

    effective_on: when it counts.  booked_on: its day in the books, later than effective_on only where that day's
    period was closed.  posted_on: the business date on which it became known; never back-dated.
    """

    rights: ClassVar[str] = APPEND_ONLY

    legal_entity = TenantForeignKey(LegalEntity, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    effective_on = models.DateField()
    booked_on = models.DateField()
    posted_on = models.DateField()
    posted_at = models.DateTimeField(auto_now_add=True)
    currency = models.CharField(max_length=3)
    lines = models.PositiveSmallIntegerField()
    total = money(help_text="The sum of the debits, which is the sum of the credits.")
    key = models.CharField(max_length=120)
    event = TenantForeignKey("ledger.LoanEvent", null=True, blank=True, related_name="entries")
    reverses = TenantOneToOneField("self", null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["tenant", "booked_on", "id"], name="entry_booked"),
            # Days of knowledge follow each other on disk: this costs whoever posts nothing.
            BrinIndex(fields=["posted_on"], name="entry_posted", pages_per_range=16, autosummarize=True),
        ]
        constraints = [
            models.UniqueConstraint("tenant", "key", name="entry_key_once"),
            models.CheckConstraint(condition=Q(lines__gte=2), name="entry_has_two_lines"),
            models.CheckConstraint(condition=Q(total__gt=0), name="entry_total_positive"),
            models.CheckConstraint(
                condition=Q(booked_on__gte=F("effective_on")), name="entry_booked_not_before_effective"
            ),
            models.CheckConstraint(condition=Q(booked_on__lte=F("posted_on")), name="entry_not_booked_ahead"),
        ]

    def __str__(self) -> str:
        return f"Entry {self.pk}: {self.kind} of {self.total}"

    @property
    def prior_period(self) -> bool:
        """Whether it corrects a period that was closed when it was posted."""
        return self.booked_on != self.effective_on


class Posting(TenantModel):
    """One line of an entry. Dates and currency repeat the entry's, for reading by account or loan without a join;
    `effective_on` may be earlier than the entry's where a correction spans days."""

    rights: ClassVar[str] = APPEND_ONLY
    fenced_by_trigger: ClassVar[bool] = True  # a set-based check in ledger_posting_check, instead of keys row by row

    entry = TenantForeignKey(Entry, related_name="postings", db_index=False)
    account = TenantForeignKey(Account, related_name="postings", db_index=False)
    loan = TenantForeignKey("ledger.Loan", null=True, related_name="postings", db_index=False)
    effective_on = models.DateField()
    booked_on = models.DateField()
    posted_on = models.DateField()
    currency = models.CharField(max_length=3)
    debit = money(default=0)
    credit = money(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "entry"], name="posting_entry"),
            models.Index(fields=["tenant", "account", "booked_on"], name="posting_account"),
            # With the figures in it: a loan's postings are as far apart as the days on which it paid.
            models.Index(
                fields=["tenant", "loan", "effective_on"],
                include=["posted_on", "account", "debit", "credit"],
                name="posting_loan",
            ),
            BrinIndex(fields=["posted_on"], name="posting_posted", pages_per_range=16, autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0), name="posting_one_sided"
            ),
        ]

    def __str__(self) -> str:
        return f"Dr {self.debit}" if self.debit else f"Cr {self.credit}"
