"""Factoring: fees by the day, and who bears what the debtor does not pay."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings

from finance.factoring import Collection, FlatTiers, PerDiem, Settlement, settle
from tests.finance.shorthand import Amounts, lists_of

BOUGHT = date(2024, 1, 1)
TIERS = FlatTiers(first_pct=D(3), first_days=30, step_pct=D(1), step_days=10)
DAYS = [BOUGHT + timedelta(k) for k in range(366)]
DAILY = PerDiem(flat_pct=D("0.75"), discount_rate=D("11.5"), day_basis=360)


def settled(*collections: tuple[date, str], **given: Any) -> Settlement:
    received = [Collection(on=on, amount=D(amount)) for on, amount in collections]
    facts = {"face": D("10000.00"), "advance_rate": D(80), "purchase_date": BOUGHT, "fee": TIERS, **given}
    return settle(collections=received, **facts)


@pytest.mark.parametrize(
    ("paid_on", "days", "fees"),
    [
        (date(2024, 1, 1), 0, "300.00"),
        (date(2024, 1, 31), 30, "300.00"),
        (date(2024, 2, 1), 31, "400.00"),
        (date(2024, 2, 10), 40, "400.00"),
        (date(2024, 2, 11), 41, "500.00"),
    ],
)
def test_a_step_begins_the_day_after_the_last_one_ends(paid_on: date, days: int, fees: str) -> None:
    result = settled((paid_on, "10000.00"))
    assert (result.days, result.fees) == (days, D(fees))


def test_clearance_days_count_towards_the_fee() -> None:
    assert settled((date(2024, 1, 30), "10000.00"), clearance_days=2).fees == D("400.00")


def test_each_collection_repays_the_advance_when_it_clears() -> None:
    # 8000 for 32 days, 3000 for 14 more; 75.00 flat.
    result = settled((date(2024, 2, 14), "5000.00"), (date(2024, 1, 31), "5000.00"), fee=DAILY, clearance_days=2)
    assert (result.days, result.fees) == (46, D("170.19"))


def test_the_outstanding_advance_stops_at_zero() -> None:
    early = settled((date(2024, 1, 31), "9000.00"), (date(2024, 3, 31), "1000.00"), fee=DAILY)
    assert early.fees == D("151.67")


def test_the_minimum_comes_before_the_wire_fees() -> None:
    fee = FlatTiers(first_pct=D(3), first_days=30, step_pct=D(1), step_days=10, minimum=D("350.00"))
    assert settled((BOUGHT, "10000.00"), fee=fee, wire_fees=D("25.00")).fees == D("375.00")


def test_under_recourse_the_client_owes_the_shortfall_and_without_it_the_factor_loses_it() -> None:
    unpaid = (date(2024, 1, 31), "0.00")
    with_recourse, without = settled(unpaid), settled(unpaid, recourse=False)
    assert (with_recourse.shortfall, with_recourse.due_from_client, with_recourse.factor_loss) == (
        D("8300.00"),
        D("8300.00"),
        D("0.00"),
    )
    assert with_recourse.client_total_received == D("-300.00")
    assert (without.due_from_client, without.factor_loss) == (D("0.00"), D("8300.00"))
    assert without.client_total_received == D("8000.00")


def test_an_over_payment_is_part_of_the_rebate() -> None:
    result = settled((date(2024, 1, 31), "10500.00"))
    assert (result.over_payment, result.short_payment, result.rebate) == (D("500.00"), D("0.00"), D("2200.00"))


def test_a_collection_before_the_purchase_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        settled((date(2023, 12, 31), "10000.00"))


@settings(max_examples=100, deadline=None)
@given(lists_of(range(1, 6), (TIERS, DAILY), (True, False), *[DAYS] * 5, *[Amounts(0, 900_000)] * 5))
def test_the_debtors_cash_is_the_clients_and_the_factors(drawn: list[Any]) -> None:
    count, fee, recourse, *rows = drawn
    collected = [(rows[k], str(rows[5 + k])) for k in range(count)]
    result = settled(*collected, fee=fee, recourse=recourse)
    factor_keeps = result.fees - result.factor_loss
    assert result.client_total_received + factor_keeps == result.collected
    assert result.collected == D("10000.00") - result.short_payment + result.over_payment
    assert min(result.rebate, result.shortfall) == 0
