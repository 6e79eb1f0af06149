"""Closing a month and opening it again: who did what, when and why. All of it append-only but for one decision."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models.books import APPEND_ONLY, Period
from ledger.models.fields import one_of
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import User


class PeriodTick(TenantModel):
    """A line of the close checklist that needs judgement, ticked by a person. `closing` counts from 1: a month that
    was opened again is looked at anew."""

    rights: ClassVar[str] = APPEND_ONLY

    period = TenantForeignKey(Period, related_name="ticks")
    closing = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=30)
    note = models.CharField(max_length=300)
    by = TenantForeignKey(User, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="period_tick_has_note")]

    def __str__(self) -> str:
        return f"{self.item}: {self.note}"


class ReopenRequest(TenantModel):
    """A closed month that somebody wants open again. Another person decides; only an approved one opens it."""

    rights: ClassVar[str] = "SELECT, INSERT, UPDATE (decision, decided_by_id, decided_at)"

    period = TenantForeignKey(Period, related_name="reopen_requests")
    reason = models.CharField(max_length=300)
    asked_by = TenantForeignKey(User, related_name="+", db_index=False)
    asked_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=10, default="", blank=True)
    decided_by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reopen_request_has_reason"),
            one_of("decision", ["", "approved", "declined"], "reopen_decision_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="reopen_request_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="reopen_request_decided_whole",
            ),
            models.UniqueConstraint("tenant", "period", condition=Q(decision=""), name="reopen_request_one_open"),
        ]

    def __str__(self) -> str:
        return f"Open {self.period} again: {self.reason}"


class PeriodEvent(TenantModel):
    """A month was closed or opened again. `checklist` keeps what each line said when it was closed."""

    rights: ClassVar[str] = APPEND_ONLY

    class Kind(models.TextChoices):
        CLOSED = "closed"
        REOPENED = "reopened", "Opened again"

    period = TenantForeignKey(Period, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    request = TenantOneToOneField(ReopenRequest, null=True, blank=True, related_name="event")
    checklist = models.JSONField(default=list)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            one_of("kind", ["closed", "reopened"], "period_event_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="closed", request__isnull=True) | Q(kind="reopened", request__isnull=False),
                name="period_event_reopened_by_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.get_kind_display()}"
