"""The control room: statements, as they were sent."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from servicing.statements.models import Statement
from tenants.control_room import LookOnly


@admin.register(Statement)
class StatementAdmin(LookOnly):
    list_display = ("loan", "ends_on", "version", "opening", "interest", "fees", "payments", "closing", "made_on")
    list_filter = ("ends_on",)
    list_select_related: ClassVar[Any] = ("loan",)
    search_fields = ("loan__number",)
    amount_fields = ("closing", "payments")
    instead = "Statements are made when a month is closed. What changes later is told by a corrected one."

    def page_of(self, obj: Any) -> str:
        return reverse("loan_statement", args=[obj.loan.number, obj.pk])
