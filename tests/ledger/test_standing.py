"""Where a loan stands on any two dates: the replay of what was recorded agrees with the books, late fees included."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Loan
from ledger.operations import charge_fee, charge_off_loan, receive_payment
from ledger.standing import (
    amount_due,
    around_now,
    carried,
    instalments,
    position,
    read_account,
)
from tenants.models import Tenant
from tests.conftest import LATE_FEE, make_product_version

TODAY = date(2008, 12, 31)
LATER = date(2009, 1, 5)


def pay(loan: Any, amount: str, on: date, key: str, by: Any, **options: Any) -> None:
    receive_payment(loan_id=loan.pk, amount=Decimal(amount), effective_on=on, key=key, by=by, **options)


@pytest.fixture
def fined(make_loan: Any, people: Any) -> Any:
    """Late fees on two instalments, known on 31 December; the first fell away by a payment found on 5 January."""
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    loan = make_loan(version=version)
    pay(loan, "10.00", date(2008, 12, 30), "p1", people.operations)
    pay(loan, "10.00", date(2008, 11, 1), "p2", people.operations)
    Tenant.objects.update(business_date=LATER)
    pay(loan, "1052.21", date(2008, 10, 30), "p3", people.operations)
    return Loan.objects.select_related("balance").get(pk=loan.pk)


def test_a_late_fee_that_fell_away_counts_for_nothing_now(fined: Any) -> None:
    account = read_account(fined)
    now, books = position(account, as_of=LATER), carried(fined.balance, account.terms, LATER)
    assert now.state.fees == books.state.fees == Decimal("42.61")  # one fee of 52.61, less 10.00
    assert now.payoff == books.payoff
    assert now.arrears == books.arrears


def test_what_was_known_before_it_fell_away_still_shows_it(fined: Any) -> None:
    then = position(read_account(fined), as_of=TODAY, known_on=TODAY)
    assert then.state.fees == Decimal("95.22")  # two fees of 52.61, less 10.00
    assert then.state.totals.cash_in == Decimal("20.00")


def test_before_anything_was_known_the_loan_is_not_paid_out(fined: Any) -> None:
    then = position(read_account(fined), as_of=TODAY, known_on=date(2008, 12, 30))
    assert then.state.totals.disbursed == Decimal("0.00")
    assert then.payoff == Decimal("0.00")


def states(loan: Any, as_of: date) -> list[tuple[str, Decimal]]:
    account = read_account(loan)
    return [(row.state, row.paid) for row in instalments(account, position(account, as_of=as_of))]


def test_each_instalment_says_what_was_paid_on_it(loan: Any, people: Any) -> None:
    pay(loan, "1500.00", date(2008, 10, 30), "p1", people.operations)
    full, nothing = Decimal("1052.21"), Decimal("0.00")
    assert states(loan, date(2008, 11, 15))[:3] == [
        ("met", full),
        ("part", Decimal("447.79")),
        ("open", nothing),
    ]
    assert states(loan, date(2008, 11, 30))[1] == ("due", Decimal("447.79"))
    assert states(loan, date(2008, 12, 1))[1] == ("late", Decimal("447.79"))


def test_a_loan_that_was_paid_off_early_has_met_every_instalment(loan: Any, people: Any) -> None:
    pay(loan, "12287.34", TODAY, "off", people.operations)
    assert {state for state, _ in states(loan, TODAY)} == {"met"}
    account = read_account(loan)
    assert amount_due(account.terms, position(account, as_of=TODAY)) is None


def test_what_a_charge_off_left_unmet_is_neither_late_nor_due(loan: Any, people: Any) -> None:
    pay(loan, "1052.21", date(2008, 10, 30), "p1", people.operations)
    charge_off_loan(loan_id=loan.pk, effective_on=TODAY, reason="Gone", key="c", by=people.operations)
    assert [state for state, _ in states(loan, TODAY)] == ["met"] + ["unmet"] * 11


@pytest.mark.parametrize(
    ("as_of", "amount", "on", "late"),
    [
        (date(2008, 10, 1), "1052.21", date(2008, 10, 30), 0),  # the next one
        (date(2008, 10, 30), "1052.21", date(2008, 10, 30), 0),  # today's
        (date(2008, 10, 31), "1052.21", date(2008, 10, 30), 1),
        (date(2008, 11, 30), "2104.42", date(2008, 10, 30), 31),  # the late one and today's
        (date(2009, 10, 1), "13143.12", date(2008, 10, 30), 336),  # 12,000.00 and 366 days of interest
    ],
)
def test_what_has_to_be_paid_next(loan: Any, as_of: date, amount: str, on: date, late: int) -> None:
    account = read_account(loan)
    due = amount_due(account.terms, position(account, as_of=as_of))
    assert due is not None
    assert (due.amount, due.on, due.days_late) == (Decimal(amount), on, late)


def test_fees_are_paid_first_so_they_are_part_of_what_is_due(loan: Any, people: Any) -> None:
    charge_fee(
        loan_id=loan.pk, amount=Decimal("25.00"), effective_on=TODAY, reason="Copy", key="f", by=people.operations
    )
    account = read_account(loan)
    at = position(account, as_of=TODAY)
    assert at.payoff == Decimal("12312.34")
    due = amount_due(account.terms, at)
    assert due is not None
    assert due.amount == Decimal("3181.63")  # three instalments of 1,052.21 and the fee


def test_the_schedule_is_cut_around_the_first_instalment_that_is_not_met(make_loan: Any, people: Any) -> None:
    loan = make_loan("50000.00", months=60, disbursed_on=date(2008, 1, 30))
    for month in range(2, 12):
        pay(loan, "1100.00", date(2008, month, 28), f"p{month}", people.operations)
    account = read_account(loan)
    rows = instalments(account, position(account, as_of=TODAY))
    met = sum(row.state == "met" for row in rows)
    shown = around_now(rows, before=3, after=5)
    assert [row.instalment.number for row in shown] == list(range(met - 2, met + 6))
    assert around_now(rows[:4], before=3, after=5) == rows[:4]
