"""Each loan at each month end: what the night keeps, what is corrected later, and that it follows from postings."""

from datetime import date, timedelta
from decimal import Decimal as D
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.close.months import MONEY, back_fill, correct_months, figures_of, keep_month, month_ends, standing_rows
from ledger.models import Loan, LoanBalance, LoanEvent, LoanMonth, PortfolioSum
from ledger.operations import charge_off_loan, reverse_event
from ledger.sql import execute
from ledger.standing import position, read_account
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.book import Book

DECEMBER = BUSINESS_DATE
NOVEMBER = date(2008, 11, 30)


@pytest.fixture
def book(committed: str) -> Book:
    return Book()


def row(book: Book, number: int, month: date = DECEMBER) -> LoanMonth:
    (found,) = [one for one in standing_rows([book.loans[number]]) if one.month_end == month]
    return found


def proved(month: date, known_on: date) -> list[Any]:
    return execute("prove_months", on=month, known_on=known_on)


def test_the_night_of_a_month_end_keeps_every_open_loan_and_no_other_night_does(book: Book) -> None:
    book.close()
    with book.inside():
        # Three in December, and in November the one that was paid out on its 20th.
        assert LoanMonth.objects.count() == 4
        assert (row(book, 2, NOVEMBER).disbursed, row(book, 2, NOVEMBER).known_on) == (D("30000.00"), DECEMBER)
        kept = row(book, 2)
        assert (kept.bucket, kept.was, kept.dpd, kept.principal) == ("1-29", "current", 11, D("30000.00"))
        assert (kept.past_due, kept.expected, kept.received) == (D("1347.27"), D("1347.27"), D("0.00"))
        assert (kept.known_on, kept.disbursed) == (DECEMBER, D("0.00"))
        assert (row(book, 0).bucket, row(book, 0).disbursed) == ("current", D("10000.00"))
        sums = PortfolioSum.objects.filter(measure="bucket", month_end=DECEMBER)
        by_bucket = {one.key: (one.loans, one.principal) for one in sums}
        assert by_bucket == {"1-29": (1, D("30000.00")), "current": (2, D("30000.00"))}
        assert proved(DECEMBER, DECEMBER) == []
    book.close(times=2)
    with book.inside():
        assert LoanMonth.objects.count() == 4


def test_what_becomes_known_later_is_a_dated_row_and_what_was_known_stays(book: Book) -> None:
    book.close()
    book.pay(2, "1347.27", date(2008, 12, 20), "found")
    book.close()
    with book.inside():
        first, back, anew = LoanMonth.objects.filter(loan=book.loans[2], month_end=DECEMBER).order_by("pk")
        assert [(one.known_on, one.loans, one.bucket) for one in (first, back, anew)] == [
            (DECEMBER, 1, "1-29"),
            (date(2009, 1, 1), -1, "1-29"),
            (date(2009, 1, 1), 1, "current"),
        ]
        assert all(getattr(back, name) == -getattr(first, name) for name in MONEY)
        assert (anew.received, anew.past_due) == (D("1347.27"), D("0.00"))
        # The month before is what it was, and was not written again.
        assert LoanMonth.objects.filter(loan=book.loans[2], month_end=NOVEMBER).count() == 1
        known = PortfolioSum.objects.filter(measure="bucket", month_end=DECEMBER, key="1-29")
        assert [(one.known_on, one.loans, one.past_due) for one in known.order_by("known_on")] == [
            (DECEMBER, 1, D("1347.27")),
            (date(2009, 1, 1), -1, D("-1347.27")),
        ]
        for day in (DECEMBER, date(2009, 1, 1)):
            assert proved(DECEMBER, day) == []
        before = LoanMonth.objects.count()
        correct_months(date(2009, 1, 1), [loan.pk for loan in book.loans[2:]])
        keep_month(DECEMBER, [loan.pk for loan in book.loans])
        assert LoanMonth.objects.count() == before


def test_a_loan_that_moved_on_before_its_night_came_is_kept_as_that_day_knew_it(book: Book) -> None:
    with book.inside():
        from ledger.close.night import start_night, work_night

        night = start_night()
    book.pay(0, "500.00", date(2009, 1, 1), "early")
    book.pay(1, "700.00", DECEMBER, "late")
    assert work_night(book.tenant.pk, night.pk)
    with book.inside():
        assert [(row(book, n).principal, row(book, n).received) for n in (0, 1)] == [
            (D("10000.00"), D("0.00")),
            (D("20000.00"), D("0.00")),
        ]
        assert proved(DECEMBER, DECEMBER) == []
    book.close()
    with book.inside():
        assert row(book, 1).received == D("700.00")
        assert proved(DECEMBER, date(2009, 1, 1)) == []


