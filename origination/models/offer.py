"""What an approval offers, the agreement that says so, and the signature under it. All of it is append-only."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models.books import APPEND_ONLY
from ledger.models.fields import money, rate
from origination.models.application import Application
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import User


class Offer(TenantModel):
    """A loan on stated terms. Dates are those of a loan paid out on `priced_on`; paid out later, they move along.

    `schedule` is [{due_on, payment, principal, interest, balance}] as text: what boarding is held to.
    """

    rights: ClassVar[str] = APPEND_ONLY

    application = TenantForeignKey(Application, related_name="offers")
    number = models.PositiveSmallIntegerField(help_text="Counted within the application.")
    amount = money()
    months = models.PositiveSmallIntegerField()
    index = models.CharField(max_length=20)
    index_rate = rate()
    margin = rate(help_text="Percent a year over the index.")
    rate = rate(help_text="Percent a year, fixed for the life of the loan.")
    payment = money(help_text="Each month but the last.")
    final_payment = money()
    total_of_payments = money()
    finance_charge = money()
    apr = models.DecimalField(max_digits=18, decimal_places=12, help_text="Percent, by finance.apr.")
    priced_on = models.DateField()
    first_due_on = models.DateField()
    good_through = models.DateField(help_text="The last business date on which it can be signed.")
    schedule = models.JSONField()
    made_by = TenantForeignKey(User, related_name="+", db_index=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "application", "number", name="offer_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, months__gt=0, payment__gt=0), name="offer_positive"),
            models.CheckConstraint(
                condition=Q(total_of_payments=F("amount") + F("finance_charge")), name="offer_adds_up"
            ),
            models.CheckConstraint(condition=Q(rate=F("index_rate") + F("margin")), name="offer_rate_adds_up"),
            models.CheckConstraint(
                condition=Q(good_through__gte=F("priced_on"), first_due_on__gt=F("priced_on")),
                name="offer_dates_order",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer {self.number} on {self.application}"


class Agreement(TenantModel):
    """The loan agreement of an offer, as HTML, exactly as it is shown and signed. The database checks its SHA-256."""

    rights: ClassVar[str] = APPEND_ONLY

    offer = TenantOneToOneField(Offer, primary_key=True, related_name="agreement")
    html = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="Of the HTML in UTF-8, in hexadecimal.")

    def __str__(self) -> str:
        return f"Agreement of {self.offer}"


class Signature(TenantModel):
    """Who signed which text, when, from where, and what they consented to."""

    rights: ClassVar[str] = APPEND_ONLY

    offer = TenantOneToOneField(Offer, primary_key=True, related_name="signature")
    signed_by = TenantForeignKey(User, related_name="+", db_index=False)
    typed_name = models.CharField(max_length=120)
    consent = models.TextField(help_text="The sentence that was ticked.")
    document_sha256 = models.CharField(max_length=64)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    signed_on = models.DateField()
    signed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.typed_name} on {self.signed_on:%-d %b %Y}"
