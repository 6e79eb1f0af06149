"""Changing who a party is or how it is reached: one way to do it, which keeps what was there before."""

from datetime import date

from django.db import connection, transaction

from parties.errors import NumberTaken, SameNumber
from parties.models import Identifier, Party, PartyChange
from tenants.models import User

NUMBER_LOCK = 7011  # the class of advisory locks on a tax number that is being given to a party


@transaction.atomic
def change_party(*, party: Party, values: dict[str, str], on: date, by: User, because: str) -> list[PartyChange]:
    """Give `party` these values, {column: value}, and keep what each was. Returns what changed.

    on: the business date.  because: what the change came with, such as an application's number.
    """
    before = Party.objects.select_for_update(no_key=True).values(*values).get(pk=party.pk)
    changed = [name for name, value in values.items() if before[name] != value]
    for name in values:
        setattr(party, name, values[name])
    if changed:
        party.save(update_fields=changed)
    return PartyChange.objects.bulk_create(
        PartyChange(party=party, field=name, was=before[name], now=values[name], recorded_on=on, by=by, because=because)
        for name in changed
    )


@transaction.atomic
def give_identifier(*, identifier: Identifier, on: date, by: User, because: str) -> PartyChange:
    """Keep the first number of a party that others rely on already. Its history has the last four digits."""
    identifier.save(force_insert=True)
    return PartyChange.objects.create(
        party=identifier.party,
        field=identifier.kind,
        now=identifier.last_four,
        recorded_on=on,
        by=by,
        because=because,
    )


@transaction.atomic
def correct_identifier(*, party: Party, kind: str, number: str, on: date, by: User, because: str) -> PartyChange:
    """Put `number`, nine digits, in the place of one that was mistyped, or give the party its first.

    Refuses the number that it has, and one that another party of the tenant has. Two at once cannot both be given it.
    """
    found = Identifier.of(party, kind, number)
    with connection.cursor() as cursor:
        hashed = int.from_bytes(found.index[:4], signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NUMBER_LOCK, hashed])
    other = Identifier.objects.filter(kind=kind, index=found.index).exclude(party=party).select_related("party").first()
    if other is not None:
        raise NumberTaken(other=other.party)
    return replace_identifier(identifier=found, on=on, by=by, because=because)


@transaction.atomic
def replace_identifier(*, identifier: Identifier, on: date, by: User, because: str) -> PartyChange:
    """Keep `identifier`, not saved yet, in the place of the one of its kind. Both sides of the history end in four."""
    party, kind = identifier.party, identifier.kind
    Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    known = Identifier.objects.filter(party=party, kind=kind).first()
    if known is not None and bytes(known.index) == identifier.index:
        raise SameNumber(party=party)
    identifier.pk = known.pk if known else None
    identifier.save()
    was = known.last_four if known else ""
    return PartyChange.objects.create(
        party=party, field=kind, was=was, now=identifier.last_four, recorded_on=on, by=by, because=because
    )


def revise_draft(*, party: Party, values: dict[str, str]) -> None:
    """Change a party on which nobody relies yet: what somebody types into a draft is their own until they send it."""
    for name, value in values.items():
        setattr(party, name, value)
    party.save(update_fields=list(values))
