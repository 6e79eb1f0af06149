"""The control room: what is kept of each month for the portfolio."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from ledger.models import LoanMonth, PortfolioFold, PortfolioSum
from tenants.control_room import LookOnly

KEPT = "The night keeps it when it closes a month, and corrects it by further rows. See Portfolio."


class KeptByTheNight(LookOnly):
    """Month ends."""

    instead = KEPT

    def page_of(self, obj: Any) -> str:
        return reverse("portfolio")


@admin.register(LoanMonth)
class LoanMonthAdmin(KeptByTheNight):
    list_display = ("loan", "month_end", "known_on", "loans", "bucket", "was", "dpd", "principal", "past_due")
    list_select_related: ClassVar[Any] = ("loan",)
    search_fields = ("loan__number",)


@admin.register(PortfolioSum)
class PortfolioSumAdmin(KeptByTheNight):
    list_display = ("measure", "key", "of", "month_end", "known_on", "currency", "loans", "principal")
    list_filter = ("measure",)


@admin.register(PortfolioFold)
class PortfolioFoldAdmin(KeptByTheNight):
    list_display = ("through_row", "folded_at")
