"""A proof that takes a share of a big book goes round it: every loan has its turn within a stated number of nights."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.close import steps
from ledger.close.steps import BY_NAME, plan, share_before
from ledger.models import Night
from tests.ledger.close.book import Book

LOANS = 11


@pytest.fixture
def book(committed: str) -> Book:
    return Book(more=LOANS - 3)


def test_a_share_goes_round_the_book_and_no_slice_reaches_across_its_end(book: Book) -> None:
    step = replace(BY_NAME["replay"], most=4, chunk_size=3)
    seen = []
    with book.inside():
        for day in range(1, 4):
            night = Night.objects.create(business_date=f"2008-12-{day:02d}", step="replay")
            plan(night, step)
            night.save(update_fields=["shares"])
            chunks = list(night.chunks.order_by("id"))
            assert all(chunk.loan_ids == list(range(chunk.first_loan_id, chunk.last_loan_id + 1)) for chunk in chunks)
            seen.append([loan_id for chunk in chunks for loan_id in chunk.loan_ids])
    first = book.loans[0].pk
    assert seen == [
        [first, first + 1, first + 2, first + 3],
        [first + 4, first + 5, first + 6, first + 7],
        [first + 8, first + 9, first + 10, first],
    ]


def test_a_night_that_proves_a_share_says_how_much_and_the_next_one_goes_on(book: Book, monkeypatch: Any) -> None:
    small = [replace(step, most=4) if step.name == "replay" else step for step in steps.STEPS]
    monkeypatch.setattr(steps, "STEPS", tuple(small))
    monkeypatch.setitem(steps.BY_NAME, "replay", next(step for step in small if step.name == "replay"))
    nights = [book.close() for _ in range(3)]
    with book.inside():
        for night in nights:
            proof = night.proofs.get(law="replay_is_ledger")
            assert (proof.compared, proof.out_of, proof.nights, proof.holds) == (4, LOANS, 3, True)
            everything = night.proofs.get(law="balances_are_postings")
            assert (everything.compared, everything.out_of) == (LOANS, None)
        last = Night.objects.get(pk=nights[-1].pk)
        assert last.shares["replay"] == book.loans[0].pk
        later = Night(business_date="2010-01-01", step="replay")
        assert share_before(later, steps.BY_NAME["replay"]) == book.loans[0].pk


def test_days_closed_in_one_go_leave_the_loans_to_the_last_night(book: Book) -> None:
    with book.inside():
        night = Night.objects.create(business_date="2008-12-01", step="replay", prove_by_replay=False)
        plan(night, BY_NAME["replay"])
        assert not night.chunks.exists()
        assert night.shares == {}
