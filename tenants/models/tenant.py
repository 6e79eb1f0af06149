"""A tenant is one lender: its legal entities, the web addresses it is served at, and its business date."""

from django.db import models
from django.db.models.functions import Lower

from tenants.base import TenantForeignKey, TenantModel


class Tenant(models.Model):
    """A lender on this system. Fenced like its rows: a transaction sees its own tenant and no other."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    business_date = models.DateField(help_text="The open day. It moves to the next when the day is closed.")
    # IANA name; the night begins when this wall clock passes the end of the business date.
    time_zone = models.CharField(max_length=64, default="America/New_York")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class LegalEntity(TenantModel):
    """A company of the tenant that lends and keeps books."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="USD")
    fiscal_year_ends_in = models.PositiveSmallIntegerField(
        default=12, help_text="The month whose close ends the year: 12 is December."
    )

    class Meta:
        verbose_name_plural = "legal entities"
        constraints = [
            models.UniqueConstraint("tenant", "name", name="legal_entity_name_once"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="legal_entity_currency_iso"),
            models.CheckConstraint(
                condition=models.Q(fiscal_year_ends_in__range=(1, 12)), name="legal_entity_fiscal_month"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Address(TenantModel):
    """A web address at which a legal entity of the tenant is served; `*` is every address nobody else has."""

    host = models.CharField(max_length=253, unique=True)
    legal_entity = TenantForeignKey(LegalEntity)

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [models.CheckConstraint(condition=models.Q(host=Lower("host")), name="address_lower_case")]

    def __str__(self) -> str:
        return self.host
