"""Work that goes on after whoever started it has left the page."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from tenants.base import TenantForeignKey, TenantModel
from tenants.models.user import User


class LongWork(TenantModel):
    """What, started by whom and when, and how it ended. How far it is meanwhile: tenants.long_work.heard_of."""

    rights: ClassVar[str] = "SELECT, INSERT, UPDATE"

    class Kind(models.TextChoices):
        NIGHT = "night", "Closing of days"
        PROOF = "proof", "Proof by replay"
        STATEMENTS = "statements", "Statements of a month"
        BOARDING = "boarding", "Boarding of a tape"
        FILE = "file", "File of a list"
        EXPORT = "export", "Export of journals"
        CLOSE = "close", "Close of a month"

    class Source(models.TextChoices):
        PERSON = "person", "A person"
        CALENDAR = "calendar", "The calendar"
        NIGHT = "night", "The end of day"
        COMMAND = "command", "The command line"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=80, help_text="What makes it the same work when it is begun again.")
    title = models.CharField(max_length=160)
    source = models.CharField(max_length=10, choices=Source.choices)
    by = TenantForeignKey(User, null=True, blank=True, related_name="+", db_index=False)
    started_at = models.DateTimeField(db_default=Now())
    total = models.PositiveIntegerField(default=0, help_text="How many days or loans; 0 where that is not known yet.")
    done = models.PositiveIntegerField(default=0, help_text="How many when it ended.")
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=200, blank=True, help_text="What came of it, a sentence.")
    subject = models.BigIntegerField(null=True, blank=True, help_text="The id of what it made, of its kind.")
    failure = models.TextField(blank=True, help_text="What stopped it, a sentence; empty where nothing did.")
    # When whoever started it saw that it had ended.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "long work"
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["tenant", "-started_at"], name="long_work_latest"),
            models.Index(fields=["tenant", "by"], name="long_work_untold", condition=Q(told_at=None)),
        ]
        constraints = [
            models.UniqueConstraint("tenant", "kind", "key", name="long_work_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["night", "proof", "statements", "boarding", "file", "export", "close"]),
                name="long_work_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(source="person", by__isnull=False)
                | Q(source__in=["calendar", "night", "command"], by__isnull=True),
                name="long_work_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False) | Q(failure="", result="", told_at__isnull=True),
                name="long_work_ends_whole",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="long_work_done_in_total"),
        ]

    def __str__(self) -> str:
        return self.title
