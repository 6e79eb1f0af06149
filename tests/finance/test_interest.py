"""Daily simple interest is exact, and fits a decimal column."""

from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.daycount import year_fraction
from finance.interest import UNITS, from_units, simple_interest, to_units, units_earned
from finance.terms import DAILY_DAY_COUNTS
from tests.finance.shorthand import dollars, lists_of

CALENDAR = [date(1999, 1, 1) + timedelta(k) for k in range(42 * 365)]
LENGTHS = range(401)


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [
        ("ACT/365F", Fraction(12000 * 12 * 31, 36500)),
        ("ACT/360", Fraction(12000 * 12 * 31, 36000)),
        # 12 days of 2023 and 19 of the leap year 2024.
        ("ACT/ACT", Fraction(12000 * 12 * 12, 36500) + Fraction(12000 * 12 * 19, 36600)),
    ],
)
def test_a_month_of_interest_under_each_day_count(day_count: str, interest: Fraction) -> None:
    start, end = date(2023, 12, 20), date(2024, 1, 20)
    assert simple_interest(D("12000.00"), D("12"), day_count, start, end) == interest


def test_the_day_of_the_advance_earns_nothing() -> None:
    day = date(2024, 1, 15)
    assert simple_interest(D("12000.00"), D("12"), "ACT/365F", day, day) == 0


def test_interest_before_its_start_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        simple_interest(D("1.00"), D("1"), "ACT/365F", date(2024, 1, 2), date(2024, 1, 1))


@given(lists_of(DAILY_DAY_COUNTS, CALENDAR, range(4001)))
def test_units_earned_is_the_year_fraction_in_units(drawn: list[Any]) -> None:
    day_count, start, length = drawn
    end = start + timedelta(length)
    assert Fraction(units_earned(day_count, start, end) * 100, UNITS) == year_fraction(day_count, start, end)


@given(lists_of(DAILY_DAY_COUNTS, CALENDAR, range(2, 5), LENGTHS, LENGTHS, LENGTHS, LENGTHS))
def test_interest_is_additive_over_days(drawn: list[Any]) -> None:
    day_count, start, count, *lengths = drawn
    parts, day = Fraction(0), start
    for length in lengths[:count]:
        parts += simple_interest(D("9131.94"), D("11.875"), day_count, day, day + timedelta(length))
        day += timedelta(length)
    assert parts == simple_interest(D("9131.94"), D("11.875"), day_count, start, day)


@given(st.integers(0, 10**14), st.integers(0, 999 * 10**12), lists_of(DAILY_DAY_COUNTS, CALENDAR, range(4001)))
def test_exact_interest_in_units_is_a_finite_decimal_and_comes_back(cents: int, rate: int, drawn: list[Any]) -> None:
    day_count, start, length = drawn
    end = start + timedelta(length)
    interest = simple_interest(dollars(cents), D(rate).scaleb(-12), day_count, start, end)
    units = to_units(interest)
    assert from_units(units) == interest
    assert -units.as_tuple().exponent <= 14  # two decimals of the cent and twelve of the rate


def test_interest_less_a_payment_still_fits() -> None:
    interest = simple_interest(D("9131.94"), D("11.875"), "ACT/365F", date(2024, 4, 15), date(2024, 5, 10))
    assert to_units(interest) == D("11906908267.5")  # 9131.94 x 11.875 x 25 x 4392
    assert to_units(interest - Fraction(D("75.06"))) == D("-125810212.5")  # 75.06 x 160308000 less


def test_what_is_not_daily_interest_has_no_units() -> None:
    with pytest.raises(AssertionError):
        to_units(Fraction(1, 7))
