"""Merchant cash advances at a factor rate."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.apr import Flow
from finance.calendars import holidays_between
from finance.errors import BadInput
from finance.factor_rate import (
    EarlyPayoff,
    FactorTerms,
    apr_equivalent,
    payoff_of,
    projected_payments,
    reconciliation,
)
from tests.finance.shorthand import D, day

FUNDED = day("2024-03-01")  # a Friday
FED = holidays_between("federal_reserve", FUNDED, day("2025-12-31"))


def terms(**chosen: Any) -> FactorTerms:
    usual: dict[str, Any] = {"advance": D("50000.00"), "factor": D("1.35"), "funded_on": FUNDED, "payment": D("540.00")}
    return FactorTerms(**usual | chosen)


def test_a_fixed_daily_payment_collects_the_purchased_amount_on_open_days() -> None:
    payments = projected_payments(terms(holidays=FED))
    assert (len(payments), payments[0], payments[-1]) == (
        125,
        Flow(day("2024-03-04"), D("540.00")),
        Flow(day("2024-08-28"), D("540.00")),  # Memorial Day, Juneteenth and Independence Day are closed
    )
    assert sum(flow.amount for flow in payments) == terms().purchased == D("67500.00")


def test_the_apr_counts_calendar_days_and_what_was_really_advanced() -> None:
    result = apr_equivalent(terms(fees_withheld=D("1500.00")))
    assert (result.rate_2dp, result.unit.kind, result.finance_charge) == (D("143.92"), "day", D("19000.00"))
    assert result.finance_charge == terms(fees_withheld=D("1500.00")).cost


def test_a_share_of_receipts_is_spread_over_the_payments_of_a_year() -> None:
    shared = terms(payment=None, specified_percentage=D("12"), monthly_receipts=D("90000.00"), every="week")
    payments = projected_payments(shared)
    assert payments[0] == Flow(day("2024-03-08"), D("2492.31"))  # 12 x 10,800.00 / 52
    assert (len(payments), payments[-1].amount) == (28, D("207.63"))
    assert apr_equivalent(shared).rate_2dp == D("118.14")


def test_by_the_month_the_unit_period_is_a_month() -> None:
    monthly = terms(
        payment=None, specified_percentage=D("12"), monthly_receipts=D("90000.00"), every="month", factor=D("1.30")
    )
    # 1 June and 1 September 2024 are closed days: taken on the next open one, which makes the periods uneven.
    assert [flow.date.day for flow in projected_payments(monthly)] == [1, 1, 3, 1, 1, 2, 1]
    assert len({flow.amount for flow in projected_payments(monthly)[:-1]}) == 1
    assert apr_equivalent(monthly).unit.kind == "month"


def test_time_does_not_change_what_is_owed_unless_an_early_factor_holds() -> None:
    early = terms(early_payoff=(EarlyPayoff(through_days=30, factor=D("1.20")),))
    assert payoff_of(early, day("2024-03-31"), D("10000.00")) == D("50000.00")
    assert payoff_of(early, day("2024-04-01"), D("10000.00")) == D("57500.00")
    assert payoff_of(terms(), day("2024-03-02"), D("0.00")) == D("67500.00")
    assert payoff_of(terms(), day("2025-03-02"), D("70000.00")) == 0


def test_a_true_up_returns_what_was_taken_above_the_share_of_real_receipts() -> None:
    assert reconciliation(D("12"), D("60000.00"), D("10800.00")) == D("3600.00")
    assert reconciliation(D("12"), D("100000.00"), D("10800.00")) == D("-1200.00")


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"factor": D("0.99")}, 'factor cannot be "0.99": it must be 1 or more.'),
        ({"advance": D("0.00")}, 'advance cannot be "0.00": it must be 0.01 or more.'),
        ({"payment": None}, "payment cannot be empty: it must be given alone, or left out for specified_percentage"),
        ({"monthly_receipts": D("1.00")}, 'payment cannot be "540.00": it must be given alone'),
        ({"payment": D("0.00")}, 'payment cannot be "0.00": it must be 0.01 or more.'),
        ({"every": "year"}, 'every cannot be "year": it must be one of business_day, week, month.'),
        (
            {"fees_withheld": D("50000.00")},
            'fees_withheld cannot be "50000.00": it must be from 0.00 to less than the advance, 50000.00.',
        ),
        (
            {"early_payoff": (EarlyPayoff(through_days=30, factor=D("1.40")),)},
            'early_payoff[0].factor cannot be "1.40": it must be from 1 to the factor, 1.35.',
        ),
        (
            {"early_payoff": (EarlyPayoff(through_days=0, factor=D("1.10")),)},
            "early_payoff[0].through_days cannot be 0: it must be more than 0 days, each later than the last.",
        ),
    ],
)
def test_terms_without_a_meaning_are_refused(chosen: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        terms(**chosen)
    assert str(refusal.value).startswith(sentence)


def test_a_payment_that_would_never_end_is_refused() -> None:
    with pytest.raises(BadInput, match=r'^payment cannot be "20.00": it must be enough to collect 67500.00 in 2600'):
        projected_payments(terms(payment=D("20.00")))


@settings(max_examples=25, deadline=None)
@given(st.integers(100, 200), st.integers(20_000, 500_000), st.sampled_from(["business_day", "week", "month"]))
def test_every_cent_bought_is_collected_once(factor: int, payment: int, every: str) -> None:
    bought = terms(factor=D(factor) / 100, payment=D(payment).scaleb(-2), every=every)
    payments = projected_payments(bought)
    assert sum(flow.amount for flow in payments) == bought.purchased
    assert all(flow.amount == bought.payment for flow in payments[:-1])
    assert [flow.date for flow in payments] == sorted({flow.date for flow in payments})
