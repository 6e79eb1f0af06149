"""What changed of a party. Append-only."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from parties.models.party import Party
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import User


class PartyChange(TenantModel):
    """One column of a party that was given another value. Of a tax number, both sides are the last four digits."""

    rights: ClassVar[str] = "SELECT, INSERT"

    class Field(models.TextChoices):
        KIND = "kind", "Kind"
        NAME = "name", "Legal name"
        EMAIL = "email", "Email"
        PHONE = "phone", "Phone"
        STREET = "street", "Street"
        CITY = "city", "City"
        STATE = "state", "State"
        POSTAL_CODE = "postal_code", "ZIP code"
        INDUSTRY_CODE = "industry_code", "Industry"
        SSN = "ssn", "Social security number"
        EIN = "ein", "Employer identification number"

    party = TenantForeignKey(Party, related_name="changes")
    field = models.CharField(max_length=20, choices=Field.choices)
    was = models.CharField(max_length=254, blank=True)
    now = models.CharField(max_length=254, blank=True)
    because = models.CharField(max_length=160, help_text="What it came with.")
    recorded_on = models.DateField(help_text="The business date.")
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = TenantForeignKey(User, related_name="+", db_index=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    field__in=[
                        "kind",
                        "name",
                        "email",
                        "phone",
                        "street",
                        "city",
                        "state",
                        "postal_code",
                        "industry_code",
                        "ssn",
                        "ein",
                    ]
                ),
                name="party_change_field_known",
            ),
            # Of two tax numbers the last four digits may be the same.
            models.CheckConstraint(
                condition=~Q(was=F("now")) | Q(field__in=["ssn", "ein"]), name="party_change_is_one"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="party_change_has_a_reason"),
            # A whole tax number never stands in the history.
            models.CheckConstraint(
                condition=~Q(field__in=["ssn", "ein"]) | Q(was__regex=r"^[0-9]{0,4}$", now__regex=r"^[0-9]{4}$"),
                name="party_change_is_masked",
            ),
        ]

    @property
    def masked(self) -> bool:
        """Whether it is a tax number, of which the last four digits are kept."""
        return self.field in (self.Field.SSN, self.Field.EIN)

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.party}"
