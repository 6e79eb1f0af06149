"""Who applies, as a party: made at the first save of a first application, and the same one ever after."""

from datetime import date

from origination.identifiers import KIND_OF, identifier_digits
from origination.models import Application, ApplicationEvent
from parties.models import Identifier, Party, PortalAccess
from parties.operations import change_party, give_identifier, replace_identifier, revise_draft
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
    stated = {"kind": application.kind, "name": application.name, **contact(application)}
    if party is None:
        party = Party.objects.create(email=application.applicant.email, **stated)
        PortalAccess.objects.create(user=application.applicant, party=party)
    elif is_settled(party):
        application.kind, application.name = party.kind, party.name
    else:
        revise_draft(party=party, values=stated)
    return party


def keep_contact(application: Application, *, on: date) -> None:
    """How to reach the party from now on, as the application that is being sent states it."""
    assert application.party is not None, application.number
    change_party(
        party=application.party,
        values=contact(application),
        on=on,
        by=application.applicant,
        because=reason_of(application),
    )


def contact(application: Application) -> dict[str, str]:
    """{column of the party: what the application states}."""
    return {kept: getattr(application, stated) for stated, kept in CONTACT.items()}


def identifier_of(party: Party) -> Identifier | None:
    """The number of the kind that the party must have, if it is known."""
    return party.identifiers.filter(kind=KIND_OF[party.kind]).first()


def keep_identifier(application: Application, typed: str, *, on: date) -> None:
    """Encrypt and keep the party's number: in place of one typed before, until others rely on it. Raises BadIdentifier.

    A party whose loan was boarded from a tape may be settled and have none yet: then this is its first, and what was
    mistyped is corrected until the application is sent.
    """
    party = application.party
    assert party is not None, application.number
    settled = is_settled(party)
    if settled and identifier_of(party) and not typed_here(application):
        return
    kind = KIND_OF[party.kind]
    identifier = Identifier.of(party, kind, identifier_digits(kind, typed))
    if settled:
        keep_settled(application, identifier, on=on)
        return
    if known := party.identifiers.first():
        identifier.pk = known.pk
    identifier.save()


def keep_settled(application: Application, identifier: Identifier, *, on: date) -> None:
    """The number of a party that others rely on already, with its history. The same one again changes nothing."""
    given = {"on": on, "by": application.applicant, "because": reason_of(application)}
    known = identifier_of(identifier.party)
    if known is None:
        give_identifier(identifier=identifier, **given)
    elif bytes(known.index) != identifier.index:
        replace_identifier(identifier=identifier, **given)


def typed_here(application: Application) -> bool:
    """Whether the party's number is what the applicant typed into this draft, and nobody relied on it since."""
    party = application.party
    if party is None or application.state != "draft":
        return False
    last = party.changes.filter(field=KIND_OF[party.kind]).first()
    if last is None or (last.because, last.by_id) != (reason_of(application), application.applicant_id):
        return False
    sent = ApplicationEvent.objects.filter(application__party=party, kind=ApplicationEvent.Kind.SUBMITTED)
    return not sent.filter(recorded_at__gt=last.recorded_at).exists()


def reason_of(application: Application) -> str:
    """What a change of the party came with."""
    return f"Application {application.number}"
