"""The control room: applications, and what was offered, agreed and signed. Nothing here can be changed."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from origination.models import Agreement, Application, ApplicationEvent, Offer, Signature
from tenants.control_room import LookOnly

ON_THE_APPLICATION = "What is decided, signed and released is done on the page of its application."


class OfAnApplication(LookOnly):
    """Rows that belong to an application that was sent; a draft is the applicant's own. to_it: the way to it."""

    to_it: ClassVar[str] = "application__"
    instead = ON_THE_APPLICATION

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.to_it}submitted_on__isnull": False})

    def page_of(self, obj: Any) -> str:
        return reverse("application", args=[obj.application.number])


@admin.register(Application)
class ApplicationAdmin(OfAnApplication):
    to_it = ""
    list_display = ("number", "name", "state", "amount", "months", "applicant", "submitted_on", "decided_by", "loan")
    list_filter = ("state", "kind")
    list_select_related = ("applicant", "decided_by", "loan")
    search_fields = ("number", "name", "applicant__full_name", "applicant__email", "loan__number")
    amount_fields = ("amount",)

    def page_of(self, obj: Any) -> str:
        return reverse("application", args=[obj.number])


@admin.register(ApplicationEvent)
class ApplicationEventAdmin(OfAnApplication):
    list_display = ("application", "kind", "amount", "recorded_on", "by", "note")
    list_filter = ("kind",)
    list_select_related = ("application", "by")
    search_fields = ("application__number", "application__name", "key")
    amount_fields = ("amount",)


@admin.register(Offer)
class OfferAdmin(OfAnApplication):
    list_display = ("application", "number", "amount", "months", "rate", "payment", "good_through", "made_by")
    list_select_related = ("application", "made_by")
    search_fields = ("application__number", "application__name")
    amount_fields = ("amount", "payment", "total_of_payments")


class OfAnOffer(OfAnApplication):
    """Rows that belong to an offer."""

    to_it = "offer__application__"
    search_fields: ClassVar[tuple[str, ...]] = ("offer__application__number", "offer__application__name")
    amount_fields = ("offer__amount",)

    def page_of(self, obj: Any) -> str:
        return reverse("application", args=[obj.offer.application.number])

    @admin.display(description="State", ordering="offer__application__state")
    def state(self, obj: Any) -> str:
        return str(obj.offer.application.get_state_display())

    @admin.display(description="Amount", ordering="offer__amount")
    def amount(self, obj: Any) -> Decimal:
        amount: Decimal = obj.offer.amount
        return amount


@admin.register(Agreement)
class AgreementAdmin(OfAnOffer):
    list_display = ("offer", "state", "amount", "made_by", "sha256")
    list_select_related = ("offer__application", "offer__made_by")

    @admin.display(description="Made by")
    def made_by(self, obj: Agreement) -> str:
        return str(obj.offer.made_by)


@admin.register(Signature)
class SignatureAdmin(OfAnOffer):
    list_display = ("offer", "state", "amount", "typed_name", "signed_by", "signed_on")
    list_select_related = ("offer__application", "signed_by")
    search_fields = (*OfAnOffer.search_fields, "typed_name")
