"""What happened to an application, in order. Append-only."""

from typing import ClassVar

from django.db import models

from ledger.models.books import APPEND_ONLY
from ledger.models.fields import money, one_of
from origination.models.application import Application
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class ApplicationEvent(TenantModel):
    """One step: what, who, when. Its key makes the same request twice the same step once."""

    rights: ClassVar[str] = APPEND_ONLY

    class Kind(models.TextChoices):
        STARTED = "started"
        SAVED = "saved"
        SUBMITTED = "submitted", "Sent"
        REVIEW_STARTED = "review_started", "Review started"
        APPROVED = "approved"
        DECLINED = "declined"
        SIGNED = "signed"
        RELEASED = "released", "Funds released"
        WITHDRAWN = "withdrawn"

    application = TenantForeignKey(Application, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    recorded_on = models.DateField(help_text="The business date.")
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = TenantForeignKey(User, related_name="+", db_index=False)
    amount = money(null=True, blank=True)
    note = models.TextField(blank=True)
    key = models.CharField(max_length=120)
    # A keyed digest of what was asked, so that a key that comes again with something else is noticed.
    content = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint("tenant", "key", name="application_event_key_once"),
            one_of(
                "kind",
                [
                    "started",
                    "saved",
                    "submitted",
                    "review_started",
                    "approved",
                    "declined",
                    "signed",
                    "released",
                    "withdrawn",
                ],
                "application_event_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.recorded_on:%-d %b %Y}"
