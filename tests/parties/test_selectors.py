"""Which parties are meant by what somebody typed."""

from typing import Any

import pytest
from django.db import connection

from parties.models import NameKey, Party, search_text
from parties.selectors import ids_with_words, parties_called

NAMES = ["Cedar Park Realty LLC", "Cedarbrook Rentals, Inc.", "Park Cedar Company", "O’Brien & Söhne", "García, Ana"]


@pytest.fixture
def named(tenant: Any) -> list[Party]:
    return [Party.objects.create(kind="company", name=name) for name in NAMES]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cedar", ["Park Cedar Company", "Cedar Park Realty LLC", "Cedarbrook Rentals, Inc."]),
        ("CEDAR PARK", ["Cedar Park Realty LLC", "Park Cedar Company"]),
        ("park cedar", ["Park Cedar Company", "Cedar Park Realty LLC"]),
        ("realty ced", ["Cedar Park Realty LLC"]),
        ("rent", ["Cedarbrook Rentals, Inc."]),
        ("obrien", ["O’Brien & Söhne"]),
        ("o'brien sohne", ["O’Brien & Söhne"]),
        ("ana garcia", ["García, Ana"]),
        ("brook", []),
        ("cedar zebra", []),
        ("  ", []),
        ("&", []),
    ],
)
def test_words_are_found_from_their_beginning(named: list[Party], typed: str, found: list[str]) -> None:
    assert [party.name for party in parties_called(typed, 6)] == found


def test_no_more_than_asked_for(named: list[Party]) -> None:
    assert len(parties_called("cedar", 2)) == 2


def test_the_rarest_word_leads_so_that_a_common_one_hides_nothing(
    named: list[Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parties.selectors.LOOKED_AT", 1)
    assert [party.name for party in parties_called("llc cedar", 6)] == ["Cedar Park Realty LLC"]
    assert ids_with_words(["cedar", "llc"], 1, 6) == ([named[0].pk], False)
    assert ids_with_words(["zebra", "cedar"], 1, 6) == ([], False)
    assert ids_with_words(["cedar", "park"], 1, 6)[1]
    assert ids_with_words([], 1, 6) == ([], False)


def test_a_changed_name_is_found_by_its_new_words_alone(named: list[Party]) -> None:
    Party.objects.filter(pk=named[0].pk).update(name="Willow Yard")
    assert [party.name for party in parties_called("willow", 6)] == ["Willow Yard"]
    assert parties_called("cedar park realty", 6) == []
    assert list(NameKey.objects.filter(party=named[0]).order_by("key").values_list("key", flat=True)) == [
        "willow yard",
        "yard",
    ]


def test_another_change_leaves_the_keys_as_they_are(named: list[Party]) -> None:
    before = list(NameKey.objects.order_by("pk").values_list("pk", "key"))
    Party.objects.update(city="Fresno")
    assert list(NameKey.objects.order_by("pk").values_list("pk", "key")) == before


@pytest.mark.parametrize(
    "name", [*NAMES, "ÅNGSTRÖM  3M", "Łukasz", "A.B.C.", "Straße", "ﬁn-tech", "日本 株式会社", "'’."]
)
def test_python_and_the_database_write_a_name_alike(tenant: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT parties_search_text(%s)", [name])
        assert cursor.fetchone() == (search_text(name),)


def test_the_search_reads_an_index_and_not_every_name(named: list[Party]) -> None:
    """Row-level security hands a condition to an index only where its operator leaks nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = NameKey.objects.filter(key__begins_with="ced").explain()
    assert "(key)::text >= 'ced'" in plan
    assert "Index Cond" in plan
