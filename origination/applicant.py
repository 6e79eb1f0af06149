"""Who applies, as a party: made at the first save of a first application, and the same one ever after."""

from origination.identifiers import KIND_OF, identifier_digits
from origination.models import Application
from parties.models import Identifier, Party, PortalAccess
from tenants.models import User

# Column of the application -> column of the party.
CONTACT = {"phone": "phone", "street": "street", "city": "city", "us_state": "state", "postal_code": "postal_code"}


def party_of(user: User) -> Party | None:
    """The party this person acts for in the portal; None before a first application."""
    access = PortalAccess.objects.filter(user=user).select_related("party").first()
    return access.party if access else None


def is_settled(party: Party) -> bool:
    """Whether others already rely on the party's name, kind and number: an application was sent, or it has a loan."""
    return party.applications.filter(submitted_on__isnull=False).exists() or party.loans.exists()


def keep_party(application: Application) -> Party:
    """The applicant's party: made from the draft, or brought up to date while nobody else relies on it."""
    party = party_of(application.applicant)
    if party is None:
        party = Party(email=application.applicant.email, kind=application.kind, name=application.name)
        copy_contact(application, party)
        PortalAccess.objects.create(user=application.applicant, party=party)
    elif is_settled(party):
        application.kind, application.name = party.kind, party.name
    else:
        party.kind, party.name = application.kind, application.name
        copy_contact(application, party)
    return party


def copy_contact(application: Application, party: Party) -> None:
    """How to reach the party, as the application states it."""
    for stated, kept in CONTACT.items():
        setattr(party, kept, getattr(application, stated))
    party.save()


def identifier_of(party: Party) -> Identifier | None:
    """The number of the kind that the party must have, if it is known."""
    return party.identifiers.filter(kind=KIND_OF[party.kind]).first()


def keep_identifier(party: Party, typed: str) -> None:
    """Encrypt and keep the party's number: in place of one typed before, until others rely on it. Raises BadIdentifier.

    A party whose loan was boarded from a tape may be settled and have none yet: then this is its first.
    """
    settled = is_settled(party)
    if settled and identifier_of(party):
        return
    kind = KIND_OF[party.kind]
    identifier = Identifier.of(party, kind, identifier_digits(kind, typed))
    if not settled and (known := party.identifiers.first()):
        identifier.pk = known.pk
    identifier.save()