def test_a_charge_off_leaves_the_book_in_its_month_and_counts_once(book: Book) -> None:
    book.close()
    with book.inside():
        charge_off_loan(loan_id=book.loans[1].pk, effective_on=date(2009, 1, 1), reason="Gone", key="c", by=book.by)
        back_fill([loan.pk for loan in book.loans], on=date(2009, 2, 1))
        kept = row(book, 1, date(2009, 1, 31))
        assert (kept.bucket, kept.was, kept.principal, kept.was_principal) == (
            "charged_off", "current", D("0.00"), D("20000.00"),
        )  # fmt: skip
        # The instalment of 1 January fell due on the day of the charge-off.
        assert (kept.charged_off, kept.expected) == (D("20000.00"), D("898.18"))
        back_fill([loan.pk for loan in book.loans], on=date(2009, 3, 1))
        assert not LoanMonth.objects.filter(loan=book.loans[1], month_end=date(2009, 2, 28)).exists()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_and_in_whatever_order_rows_and_sums_follow_from_the_postings(book: Book, seed: int) -> None:
    draw, payments, closed = Random(seed), [], []
    today = BUSINESS_DATE
    for step in range(36):
        for _ in range(draw.randint(0, 2)):
            number = draw.randrange(3)
            on = max(today - timedelta(draw.randint(0, 40)), book.loans[number].opened_on)
            with book.inside():
                owed = LoanBalance.objects.get(pk=book.loans[number].pk).principal
            if owed > 6000:
                payments.append(book.pay(number, str(draw.randint(50, 2500)), on, f"p{step}{draw.random()}"))
        if payments and draw.random() < 0.3:
            gone = payments.pop(draw.randrange(len(payments)))
            with book.inside():
                reverse_event(event_id=gone.pk, reason="Returned", key=f"r{gone.pk}", by=book.by)
        book.close()
        closed.append(today)
        today += timedelta(1)
    with book.inside():
        ends = month_ends(DECEMBER, closed[-1])
        assert ends == [DECEMBER, date(2009, 1, 31)]
        assert LoanMonth.objects.filter(loans=-1).exists()
        for month in ends:
            for known_on in draw.sample([day for day in closed if day >= month], 4):
                assert proved(month, known_on) == []
        for loan in Loan.objects.all():
            account = read_account(loan)
            for kept in standing_rows([loan]):
                at = position(account, as_of=kept.month_end)
                assert (kept.dpd, kept.past_due, kept.principal) == (
                    at.arrears.dpd, at.arrears.past_due_amount, at.state.principal,
                )  # fmt: skip
        # A back-fill, which replays, finds nothing that the nights, which sweep, have kept otherwise.
        before = {one.pk: figures_of(one) for one in standing_rows(book.loans)}
        back_fill([loan.pk for loan in book.loans], on=today)
        assert {one.pk: figures_of(one) for one in standing_rows(book.loans)} == before


def test_a_sum_that_was_touched_is_found(book: Book) -> None:
    book.close()
    with book.inside():
        PortfolioSum.objects.filter(measure="city").update(principal=D("1.00"))
        (found,) = proved(DECEMBER, DECEMBER)
        assert found[0] == "By city, known on 2008-12-31"
        PortfolioSum.objects.filter(measure="bucket", key="1-29").update(loans=7)
        assert [what for what, _, _ in proved(DECEMBER, DECEMBER)] == [
            "Bucket 1-29, known on 2008-12-31", "By bucket, known on 2008-12-31", "By city, known on 2008-12-31",
        ]  # fmt: skip


def test_no_row_is_rewritten(book: Book) -> None:
    book.close()
    with book.inside(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        LoanMonth.objects.update(dpd=0)


def test_keeping_a_month_takes_as_many_statements_for_many_loans_as_for_few(book: Book) -> None:
    from django.test.utils import CaptureQueriesContext

    with book.inside():
        LoanEvent.objects.count()
        with CaptureQueriesContext(connection) as few:
            keep_month(DECEMBER, [loan.pk for loan in book.loans[:1]])
        with CaptureQueriesContext(connection) as many:
            keep_month(DECEMBER, [loan.pk for loan in book.loans])
        assert len(few) <= len(many) + 5
