"""Changing a party keeps what was there before, and the same values change nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from parties.models import Party, PartyChange
from parties.operations import change_party, revise_draft
from tests.conftest import BUSINESS_DATE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def party(tenant: Any) -> Party:
    return Party.objects.create(kind="company", name="Harbour Tools LLC", phone="510-555-0142", city="Oakland")


def test_each_value_that_differs_is_kept_with_what_it_was(party: Party, people: Any) -> None:
    given = {"on": BUSINESS_DATE, "by": people.operations, "because": "A letter of 30 Dec 2008"}
    stale = Party.objects.get(pk=party.pk)
    changed = change_party(
        party=party, values={"phone": "510-555-0199", "city": "Oakland", "street": "1 Pier"}, **given
    )
    assert [(one.field, one.was, one.now) for one in changed] == [
        ("phone", "510-555-0142", "510-555-0199"),
        ("street", "", "1 Pier"),
    ]
    assert (party.phone, party.street) == ("510-555-0199", "1 Pier")
    stands = Party.objects.values("phone", "city", "street").get()
    assert stands == {"phone": "510-555-0199", "city": "Oakland", "street": "1 Pier"}
    # Whoever read it before tells what is there now, not what they read.
    assert change_party(party=stale, values={"phone": "510-555-0199"}, **given) == []
    (again,) = change_party(party=stale, values={"phone": "510-555-0142"}, **given)
    assert again.was == "510-555-0199"
    assert PartyChange.objects.count() == 3


def test_a_draft_is_changed_without_a_history(party: Party) -> None:
    revise_draft(party=party, values={"name": "Another LLC"})
    assert Party.objects.get().name == "Another LLC"
    assert not PartyChange.objects.exists()


def test_a_value_the_party_cannot_have_changes_nothing(party: Party, people: Any) -> None:
    with pytest.raises(IntegrityError, match="party_has_a_name"), transaction.atomic():
        change_party(party=party, values={"name": ""}, on=BUSINESS_DATE, by=people.operations, because="x")
    assert Party.objects.get().name == "Harbour Tools LLC"
    assert not PartyChange.objects.exists()


@pytest.mark.parametrize("rewrite", [lambda: PartyChange.objects.update(was="x"), PartyChange.objects.all().delete])
def test_the_history_is_never_rewritten(party: Party, people: Any, rewrite: Any) -> None:
    change_party(party=party, values={"city": "Reno"}, on=BUSINESS_DATE, by=people.operations, because="Moved")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rewrite()
    assert PartyChange.objects.get().was == "Oakland"


def test_a_party_is_changed_here_and_nowhere_else() -> None:
    saved = re.compile(r"\b(party|borrower)\.save\(|Party\.objects\.[^\n]*update\(")
    places = ("parties", "ledger", "servicing", "origination", "reporting", "lending")
    found = [
        str(path.relative_to(ROOT))
        for place in places
        for path in (ROOT / place).rglob("*.py")
        if "migrations" not in path.parts and saved.search(path.read_text())
    ]
    assert sorted(set(found)) == ["parties/operations.py"]
