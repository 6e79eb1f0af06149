"""Changing who a party is or how it is reached: one way to do it, which keeps what was there before."""

from datetime import date

from django.db import transaction

from parties.models import Identifier, Party, PartyChange
from tenants.models import User


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


def revise_draft(*, party: Party, values: dict[str, str]) -> None:
    """Change a party on which nobody relies yet: what somebody types into a draft is their own until they send it."""
    for name, value in values.items():
        setattr(party, name, value)
    party.save(update_fields=list(values))
