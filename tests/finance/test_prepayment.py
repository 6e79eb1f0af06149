"""Charges for repaying early."""

from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.money import cents
from finance.prepayment import (
    MonthsOfInterest,
    PercentSteps,
    Prepayment,
    YieldMaintenance,
    interest_charge,
    loan_year,
    maintenance_charge,
    present_value,
    steps_charge,
)
from finance.schedule import Schedule, build_schedule
from finance.schedule_terms import ScheduleTerms
from finance.terms import Instalment
from tests.finance.shorthand import D, day


@cache
def schedule(n: int = 120) -> Schedule:
    return build_schedule(
        ScheduleTerms(
            principal=D("1000000.00"), rate=D("6"), n=n, frequency="monthly", method="level",
            start_date=day("2024-01-01"),
        )
    )  # fmt: skip


def coming(after: int) -> list[Instalment]:
    return [Instalment(due_date=row.due_date, amount=row.payment) for row in schedule().rows[after:]]


def prepaid(on: str = "2029-01-01", amount: str = "574259.75", **chosen: Any) -> Prepayment:
    usual: dict[str, Any] = {
        "started_on": day("2024-01-01"), "balance": D("574259.75"), "original": D("1000000.00"), "rate": D("6"),
    }  # fmt: skip
    return Prepayment(on=day(on), prepaid=D(amount), **usual | chosen)


@pytest.mark.parametrize(
    ("on", "year"),
    [("2024-01-31", 1), ("2025-01-30", 1), ("2025-01-31", 2), ("2026-01-30", 2), ("2026-01-31", 3)],
)
def test_an_anniversary_begins_the_next_loan_year(on: str, year: int) -> None:
    assert loan_year(day("2024-01-31"), day(on)) == year


@pytest.mark.parametrize(
    ("on", "charge"),
    [("2024-06-01", "5000.00"), ("2025-01-01", "4000.00"), ("2028-12-31", "1000.00"), ("2029-01-01", "0.00")],
)
def test_five_four_three_two_one(on: str, charge: str) -> None:
    rule = PercentSteps(percents=(D("5"), D("4"), D("3"), D("2"), D("1")))
    assert steps_charge(rule, prepaid(on, "100000.00")) == D(charge)


def test_a_share_of_the_loan_may_be_free_in_each_year() -> None:
    rule = PercentSteps(percents=(D("5"),), free_percent=D("20"))
    assert steps_charge(rule, prepaid("2024-06-01", "250000.00")) == D("2500.00")  # of the 50,000.00 above 200,000.00
    assert steps_charge(rule, prepaid("2024-06-01", "250000.00", prepaid_before=D("150000.00"))) == D("10000.00")
    assert steps_charge(rule, prepaid("2024-06-01", "200000.00")) == 0


def test_months_of_interest_at_the_rate_of_the_day() -> None:
    rule = MonthsOfInterest(months=6, through=day("2028-12-31"))
    assert interest_charge(rule, prepaid("2028-12-31", "100000.00")) == D("3000.00")
    assert interest_charge(rule, prepaid("2029-01-01", "100000.00")) == 0
    assert interest_charge(MonthsOfInterest(months=6), prepaid(amount="100000.00", rate=D("7.25"))) == D("3625.00")


def test_yield_maintenance_is_what_the_coming_payments_are_worth_above_the_balance() -> None:
    # 60 payments of 11,102.05 at 4 % a year: 11,102.05 x (1 - (1 + 0.04/12)^-60) / (0.04/12) = 602,830.95.
    assert cents(present_value(coming(60), day("2029-01-01"), D("4"))) == D("602830.95")
    assert maintenance_charge(YieldMaintenance(), prepaid(), coming(60), D("4")) == D("28571.20")
    assert maintenance_charge(YieldMaintenance(spread=D("0.5")), prepaid(), coming(60), D("3.5")) == D("28571.20")


def test_yield_maintenance_has_a_floor_and_an_end() -> None:
    floored = YieldMaintenance(minimum_percent=D("1"), open_from=day("2033-10-01"))
    assert maintenance_charge(YieldMaintenance(), prepaid(), coming(60), D("7")) == 0
    assert maintenance_charge(floored, prepaid(), coming(60), D("7")) == D("5742.60")
    assert maintenance_charge(floored, prepaid("2033-10-01"), coming(118), D("4")) == 0


def test_a_part_prepaid_bears_its_part_of_the_charge() -> None:
    half = prepaid(amount="287129.88")
    assert maintenance_charge(YieldMaintenance(), half, coming(60), D("4")) == D("14285.60")


def test_days_before_the_first_payment_are_simple_and_30_to_a_month() -> None:
    row = [Instalment(due_date=day("2024-03-01"), amount=D("1020.00"))]
    # One month and 15 days at 1 % a month: 1020 / (1.005 x 1.01).
    assert cents(present_value(row, day("2024-01-17"), D("12"))) == D("1004.88")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: prepaid("2023-12-31"), 'on cannot be "2023-12-31": it must be 2024-01-01 or later'),
        (lambda: prepaid(amount="574259.76"), 'prepaid cannot be "574259.76": it must be from 0.01 to the balance'),
        (lambda: PercentSteps(percents=(D("5"), D("101"))), 'percents[1] cannot be "101": it must be a percentage'),
        (lambda: MonthsOfInterest(months=0), "months cannot be 0: it must be a whole number of months, 1 or more."),
        (lambda: YieldMaintenance(spread=D("-1")), 'spread cannot be "-1": it must be a percentage from 0 to 100.'),
        (
            lambda: maintenance_charge(YieldMaintenance(), prepaid(), coming(59), D("4")),
            'coming cannot be "2029-01-01": it must be after 2029-01-01, the day of the prepayment.',
        ),
    ],
)
def test_what_cannot_be_charged_is_refused(make: Any, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        make()
    assert str(refusal.value).startswith(sentence)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 119), st.integers(0, 24_000))
def test_at_the_notes_own_rate_the_coming_payments_are_worth_the_balance(row: int, other: int) -> None:
    rows = schedule().rows
    on = rows[row - 1].due_date if row else day("2024-01-01")
    worth = present_value(coming(row), on, D("6"))
    assert abs(worth - Fraction(rows[row].opening)) < Fraction(35, 100)  # the payment is rounded to the cent, 120 times
    lower, higher = sorted((D(other).scaleb(-3), D("6")))
    assert present_value(coming(row), on, lower) >= present_value(coming(row), on, higher)
