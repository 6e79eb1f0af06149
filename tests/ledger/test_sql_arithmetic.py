"""The arithmetic of the sweeping statements is that of finance/, to the cent and to the unit."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import DataError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.interest import UNITS, from_units, units_earned
from finance.money import cents

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))
in_one_database = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ask(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@in_one_database
@given(
    start=DAYS,
    length=st.integers(min_value=0, max_value=4000),
    day_count=st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT"]),
)
def test_a_dollar_earns_the_same_units_on_both_sides(start: date, length: int, day_count: str) -> None:
    end = start + timedelta(length)
    assert ask("SELECT ledger_units(%s, %s, %s)", day_count, start, end) == units_earned(day_count, start, end)


@pytest.mark.django_db
@in_one_database
@given(
    units=st.decimals(min_value=0, max_value=10**18, places=8)
    | st.integers(min_value=0, max_value=10**9).map(lambda n: Decimal(n) * UNITS / 200),
    rounding=st.sampled_from(["HALF_UP", "HALF_EVEN"]),
)
def test_units_round_to_the_same_cents_on_both_sides(units: Decimal, rounding: str) -> None:
    expected = cents(from_units(units), rounding)
    assert ask("SELECT ledger_cents(%s, %s)", units, rounding) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("half_cents", "half_up", "half_even"),
    [(1, "0.01", "0.00"), (3, "0.02", "0.02"), (5, "0.03", "0.02"), (-1, "0", "0")],
)
def test_ties_are_decided_on_the_exact_value(half_cents: int, half_up: str, half_even: str) -> None:
    units = Fraction(half_cents, 200) * UNITS
    assert ask("SELECT ledger_cents(%s, 'HALF_UP')", Decimal(units.numerator)) == Decimal(half_up)
    assert ask("SELECT ledger_cents(%s, 'HALF_EVEN')", Decimal(units.numerator)) == Decimal(half_even)


@pytest.mark.django_db
def test_a_day_count_without_daily_interest_is_an_error() -> None:
    with pytest.raises(DataError, match="no daily interest under day count 30/360US"):
        ask("SELECT ledger_units('30/360US', '2008-01-01', '2008-02-01')")
