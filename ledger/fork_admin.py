"""The control room: what was tried on loans, and what of it was done. Nothing here can be changed either."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from ledger.models import Fork, Scenario
from tenants.control_room import LookOnly

ON_THE_WHAT_IF = "A what-if is made, proposed, and committed by a second person, on its own page of the loan."


@admin.register(Fork)
class ForkAdmin(LookOnly):
    list_display = ("title", "loan", "state", "made_by", "made_on", "reason", "decided_by", "decided_on")
    list_filter = ("state",)
    list_select_related: ClassVar[Any] = ("loan", "made_by", "decided_by")
    search_fields = ("title", "loan__number", "loan__borrower__name", "reason")
    instead = ON_THE_WHAT_IF

    def page_of(self, obj: Any) -> str:
        return reverse("what_if", args=[obj.loan.number, obj.pk])


@admin.register(Scenario)
class ScenarioAdmin(LookOnly):
    list_display = ("title", "fork", "number", "kept")
    list_select_related: ClassVar[Any] = ("fork",)
    search_fields = ("title", "fork__title", "fork__loan__number")
    instead = ON_THE_WHAT_IF

    def page_of(self, obj: Any) -> str:
        return reverse("what_if", args=[obj.fork.loan.number, obj.fork_id])
