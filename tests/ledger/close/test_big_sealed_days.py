"""A sealed day with more rows than a night looks at: its blocks are hashed anew in a round of nights."""

import pytest
from django.db import connections

from ledger.close import sealing
from ledger.close.sealing import check_some
from ledger.models import Seal, SealBlock
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.test_night import Book
from tests.ledger.close.test_sealing import BELOW, as_owner, book

__all__ = ["book"]  # a fixture


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a block and two blocks a night, so that the first day of the book takes a round of nights."""
    monkeypatch.setattr(sealing, "ROWS_A_BLOCK", 2)
    monkeypatch.setattr(sealing, "BLOCKS_A_NIGHT", 2)


def test_a_big_day_is_hashed_anew_block_by_block_each_once_a_round(small_blocks: None, book: Book) -> None:
    with book.inside():
        seal = Seal.objects.get(business_date=BUSINESS_DATE)
        blocks = SealBlock.objects.filter(business_date=BUSINESS_DATE).count()
        turns = [check_some(seal, turn=turn) for turn in range((blocks + 1) // 2)]
        assert sum(rows for rows, _ in turns) == seal.leaves - 1  # but for the day's own line
        assert [found for _, found in turns] == [[]] * len(turns)
        assert check_some(seal, turn=len(turns)) == turns[0]


@pytest.mark.parametrize("sql", BELOW)
def test_a_round_of_nights_finds_a_changed_row_of_a_big_day(
    small_blocks: None, book: Book, committed: str, sql: str
) -> None:
    connections.close_all()
    as_owner(committed, sql)
    with book.inside():
        seal = Seal.objects.get(business_date=BUSINESS_DATE)
        found = [row["what"] for turn in range(20) for row in check_some(seal, turn=turn)[1]]
    changed = {what for what in found if what.startswith("Accrual ")}
    assert len(changed) == 1
    assert changed.pop().endswith(f"{BELOW[sql]}, sealed on 2008-12-31")


def test_each_night_tries_the_root_of_a_big_day_from_the_hashes_kept(
    small_blocks: None, book: Book, committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections.close_all()
    as_owner(committed, f"UPDATE ledger_seal SET root = '{'ab' * 32}' WHERE business_date = '2008-12-31'")
    with book.inside():
        seal = Seal.objects.get(business_date=BUSINESS_DATE)
        what = "The hashes kept of 2008-12-31 do not give its root, sealed on 2008-12-31"
        assert [row["what"] for row in check_some(seal, turn=0)[1]] == [what]
        monkeypatch.setattr(sealing, "HASHES_A_NIGHT", 5)
        assert check_some(seal, turn=0)[1] == []
