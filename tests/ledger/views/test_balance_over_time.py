"""The chart of what a loan owed, month end by month end, beside the schedule that was signed."""

from datetime import date
from decimal import Decimal as D
from typing import Any

from ledger.balance_over_time import balance_over_time, days_shown
from ledger.operations import receive_payment
from ledger.standing import position, read_account
from tests.conftest import BUSINESS_DATE
from tests.pages import words


def paid(loan: Any, people: Any) -> Any:
    receive_payment(
        loan_id=loan.pk, amount=D("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    return read_account(loan)


def test_each_month_end_is_what_the_loan_stood_at_then(loan: Any, people: Any) -> None:
    account = paid(loan, people)
    points = balance_over_time(account, as_of=BUSINESS_DATE)
    assert [point.on for point in points] == [
        date(2008, 9, 30), date(2008, 10, 31), date(2008, 11, 30), date(2008, 12, 31)
    ]  # fmt: skip
    for point in points:
        assert point.principal + point.rest == position(account, as_of=point.on).payoff
    assert [point.principal for point in points] == [D("12000.00"), *[D("11040.70")] * 3]
    assert [point.agreed for point in points] == [
        loan.amount, *(row.balance_after for row in account.schedules[1][:3])
    ]  # fmt: skip


def test_before_it_was_known_nothing_was_owed(loan: Any, people: Any) -> None:
    points = balance_over_time(paid(loan, people), as_of=BUSINESS_DATE, known_on=date(2008, 12, 30))
    assert {(point.principal, point.rest) for point in points} == {(D(0), D(0))}


def test_the_ends_of_months_and_the_day_itself() -> None:
    assert days_shown(date(2008, 1, 31), date(2008, 3, 15)) == [
        date(2008, 1, 31), date(2008, 2, 29), date(2008, 3, 15)
    ]  # fmt: skip
    assert days_shown(date(2008, 12, 5), date(2008, 12, 5)) == [date(2008, 12, 5)]
    assert days_shown(date(2008, 12, 5), date(2008, 12, 4)) == []


def test_the_page_says_what_it_found_and_shows_the_same_as_a_table(loan: Any, people: Any, client_of: Any) -> None:
    paid(loan, people)
    client, address = client_of(people.auditor), f"/loans/{loan.number}/balance-over-time/"
    page = client.get(f"{address}?as_of=2008-10-31")
    # 11,042.79 were to be left, by a month of interest at 30/360 (95.00); the days of October bore 93.70, and 0.79 more
    # was paid than was due.
    title = "Principal stands $2.09 below the signed schedule"
    assert title in words(page)
    assert "31 Oct 2008 11,042.79 11,040.70 11,043.57" in words(page)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert f"/loans/{loan.number}/?as_of=2008-10-31" in part.content.decode()
    assert client_of(people.borrower).get(address).status_code == 403


def test_before_the_loan_there_is_nothing_to_draw(loan: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get(f"/loans/{loan.number}/balance-over-time/?as_of=2008-01-01")
    assert "Nothing was owed yet" in words(page)
