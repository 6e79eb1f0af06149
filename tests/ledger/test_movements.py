"""Movements, which account balances are read from, equal the sum of the postings: on any two dates, at any moment."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from ledger import movements
from ledger.close.proof import movements as prove_movements
from ledger.close.proof import prove_books
from ledger.models import Account, Entry, MonthMovement, Movement, MovementFold, Period, Posting
from ledger.opening import close_periods
from ledger.operations import charge_fee, receive_payment
from ledger.posting import Line, post
from tenants.current import tenant_context
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.test_night import Book
from tests.ledger.test_laws import HAPPENINGS, OPENED, Undo, happen, on_one_database


def summed(account: Account, as_of: date, known_on: date | None) -> tuple[D, D, int]:
    """The naive way: every posting, added up."""
    postings = Posting.objects.filter(account=account, booked_on__lte=as_of)
    if known_on:
        postings = postings.filter(posted_on__lte=known_on)
    found = postings.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return found["debit"] or D(0), found["credit"] or D(0), postings.count()


def check_every_balance() -> None:
    accounts = list(Account.objects.all())
    days = [OPENED - timedelta(1), OPENED, date(2008, 10, 31), date(2008, 11, 15), date(2008, 11, 30), BUSINESS_DATE]
    for as_of in days:
        for known_on in (None, *days[1:]):
            found = movements.totals([account.pk for account in accounts], as_of=as_of, known_on=known_on)
            for account in accounts:
                assert tuple(found[account.pk]) == summed(account, as_of, known_on), (account, as_of, known_on)


def capital(company: Any, amount: str, on: date, posted_on: date, key: str) -> Entry:
    """Money of the owners, effective on `on` and known on `posted_on`."""
    lines = [Line("cash", D(amount), on), Line("capital", -D(amount), on)]
    return post(
        legal_entity_id=company.pk, currency="USD", kind="capital", lines=lines, effective_on=on, posted_on=posted_on,
        key=key,
    )  # fmt: skip


def test_a_balance_on_any_two_dates_is_the_sum_of_its_postings_folded_or_not(company: Any) -> None:
    for number, (amount, on, posted_on) in enumerate(
        [("100.00", "2008-10-01", "2008-10-01"), ("10.00", "2008-10-31", "2008-11-02"),
         ("1.00", "2008-11-15", "2008-11-15"), ("0.10", "2008-10-15", "2008-12-31"),
         ("0.01", "2008-12-31", "2008-12-31")]
    ):  # fmt: skip
        capital(company, amount, date.fromisoformat(on), date.fromisoformat(posted_on), f"c{number}")
        check_every_balance()
        if number % 2:
            movements.fold()
            check_every_balance()
    cash = Account.objects.get(role="cash").pk
    read = lambda as_of, known_on=None: movements.totals([cash], as_of=as_of, known_on=known_on)[cash].balance  # noqa: E731
    assert read(date(2008, 10, 31)) == D("110.10")
    assert read(date(2008, 10, 31), date(2008, 11, 1)) == D("100.00")
    assert read(date(2008, 10, 31), date(2008, 12, 30)) == D("110.00")
    assert [(row.month.month, row.moved.balance) for row in movements.months(cash, as_of=BUSINESS_DATE)] == [
        (10, D("110.10")), (11, D("1.00")), (12, D("0.01")),
    ]  # fmt: skip


@on_one_database
@given(happenings=st.lists(st.tuples(HAPPENINGS, st.booleans()), min_size=1, max_size=6))
def test_whatever_happens_movements_are_postings(loan: Any, happenings: list[Any]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, (happening, fold) in enumerate(happenings):
            happen(loan.pk, *happening, key=f"h-{number}")
            if fold:
                movements.fold()
        check_every_balance()
        assert prove_movements()[1] == []
        raise Undo


def test_folding_twice_adds_nothing(loan: Any) -> None:
    last = Entry.objects.latest("pk").pk
    assert (movements.fold(), movements.fold()) == (last, last)
    assert MovementFold.objects.get().through_entry == last
    assert sum(row.postings for row in Movement.objects.all()) == Posting.objects.count() == 2
    assert sum(row.postings for row in MonthMovement.objects.all()) == 2


def test_what_corrects_a_closed_month_is_told_apart(loan: Any, company: Any, people: Any) -> None:
    close_periods(company, through=date(2008, 10, 31))
    charge_fee(
        loan_id=loan.pk, amount=D("25.00"), effective_on=date(2008, 10, 15), reason="x", key="f", by=people.operations
    )
    movements.fold()
    fees = Account.objects.get(role="fees")
    (month,) = movements.months(fees.pk, as_of=BUSINESS_DATE)
    assert (month.month, month.moved.balance, month.prior_period) == (date(2008, 11, 1), D("25.00"), D("25.00"))
    assert movements.totals([fees.pk], as_of=date(2008, 10, 31))[fees.pk].balance == 0
    assert Period.objects.exclude(closed_at=None).count() == 10


@pytest.mark.parametrize("model", [Movement, MonthMovement])
def test_a_cent_of_difference_is_found(loan: Any, model: Any) -> None:
    movements.fold()
    assert prove_movements()[1] == []
    row = model.objects.get(account__role="cash")
    model.objects.filter(pk=row.pk).update(credit=row.credit + D("0.01"))
    found = prove_movements()[1]
    assert ("1000 Cash", "0 debit, 12000.00 credit") in {
        (finding["what"][:9], finding["expected"].replace("0.00 debit", "0 debit")) for finding in found
    }
    assert not {proof.law: proof.holds for proof in prove_books()}["movements_are_postings"]


def test_a_posting_that_is_late_to_commit_is_not_missed(committed: str) -> None:
    """One entry draws its number first and commits last: the fold waits for neither, and counts both in the end."""
    book = Book()
    drawn, done = Event(), Event()

    def slow() -> None:
        try:
            with book.inside():
                receive_payment(
                    loan_id=book.loans[0].pk, amount=D("1.00"), effective_on=BUSINESS_DATE, key="slow", by=book.by
                )
                drawn.set()
                assert done.wait(20)
        finally:
            connections.close_all()

    thread = Thread(target=slow)
    thread.start()
    assert drawn.wait(20)
    book.pay(1, "2.00", BUSINESS_DATE, "quick")
    with book.inside():
        quick = Entry.objects.latest("pk").pk
        assert movements.fold() < quick  # somebody still posts, and nobody was kept waiting
        cash = Account.objects.get(role="cash").pk
        before = movements.totals([cash], as_of=BUSINESS_DATE)[cash]
    done.set()
    thread.join()
    with book.inside():
        assert movements.fold() == quick
        assert movements.totals([cash], as_of=BUSINESS_DATE)[cash].debit == before.debit + D("1.00")
        assert prove_movements()[1] == []


def test_the_job_folds_for_every_tenant(committed: str) -> None:
    from lending.tasks import fold_movements

    book = Book()
    fold_movements()
    with tenant_context(book.tenant.pk):
        assert MovementFold.objects.get().through_entry == Entry.objects.latest("pk").pk


def test_a_balance_takes_one_query_however_many_accounts(
    loan: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    accounts = list(Account.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        movements.totals(accounts, as_of=BUSINESS_DATE)
