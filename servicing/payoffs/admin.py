"""The control room: payoff letters, as they were made."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from servicing.payoffs.models import PayoffLetter
from tenants.control_room import LookOnly


@admin.register(PayoffLetter)
class PayoffLetterAdmin(LookOnly):
    list_display = ("loan", "amount", "per_diem", "quoted_on", "good_through", "issued_by", "issued_at")
    list_select_related: ClassVar[Any] = ("loan", "issued_by")
    search_fields = ("loan__number",)
    amount_fields = ("amount",)
    exclude = ("code",)
    instead = "A letter is made from the loan's page or in the portal, and never changed."

    def page_of(self, obj: Any) -> str:
        return reverse("loan_payoff_letter_made", args=[obj.loan.number, obj.pk])
