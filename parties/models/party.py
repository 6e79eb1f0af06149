"""A party is a person or a company that borrows, guarantees or pays."""

from django.db import models

from parties.secrets import blind_index, decrypt, encrypt
from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models import User


class Party(TenantModel):
    """A person or a company."""

    class Kind(models.TextChoices):
        PERSON = "person"
        COMPANY = "company"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=160, help_text="Legal name.")
    # True where the name was made up, because the source of a boarded loan leaves it out.
    name_is_generated = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    street = models.CharField(max_length=160, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    industry_code = models.CharField(max_length=6, blank=True, help_text="NAICS.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "parties"
        indexes = [models.Index(fields=["tenant", "name"], name="party_name")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["person", "company"]), name="party_kind_known"),
            models.CheckConstraint(condition=~models.Q(name=""), name="party_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """City, state and postal code on one line, as far as they are known."""
        return " ".join(filter(None, [", ".join(filter(None, [self.city, self.state])), self.postal_code]))


class Identifier(TenantModel):
    """A number by which the world knows a party: encrypted, found by its blind index, shown by its last four."""

    class Kind(models.TextChoices):
        SSN = "ssn", "Social security number"
        EIN = "ein", "Employer identification number"

    party = TenantForeignKey(Party, related_name="identifiers")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    secret = models.BinaryField()
    index = models.BinaryField(db_index=True)
    last_four = models.CharField(max_length=4)

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "party", "kind", name="identifier_kind_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["ssn", "ein"]), name="identifier_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ending in {self.last_four}"

    @classmethod
    def scope(cls, tenant_id: int | None, kind: str) -> str:
        return f"{tenant_id}/parties_identifier/{kind}"

    @classmethod
    def of(cls, party: Party, kind: str, number: str) -> "Identifier":
        """An unsaved identifier; `number` is digits only."""
        scope = cls.scope(party.tenant_id, kind)
        return cls(
            tenant_id=party.tenant_id,
            party=party,
            kind=kind,
            secret=encrypt(number, belongs_to=scope),
            index=blind_index(number, belongs_to=scope),
            last_four=number[-4:],
        )

    def reveal(self) -> str:
        """The whole number. Whoever calls this answers for who sees it."""
        return decrypt(bytes(self.secret), belongs_to=self.scope(self.tenant_id, self.kind))


class PortalAccess(TenantModel):
    """A signed-in person who may act for a party in the portal."""

    user = TenantOneToOneField(User, related_name="portal_access")
    party = TenantForeignKey(Party, related_name="portal_access")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "portal access"

    def __str__(self) -> str:
        return f"{self.user} for {self.party}"
