"""The arithmetic of the sweeping statements is that of finance/, to the cent and to the unit."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.interest import UNITS, from_units, units_earned
from finance.money import cents
from finance.replay import accrue
from ledger.models import Accrual, LoanBalance
from ledger.replay import balance_fields, state_of
from ledger.sql import execute
from ledger.terms import terms_of

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


@in_one_database
@given(
    principal=st.integers(min_value=0, max_value=10**9).map(lambda n: Decimal(n) / 100),
    rate=st.sampled_from([Decimal(0), Decimal("7.125"), Decimal("36.5")]),
    day_count=st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT"]),
    rounding=st.sampled_from(["HALF_UP", "HALF_EVEN"]),
    share=st.integers(min_value=0, max_value=100),
    nonaccrual=st.booleans(),
    days=st.integers(min_value=1, max_value=92),
)
def test_a_night_of_sql_moves_a_loan_as_finance_does_on_accrual_and_off_it(
    loan: Any, principal: Decimal, rate: Decimal, day_count: str, rounding: str, share: int, nonaccrual: bool, days: int
) -> None:
    terms = replace(terms_of(loan), day_count=day_count, rounding=rounding)
    balance = LoanBalance.objects.get(pk=loan.pk)
    state = state_of(balance)
    state.principal, state.rate, state.rounding, state.nonaccrual = principal, rate, rounding, nonaccrual
    accrue(terms, state, loan.opened_on + timedelta(1))
    state.suspense = min(state.interest, cents(state.interest * share / 100))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        columns = balance_fields(terms, state) | {"day_count": day_count, "rounding": rounding}
        LoanBalance.objects.filter(pk=loan.pk).update(**columns)
        on = loan.opened_on + timedelta(1 + days)
        execute("accrue", on=on, posted_on=on, first=loan.pk, last=loan.pk)
        effect = accrue(terms, state, on)
        stands = LoanBalance.objects.get(pk=loan.pk)
        row = Accrual.objects.get(loan=loan, effective_on=on)
        assert (row.amount, row.suspended) == ((effect.interest, effect.suspense) if effect else (0, 0))
        assert {name: getattr(stands, name) for name in ("interest", "suspense", "accrued_through")} == {
            "interest": state.interest, "suspense": state.suspense, "accrued_through": on,
        }  # fmt: skip
        assert from_units(stands.accrued_units) == state.accrued
        raise ZeroDivisionError  # so that each example starts anew
