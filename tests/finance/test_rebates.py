"""How interest fixed beforehand is earned, and what of it is rebated."""

from datetime import date
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.apr import Flow, apr
from finance.rebates import actuarial, earned_by_row, rule_of_78_allowed, sum_of_digits
from finance.schedule import build_schedule
from finance.schedule_terms import ScheduleTerms
from tests.finance.shorthand import D, day


def flat(**chosen: Any) -> ScheduleTerms:
    usual: dict[str, Any] = {
        "principal": D("1200.00"), "rate": D("12"), "n": 12, "frequency": "monthly", "method": "flat",
        "start_date": day("2023-01-01"),
    }  # fmt: skip
    return ScheduleTerms(**usual | chosen)


def test_the_rule_of_78_earns_twelve_parts_of_78_first_and_one_last() -> None:
    assert sum_of_digits(7800, 12) == tuple(range(1200, 0, -100))


def test_a_rebate_by_the_rule_of_78_after_three_of_twelve_rows() -> None:
    # $144.00 of charge: 12 + 11 + 10 of 78 parts are earned, 45/78 are rebated.
    earned = earned_by_row(flat(), build_schedule(flat()), "rule_of_78")
    assert sum(earned[3:]) == 8308
    assert sum(earned) == 14400


def test_the_rule_of_78_rounds_its_running_total_so_that_no_cent_is_lost() -> None:
    assert sum_of_digits(100, 3) == (50, 33, 17)
    assert sum_of_digits(1, 3) == (1, 0, 0)


def test_the_actuarial_method_earns_on_the_balance_at_the_rate_of_the_payments() -> None:
    schedule = build_schedule(flat())
    earned = earned_by_row(flat(), schedule, "actuarial")
    # The rate that discounts twelve payments of $112.00 to $1,200.00 is its APR.
    rate = apr([Flow(day("2023-01-01"), D("1200.00"))], [Flow(row.due_date, row.payment) for row in schedule.rows]).rate
    balance, expected = D("1200.00"), []
    for _ in range(11):
        expected.append((balance * rate / 1200).quantize(D("0.01")))
        balance += expected[-1] - D("112.00")
    assert [D(cents) / 100 for cents in earned[:-1]] == expected
    assert sum(earned) == 14400


def test_a_level_schedule_earns_what_it_accrues_by_the_actuarial_method_too() -> None:
    terms = flat(method="level", n=24)
    schedule = build_schedule(terms)
    accrued = [int(row.interest_accrued * 100) for row in schedule.rows]
    assert list(earned_by_row(terms, schedule, "schedule")) == accrued
    off = [a - b for a, b in zip(earned_by_row(terms, schedule, "actuarial"), accrued, strict=True)]
    assert max(map(abs, off)) <= 2  # the payment is rounded, so its own rate is a shade different


def test_without_interest_nothing_is_earned() -> None:
    terms = flat(rate=D("0"))
    for earning in ("schedule", "rule_of_78", "actuarial"):
        assert set(earned_by_row(terms, build_schedule(terms), earning)) == {0}


@pytest.mark.parametrize(
    ("last_due", "consumer", "allowed"),
    [
        ("2028-02-01", True, True),  # 61 months
        ("2028-02-02", True, False),
        ("2033-01-01", False, True),
    ],
)
def test_federal_law_bars_the_rule_of_78_from_consumer_terms_over_61_months(
    last_due: str, consumer: bool, allowed: bool
) -> None:
    assert rule_of_78_allowed(date(2023, 1, 1), day(last_due), consumer=consumer) is allowed


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10**7), st.lists(st.integers(1, 10**6), min_size=1, max_size=24), st.integers(0, 3))
def test_every_cent_of_interest_is_earned_once_and_never_taken_back(
    principal: int, payments: list[int], odd: int
) -> None:
    payments[-1] += max(0, principal - sum(payments))
    principal = min(principal, sum(payments))
    lengths = [30 + odd] + [30] * (len(payments) - 1)
    earned = actuarial(principal, payments, lengths)
    total = sum(payments) - principal
    assert sum(earned) == total
    assert sum(sum_of_digits(total, len(payments))) == total
    assert min(sum_of_digits(total, len(payments))) >= 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 61))
def test_the_rule_of_78_has_never_earned_less_than_the_days_alone(total: int, n: int) -> None:
    through = list(accumulate(sum_of_digits(total, n)))
    assert all(through[k] * n >= total * (k + 1) - n for k in range(n))
