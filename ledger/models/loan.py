"""A loan account: what was agreed, and the one row that says where it stands."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from ledger.models.fields import money, one_of, rate
from ledger.models.product import ProductVersion
from parties.models import Party
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import LegalEntity


class LoanQuerySet(models.QuerySet["Loan"]):
    def open(self) -> Self:
        return self.filter(state=Loan.State.ACTIVE)

    def past_due(self, *, days: int = 1) -> Self:
        """Open loans that are `days` or more past due."""
        return self.open().filter(balance__dpd__gte=days)


class Loan(ConcurrentTransitionMixin, TenantModel):
    """A live or finished loan. `terms` are its own, copied at boarding: the note governs, not the catalogue."""

    # What was agreed is never rewritten: only the state may change.
    rights: ClassVar[str] = "SELECT, INSERT, UPDATE (state, ended_on)"

    class State(models.TextChoices):
        ACTIVE = "active"
        PAID_OFF = "paid_off", "Paid off"
        CHARGED_OFF = "charged_off", "Charged off"
        SOLD = "sold"

    number = models.CharField(max_length=24)
    legal_entity = TenantForeignKey(LegalEntity, related_name="loans", db_index=False)
    borrower = TenantForeignKey(Party, related_name="loans")
    product_version = TenantForeignKey(ProductVersion, related_name="loans")
    currency = models.CharField(max_length=3)
    amount = money(help_text="Principal as agreed.")
    rate = rate(help_text="As agreed at boarding; the balance has today's.")
    terms = models.JSONField(help_text="Read by ledger.terms.loan_terms.")
    opened_on = models.DateField()
    first_due_on = models.DateField()
    matures_on = models.DateField()
    state = FSMField(default=State.ACTIVE, choices=State.choices, protected=True)
    ended_on = models.DateField(null=True, blank=True)
    boarded_on = models.DateField(help_text="The business date on which it entered these books.")
    # The one place that may have made it: an application here, or a line of a tape from elsewhere.
    boarding_run = TenantForeignKey("ledger.BoardingRun", null=True, blank=True, related_name="loans")

    # The instalments ahead (ledger.holding.Ahead), where the loan was read to be posted to.
    ahead: ClassVar[Any] = None
    # (version of the schedule, what the modification that made it states), once that was read (ledger.terms).
    modified: Any = None
    # What LoanTerms takes from the terms in force (ledger.terms.agreed_terms), where the loan was read to be posted to.
    agreed: ClassVar[Any] = None

    objects = LoanQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "state", "id"], name="loan_state"),
            models.Index("tenant", Collate("number", "C"), name="loan_number_search"),
            # What sums of many loans are told apart by, without reading their terms.
            models.Index(
                fields=["tenant", "id"],
                include=("currency", "state", "legal_entity", "product_version"),
                name="loan_uses",
            ),
        ]
        constraints = [
            models.UniqueConstraint("tenant", "number", name="loan_number_once"),
            one_of("state", ["active", "paid_off", "charged_off", "sold"], "loan_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loan_amount_positive"),
            models.CheckConstraint(condition=Q(matures_on__gte=F("first_due_on")), name="loan_matures_after_first_due"),
            models.CheckConstraint(
                condition=Q(state="active", ended_on__isnull=True) | ~Q(state="active") & Q(ended_on__isnull=False),
                name="loan_ended_when_not_active",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.ACTIVE, target=State.PAID_OFF)
    def mark_paid_off(self, *, on: date) -> None:
        """State only. Nothing is owed any more since `on`."""
        self.ended_on = on

    @transition(field=state, source=State.ACTIVE, target=State.CHARGED_OFF)
    def mark_charged_off(self, *, on: date) -> None:
        """State only. The posting is in ledger/operations/charge_off.py."""
        self.ended_on = on

    @transition(field=state, source=State.ACTIVE, target=State.SOLD)
    def mark_sold(self, *, on: date) -> None:
        """State only. The posting is in ledger/operations/sales.py."""
        self.ended_on = on

    @transition(field=state, source=[State.PAID_OFF, State.CHARGED_OFF, State.SOLD], target=State.ACTIVE)
    def mark_reopened(self) -> None:
        """State only. What ended the loan was undone, or it was drawn on or bought back."""
        self.ended_on = None


class LoanBalance(TenantModel):
    """Where a loan stands at the end of `accrued_through`: a projection of its events, rebuilt by replaying them.

    Narrow, because the night rewrites every row. `accrued_units` is the exact unpaid interest in 1/160,308,000ths of a
    dollar (finance.interest.UNITS), `interest` the same rounded to cents, which is what the books show.
    """

    loan = TenantOneToOneField(Loan, primary_key=True, related_name="balance")
    open = models.BooleanField(default=True)
    disbursed = money(default=0)
    principal = money(default=0)
    accrued_units = models.DecimalField(max_digits=40, decimal_places=10, default=0)
    interest = money(default=0)
    fees = money(default=0)
    unapplied = money(default=0)
    rate = rate()
    day_count = models.CharField(max_length=10)
    rounding = models.CharField(max_length=10)
    accrued_through = models.DateField()
    # The schedule in force, and its last due date where a modification made it; without one the loan's own holds.
    schedule_version = models.PositiveSmallIntegerField(default=1, db_default=1)
    matures_on = models.DateField(null=True)
    # What filled instalments so far, and the first one not met (past or future).
    credit = money(default=0)
    next_due_on = models.DateField(null=True)
    next_due_amount = money(default=0)
    dpd = models.IntegerField(default=0)
    past_due_amount = money(default=0)
    written_off = money(default=0)
    recovered = money(default=0)
    escrow = money(default=0, db_default=0)
    # Non-accrual: of `interest` what is in suspense, and what interest paid wrote the books' principal down by.
    nonaccrual = models.BooleanField(default=False, db_default=False)
    suspense = money(default=0, db_default=0)
    applied = money(default=0, db_default=0)
    # The place of the last event in replay order: a later one takes the short way.
    last_event_on = models.DateField(null=True)
    last_event_rank = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "open", "next_due_on"], name="balance_next_due"),
            models.Index(fields=["tenant", "dpd"], name="balance_dpd", condition=Q(dpd__gt=0)),
            # The orders of a long list: by what a night does not move, and of what it moves by the few late loans.
            models.Index(fields=["tenant", "principal", "loan"], name="balance_principal"),
            models.Index(
                fields=["tenant", "past_due_amount", "loan"],
                name="balance_past_due",
                condition=Q(past_due_amount__gt=0),
            ),
            models.Index(
                fields=["tenant", "unapplied", "loan"], name="balance_unapplied", condition=Q(unapplied__gt=0)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(principal__gte=0), name="balance_principal_not_negative"),
            models.CheckConstraint(condition=Q(fees__gte=0), name="balance_fees_not_negative"),
            models.CheckConstraint(condition=Q(unapplied__gte=0), name="balance_unapplied_not_negative"),
            models.CheckConstraint(condition=Q(dpd__gte=0), name="balance_dpd_not_negative"),
            models.CheckConstraint(
                condition=Q(suspense__gte=0, suspense__lte=F("interest")), name="balance_suspense_is_of_interest"
            ),
            models.CheckConstraint(condition=Q(applied__gte=0), name="balance_applied_not_negative"),
        ]

    def __str__(self) -> str:
        return f"Balance of {self.loan}"

    @property
    def owed(self) -> Decimal:
        """Principal, interest and fees."""
        owed: Decimal = self.principal + self.interest + self.fees
        return owed


class Instalment(TenantModel):
    """A row of the agreed schedule. A modification adds rows of the next version, which name it; it edits none."""

    rights: ClassVar[str] = "SELECT, INSERT"

    loan = TenantForeignKey(Loan, related_name="instalments", db_index=False)
    version = models.PositiveSmallIntegerField(default=1)
    event = TenantForeignKey("ledger.LoanEvent", null=True, related_name="instalments", db_index=False)
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount = money()
    principal = money()
    interest = money()
    balance_after = money()

    class Meta:
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint("tenant", "loan", "version", "number", name="instalment_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="instalment_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(version=1, event__isnull=True) | Q(version__gte=2, event__isnull=False),
                name="instalment_names_its_modification",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "due_on"], name="instalment_due"),
            models.Index(fields=["tenant", "event"], name="instalment_event", condition=Q(event__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Instalment {self.number} due {self.due_on:%-d %b %Y}"
