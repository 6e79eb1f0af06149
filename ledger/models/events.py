"""What happened to a loan: its dated events, and the interest that accrued between them. Append-only."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from finance.allocation import ORDINARY
from ledger.models.books import APPEND_ONLY
from ledger.models.fields import money, one_of, rate
from ledger.models.loan import Loan
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User

MOVES_MONEY = [
    "disbursement", "draw", "fee", "fee_waiver", "payment", "payoff", "late_fee", "recovery", "credit_applied",
    "refund", "escrow_deposit", "escrow_disbursement", "sale", "buy_back",
]  # fmt: skip


class LoanEvent(TenantModel):
    """A business event. It has two dates: when it counts, and when we knew. docs/events.md lists the kinds."""

    rights: ClassVar[str] = APPEND_ONLY

    class Kind(models.TextChoices):
        DISBURSEMENT = "disbursement"
        DRAW = "draw"
        RATE_CHANGE = "rate_change", "Rate change"
        FEE = "fee"
        FEE_WAIVER = "fee_waiver", "Fee waiver"
        PAYMENT = "payment"
        PAYOFF = "payoff"
        CREDIT_APPLIED = "credit_applied", "Credit applied"
        REFUND = "refund"
        ESCROW_DEPOSIT = "escrow_deposit", "Escrow deposit"
        ESCROW_DISBURSEMENT = "escrow_disbursement", "Escrow disbursement"
        CAPITALISE_INTEREST = "capitalise_interest", "Interest capitalised"
        CAPITALISE_FEES = "capitalise_fees", "Fees capitalised"
        NONACCRUAL = "nonaccrual", "Non-accrual"
        RESTORATION = "restoration", "Return to accrual"
        WRITE_OFF = "write_off", "Small balance written off"
        CHARGE_OFF = "charge_off", "Charge-off"
        RECOVERY = "recovery"
        LATE_FEE = "late_fee", "Late fee"
        SALE = "sale"
        BUY_BACK = "buy_back", "Buy-back"
        MODIFICATION = "modification"
        REVERSAL = "reversal"

    loan = TenantForeignKey(Loan, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    effective_on = models.DateField()
    recorded_on = models.DateField(help_text="The business date on which it became known.")
    recorded_at = models.DateTimeField(auto_now_add=True)
    amount = money(null=True, blank=True)
    rate = rate(null=True, blank=True)
    principal_only = models.BooleanField(default=False)
    purpose = models.CharField(
        max_length=20, default=ORDINARY, help_text="Of a payment: which of the loan's hierarchies allocates it."
    )
    version = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of the schedule: made by a modification, or a late fee's; none is the first."
    )
    terms = models.JSONField(null=True, blank=True, help_text="Of a modification. Read by ledger.terms.new_terms.")
    target = TenantForeignKey("self", null=True, blank=True, related_name="reversals", help_text="What it reverses.")
    cause = TenantForeignKey(
        "self", null=True, blank=True, related_name="consequences", help_text="What brought it about."
    )
    instalment = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of a late fee.")
    reason = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=20, help_text="portal, staff, night, boarding, demo.")
    by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    key = models.CharField(max_length=120)

    class Meta:
        ordering = ["effective_on", "id"]
        indexes = [
            models.Index(fields=["tenant", "loan", "effective_on"], name="event_loan"),
            models.Index(fields=["tenant", "recorded_on", "id"], name="event_recorded"),
            # The few that back_dated_events() counts.
            models.Index(
                fields=["tenant", "recorded_on", "id"],
                name="event_back_dated",
                condition=Q(effective_on__lt=F("recorded_on")) & ~Q(source__in=["boarding", "night"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint("tenant", "key", name="event_key_once"),
            models.UniqueConstraint("tenant", "target", condition=Q(kind="reversal"), name="event_reversed_once"),
            models.UniqueConstraint(
                "tenant", "loan", "version", condition=Q(kind="modification"), name="event_version_once"
            ),
            one_of(
                "kind",
                [
                    "disbursement",
                    "draw",
                    "rate_change",
                    "fee",
                    "fee_waiver",
                    "payment",
                    "payoff",
                    "credit_applied",
                    "refund",
                    "escrow_deposit",
                    "escrow_disbursement",
                    "capitalise_interest",
                    "capitalise_fees",
                    "nonaccrual",
                    "restoration",
                    "write_off",
                    "charge_off",
                    "recovery",
                    "late_fee",
                    "sale",
                    "buy_back",
                    "modification",
                    "reversal",
                ],
                "event_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=MOVES_MONEY) | Q(amount__isnull=False, amount__gt=0), name="event_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", target__isnull=False) | ~Q(kind="reversal") & Q(target__isnull=True),
                name="event_reversal_has_target",
            ),
            models.CheckConstraint(
                condition=~Q(kind="rate_change") | Q(rate__isnull=False), name="event_rate_change_has_rate"
            ),
            models.CheckConstraint(
                condition=Q(purpose=ORDINARY) | Q(kind="payment", principal_only=False),
                name="event_purpose_of_a_payment",
            ),
            models.CheckConstraint(condition=Q(rate__isnull=True) | Q(rate__gte=0), name="event_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="modification", version__gte=2, terms__isnull=False)
                | ~Q(kind="modification") & Q(terms__isnull=True),
                name="event_modification_has_terms",
            ),
            models.CheckConstraint(condition=Q(effective_on__lte=F("recorded_on")), name="event_not_in_the_future"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount or ''}".strip()

    @property
    def asked(self) -> dict[str, Any] | None:
        """What a modification was asked for with; None of any other event."""
        return self.terms and self.terms["asked"]


class Accrual(TenantModel):
    """Interest of one loan, posted on one day: the sub-ledger of interest, which the night sums into the books.

    The ordinary row of a day has no event; a correction names the event that caused it. Amounts telescope: all rows of
    a loan up to a day, less the interest paid, are the exact accrued interest rounded once.
    """

    rights: ClassVar[str] = APPEND_ONLY
    fenced_by_trigger: ClassVar[bool] = True

    loan = TenantForeignKey(Loan, related_name="accruals", db_index=False)
    effective_on = models.DateField()
    booked_on = models.DateField()
    posted_on = models.DateField()
    amount = money()
    suspended = money(default=0, db_default=0, help_text="Of the amount, what went into suspense and not into income.")
    event = TenantForeignKey(LoanEvent, null=True, related_name="accruals", db_index=False)
    # The entry that carries it into the books, where one was posted with it (boarding); otherwise the night of
    # `posted_on` sums it up.
    entry = TenantForeignKey("ledger.Entry", null=True, related_name="+", db_index=False)

    class Meta:
        # Rows arrive in the order of posted_on, so a few bytes for each block find a day's; a tree costs every row.
        indexes = [BrinIndex(fields=["posted_on"], name="accrual_posted", autosummarize=True)]
        constraints = [
            # One index for three: the ordinary row of a day (no event), each correction of it, and a loan's interest on
            # two dates, which it holds whole: a loan's rows lie a night apart, each in a block of its own.
            models.UniqueConstraint(
                fields=["loan", "effective_on", "event"],
                include=["tenant", "posted_on", "amount"],
                nulls_distinct=False,
                name="accrual_once_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.effective_on:%-d %b %Y}"
