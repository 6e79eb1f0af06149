"""An application for a loan: what the applicant stated, how far it is, and who decided, signed and released."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Collate
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from ledger.models import Loan, ProductVersion
from ledger.models.fields import money, one_of
from origination.reasons import DECLINE_REASONS
from parties.models import Party
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import LegalEntity, User

if TYPE_CHECKING:
    from origination.models.offer import Offer

# An applicant hears the decision within 30 days of a complete application. Source: 12 CFR 1002.9(a)(1)(i).
DECISION_DAYS = 30

DECIDED = ["approved", "declined", "accepted", "funded"]
OFFERED = ["approved", "accepted", "funded"]
SIGNED = ["accepted", "funded"]
NOT_SENT = ["draft", "withdrawn"]
STATES = ["draft", "submitted", "in_review", "approved", "declined", "accepted", "funded", "withdrawn"]


class ApplicationQuerySet(models.QuerySet["Application"]):
    def sent(self) -> Self:
        """What the lender may see: a draft, and a draft that was withdrawn, are the applicant's own."""
        return self.filter(submitted_on__isnull=False)

    def to_review(self) -> Self:
        return self.filter(state__in=["submitted", "in_review"])

    def to_release(self) -> Self:
        return self.filter(state="accepted")

    def listed(self) -> Self:
        """With everything that a row of a list shows, in one query; `money` is offered, or else asked for."""
        related = (
            "legal_entity",
            "party",
            "applicant",
            "product_version__product",
            "reviewer",
            "decided_by",
            "offer",
            "loan",
        )
        return (
            self.select_related(*related)
            .defer("offer__schedule", "product_version__terms", "loan__terms")
            .annotate(money=Coalesce("offer__amount", "amount"))
        )


