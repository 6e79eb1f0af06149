"""A loan tried out: scenarios of acts that nobody has done, and who let one of them happen."""

import re
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from ledger.models.events import LoanEvent
from ledger.models.fields import one_of
from ledger.models.loan import Loan
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User

MOST_SCENARIOS = 4
EVENT_KEY = re.compile(r"fork/(\d+)/\d+")


class Fork(ConcurrentTransitionMixin, TenantModel):
    """A what-if of one loan. It holds no figures: they are worked out anew from `scenarios` each time it is looked at.

    base: the loan's last event when it was made, proposed or last looked at again; a newer one makes it stale.
    chosen: the number of the scenario that is proposed.
    """

    # Who made it, and of which loan, is never rewritten.
    rights: ClassVar[str] = (
        "SELECT, INSERT, UPDATE (state, base_id, chosen, reason, proposed_on, decided_by_id, decided_on)"
    )

    class State(models.TextChoices):
        DRAFT = "draft"
        PROPOSED = "proposed"
        COMMITTED = "committed"
        WITHDRAWN = "withdrawn"

    loan = TenantForeignKey(Loan, related_name="forks", db_index=False)
    title = models.CharField(max_length=120)
    made_by = TenantForeignKey(User, related_name="+", db_index=False)
    made_on = models.DateField()
    base = TenantForeignKey(LoanEvent, related_name="+", db_index=False)
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    chosen = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it should be done.")
    proposed_on = models.DateField(null=True, blank=True)
    decided_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    decided_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "loan"], name="fork_loan"),
            models.Index(fields=["tenant", "proposed_on"], name="fork_proposed", condition=Q(state="proposed")),
        ]
        constraints = [
            one_of("state", ["draft", "proposed", "committed", "withdrawn"], "fork_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="fork_has_a_title"),
            models.CheckConstraint(
                condition=(~Q(state="draft") | Q(chosen__isnull=True, proposed_on__isnull=True, reason=""))
                & (
                    ~Q(state__in=["proposed", "committed"])
                    | Q(chosen__isnull=False, proposed_on__isnull=False) & ~Q(reason="")
                ),
                name="fork_proposed_whole",
            ),
            models.CheckConstraint(
                condition=(~Q(state__in=["draft", "proposed"]) | Q(decided_by__isnull=True, decided_on__isnull=True))
                & (~Q(state__in=["committed", "withdrawn"]) | Q(decided_by__isnull=False, decided_on__isnull=False)),
                name="fork_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="committed") | ~Q(decided_by=F("made_by")), name="fork_four_eyes"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def event_key(self, position: int) -> str:
        """The key of the event that the act at `position`, from 1, becomes when the fork is committed."""
        return f"fork/{self.pk}/{position}"

    @classmethod
    def behind(cls, event: LoanEvent) -> Self | None:
        """The fork whose commit brought `event`. No query for the many that no fork brought."""
        found = EVENT_KEY.fullmatch(event.key)
        return cls.objects.filter(pk=int(found[1]), loan=event.loan_id).first() if found else None

    @transition(field=state, source=State.DRAFT, target=State.PROPOSED)
    def mark_proposed(self, *, chosen: int, reason: str, on: date) -> None:
        """State only. That it can be done is looked at in operations/forks.py."""
        self.chosen, self.reason, self.proposed_on = chosen, reason, on

    @transition(field=state, source=State.PROPOSED, target=State.DRAFT)
    def mark_reopened(self) -> None:
        """State only. What was proposed is to be thought over."""
        self.chosen, self.reason, self.proposed_on = None, "", None

    @transition(field=state, source=State.PROPOSED, target=State.COMMITTED)
    def mark_committed(self, *, by: User, on: date) -> None:
        """State only. The acts are done in operations/forks.py."""
        self.decided_by, self.decided_on = by, on

    @transition(field=state, source=[State.DRAFT, State.PROPOSED], target=State.WITHDRAWN)
    def mark_withdrawn(self, *, by: User, on: date) -> None:
        """State only. Nothing of it was done."""
        self.decided_by, self.decided_on = by, on


class Scenario(TenantModel):
    """One way it could go. `acts`: in order, as ledger.forks.steps.Step writes them; frozen once the fork is proposed.

    kept: False when it was removed. Rows are not deleted; the next scenario takes its number.
    """

    fork = TenantForeignKey(Fork, related_name="scenarios", db_index=False)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    acts = models.JSONField(default=list)
    kept = models.BooleanField(default=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint("tenant", "fork", "number", name="scenario_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_SCENARIOS), name="scenario_number_in_reach"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="scenario_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title