class Application(ConcurrentTransitionMixin, TenantModel):
    """A request for a loan. Once sent, what the applicant stated stays as it was: a trigger holds it."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        IN_REVIEW = "in_review", "In review"
        APPROVED = "approved"
        DECLINED = "declined"
        ACCEPTED = "accepted"
        FUNDED = "funded"
        WITHDRAWN = "withdrawn"

    number = models.CharField(max_length=24)
    legal_entity = TenantForeignKey(LegalEntity, related_name="+", db_index=False, help_text="Who would lend.")
    applicant = TenantForeignKey(User, related_name="applications")
    party = TenantForeignKey(Party, null=True, blank=True, related_name="applications", help_text="Who would borrow.")
    product_version = TenantForeignKey(ProductVersion, null=True, blank=True, related_name="+", db_index=False)

    # Stated by the applicant.
    kind = models.CharField(max_length=10, choices=Party.Kind.choices, blank=True)
    name = models.CharField(max_length=160, blank=True, help_text="Legal name.")
    phone = models.CharField(max_length=32, blank=True)
    street = models.CharField(max_length=160, blank=True)
    city = models.CharField(max_length=80, blank=True)
    us_state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    annual_income = money(null=True, blank=True, help_text="A company's revenue or a person's income, a year.")
    years_established = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Years in business, or in the present work."
    )
    amount = money(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=200, blank=True)

    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    state_since = models.DateField(help_text="The business date of the last step.")
    submitted_on = models.DateField(null=True, blank=True)
    reviewer = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    decided_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    decided_on = models.DateField(null=True, blank=True)
    decline_reason = models.CharField(max_length=40, blank=True, choices=[(r.code, r.label) for r in DECLINE_REASONS])
    decision_note = models.TextField(blank=True, help_text="For the file; the applicant does not see it.")
    offer = TenantOneToOneField("origination.Offer", null=True, blank=True, related_name="+", db_index=False)
    signed_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    signed_on = models.DateField(null=True, blank=True)
    released_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    loan = TenantOneToOneField(Loan, null=True, blank=True, related_name="application")
    started_at = models.DateTimeField(auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "state", "state_since"], name="application_state"),
            models.Index("tenant", Collate("number", "C"), name="application_number_search"),
        ]
        constraints = [
            models.UniqueConstraint("tenant", "number", name="application_number_once"),
            models.UniqueConstraint("tenant", "applicant", condition=Q(state="draft"), name="application_one_draft"),
            one_of("state", STATES, "application_state_known"),
            one_of("kind", ["", "person", "company"], "application_kind_known"),
            one_of("decline_reason", ["", *(reason.code for reason in DECLINE_REASONS)], "application_reason_known"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="application_amount"),
            models.CheckConstraint(condition=Q(months__isnull=True) | Q(months__gt=0), name="application_months"),
            models.CheckConstraint(
                condition=Q(state__in=NOT_SENT)
                | Q(submitted_on__isnull=False, party__isnull=False, product_version__isnull=False)
                & Q(amount__isnull=False, months__isnull=False, annual_income__isnull=False)
                & Q(years_established__isnull=False)
                & ~Q(kind="")
                & ~Q(name="")
                & ~Q(purpose=""),
                name="application_complete_when_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_by__isnull=False, decided_on__isnull=False)
                | ~Q(state__in=DECIDED),
                name="application_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("applicant")),
                name="application_not_decided_by_applicant",
            ),
            models.CheckConstraint(
                condition=Q(state="declined") & ~Q(decline_reason="") | ~Q(state="declined") & Q(decline_reason=""),
                name="application_declined_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OFFERED, offer__isnull=False) | ~Q(state__in=OFFERED),
                name="application_offer_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SIGNED, signed_by__isnull=False, signed_on__isnull=False) | ~Q(state__in=SIGNED),
                name="application_signed_when_accepted",
            ),
            models.CheckConstraint(
                condition=Q(state="funded", released_by__isnull=False, loan__isnull=False)
                | ~Q(state="funded") & Q(released_by__isnull=True, loan__isnull=True),
                name="application_loan_when_funded",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True)
                | Q(decided_by__isnull=False, signed_by__isnull=False)
                & ~Q(released_by=F("decided_by"))
                & ~Q(released_by=F("signed_by")),
                name="application_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def figure(self) -> Decimal | None:
        """Dollars: what is offered, or else what was asked for; None before the applicant has said."""
        found: Decimal | None = self.offer.amount if self.offer else self.amount
        return found

    @property
    def decide_by(self) -> date | None:
        """The day by which the applicant hears the decision; None before the application is sent."""
        return self.submitted_on + timedelta(days=DECISION_DAYS) if self.submitted_on else None

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
    def mark_submitted(self, *, on: date) -> None:
        """State only. What must be complete is in operations/submit.py."""
        self.submitted_on = self.state_since = on

    @transition(field=state, source=[State.SUBMITTED, State.APPROVED], target=State.IN_REVIEW)
    def mark_in_review(self, *, by: User, on: date) -> None:
        """State only. From approved, the unsigned offer is taken back."""
        self.reviewer = by
        self.decided_by = self.decided_on = self.offer = None
        self.state_since = on

    @transition(field=state, source=State.IN_REVIEW, target=State.APPROVED)
    def mark_approved(self, *, by: User, on: date, offer: "Offer", note: str) -> None:
        """State only. The price and the agreement are made in operations/decide.py."""
        self.decided_by, self.decided_on, self.offer, self.decision_note = by, on, offer, note
        self.state_since = on

    @transition(field=state, source=State.IN_REVIEW, target=State.DECLINED)
    def mark_declined(self, *, by: User, on: date, reason: str, note: str) -> None:
        """State only. `reason` is a code of origination.reasons."""
        self.decided_by, self.decided_on, self.decline_reason, self.decision_note = by, on, reason, note
        self.state_since = on

    @transition(field=state, source=State.APPROVED, target=State.ACCEPTED)
    def mark_accepted(self, *, by: User, on: date) -> None:
        """State only. The signature is made in operations/sign.py."""
        self.signed_by, self.signed_on = by, on
        self.state_since = on

    @transition(field=state, source=State.ACCEPTED, target=State.FUNDED)
    def mark_funded(self, *, by: User, on: date, loan: Loan) -> None:
        """State only. The loan is boarded by origination/handover.py."""
        self.released_by, self.loan = by, loan
        self.state_since = on

    @transition(
        field=state,
        source=[State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.ACCEPTED],
        target=State.WITHDRAWN,
    )
    def mark_withdrawn(self, *, on: date) -> None:
        """State only. Possible until the money has left."""
        self.state_since = on
