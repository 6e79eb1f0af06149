"""Schedules by steps, by rows given by hand, and at flat interest."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.calculate import answer as calculate
from finance.errors import BadInput
from finance.money import cents, round_to
from finance.schedule import Schedule, build_schedule
from finance.schedule_terms import GivenRow, PaymentStep, ScheduleTerms, parse_schedule_terms
from tests.finance.shorthand import Amounts, D, day, one_of_each

CASE = {
    "principal": "10000.00", "rate": "12", "n": 4, "frequency": "monthly", "method": "step", "start_date": "2024-01-15",
}  # fmt: skip
HAND = {
    "principal": "10000.00", "rate": "12", "method": "given", "start_date": "2024-01-15",
    "interest_mode": "daily", "day_count": "ACT/360",
}  # fmt: skip


def built(case: dict[str, Any], **chosen: Any) -> Schedule:
    return build_schedule(parse_schedule_terms({**case, **chosen}))


def lines(schedule: Schedule) -> list[str]:
    return [f"{row.interest} {row.principal} {row.payment} {row.closing}" for row in schedule.rows]


def test_steps_are_percentages_of_a_payment_that_is_solved() -> None:
    schedule = built(CASE, steps=[{"from_row": 1, "percent": "100"}, {"from_row": 3, "percent": "150"}])
    # p (1/1.01 + 1/1.01^2 + 1.5/1.01^3 + 1.5/1.01^4) = 10000
    assert schedule.regular_payment == D("2054.34")
    assert lines(schedule) == [
        "100.00 1954.34 2054.34 8045.66",
        "80.46 1973.88 2054.34 6071.78",
        "60.72 3020.79 3081.51 3050.99",
        "30.51 3050.99 3081.50 0.00",
    ]


def test_steps_of_given_money_leave_the_rest_to_be_solved() -> None:
    schedule = built(CASE, steps=[{"from_row": 1, "payment": "500.00"}, {"from_row": 3, "percent": "100"}])
    assert lines(schedule) == [
        "100.00 400.00 500.00 9600.00",
        "96.00 404.00 500.00 9196.00",
        "91.96 4575.12 4667.08 4620.88",
        "46.21 4620.88 4667.09 0.00",
    ]


def test_a_step_below_its_interest_lets_the_balance_grow() -> None:
    schedule = built(CASE, steps=[{"from_row": 1, "payment": "0.00"}, {"from_row": 2, "percent": "100"}])
    assert lines(schedule)[0] == "100.00 -100.00 0.00 10100.00"
    assert schedule.rows[-1].closing == 0


def test_steps_all_of_given_money_leave_the_rest_to_the_last_row() -> None:
    schedule = built(CASE, steps=[{"from_row": 1, "payment": "1000.00"}])
    assert schedule.regular_payment is None
    assert [str(row.payment) for row in schedule.rows] == ["1000.00", "1000.00", "1000.00", "7345.64"]


def test_steps_count_rows_of_grace_too() -> None:
    schedule = built(
        CASE,
        grace={"type": "principal", "n": 2},
        steps=[{"from_row": 1, "percent": "100"}, {"from_row": 4, "percent": "200"}],
    )
    assert lines(schedule)[:2] == ["100.00 0.00 100.00 10000.00"] * 2
    assert schedule.rows[3].payment == pytest.approx(2 * schedule.rows[2].payment, abs=Decimal("0.02"))


def test_rows_given_by_hand_pay_what_they_say_and_the_last_the_rest() -> None:
    rows = [
        {"due_date": "2024-02-01", "payment": "1000.00"},
        {"due_date": "2024-05-01", "principal": "2500.00"},
        {"due_date": "2024-05-15"},
        {"due_date": "2025-01-15"},
    ]
    # Days 17, 90, 14 and 245 of 360, at 12 %.
    assert lines(built(HAND, rows=rows)) == [
        "56.67 943.33 1000.00 9056.67",
        "271.70 2500.00 2771.70 6556.67",
        "30.60 0.00 30.60 6556.67",
        "535.46 6556.67 7092.13 0.00",
    ]


def test_flat_interest_is_on_the_principal_first_lent() -> None:
    schedule = built(CASE, method="flat")
    assert schedule.regular_payment == D("2600.00")
    assert lines(schedule) == [
        "100.00 2500.00 2600.00 7500.00",
        "100.00 2500.00 2600.00 5000.00",
        "100.00 2500.00 2600.00 2500.00",
        "100.00 2500.00 2600.00 0.00",
    ]


def test_flat_interest_that_does_not_divide_leaves_the_rest_to_the_last_row() -> None:
    # 1,250.00 at 15 % for four months: 62.50, which is 15.625 a row. Apache Fineract, test C2961.
    schedule = built(CASE, method="flat", principal="1250.00", rate="15", rounding="HALF_EVEN", payment_unit="1.00")
    assert lines(schedule) == [
        "15.62 312.38 328.00 937.62",
        "15.62 312.38 328.00 625.24",
        "15.62 312.38 328.00 312.86",
        "15.64 312.86 328.50 0.00",
    ]


def test_flat_interest_of_an_odd_first_period_is_for_its_true_length() -> None:
    schedule = built(CASE, method="flat", first_due_date="2024-03-15")
    assert [str(row.interest) for row in schedule.rows] == ["200.00", "100.00", "100.00", "100.00"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "steps cannot be empty: it must be given for a schedule by steps."),
        (
            {"steps": [{"from_row": 2, "percent": "100"}]},
            "steps[0].from_row cannot be 2: it must be 1 for the first step.",
        ),
        (
            {"steps": [{"from_row": 1, "percent": "100"}, {"from_row": 5, "percent": "100"}]},
            "steps[1].from_row cannot be 5: it must be from 2 to n, which is 4.",
        ),
        (
            {"steps": [{"from_row": 1}]},
            "steps[0].payment cannot be empty: it must be given without percent, and left out with it.",
        ),
        (
            {"steps": [{"from_row": 1, "payment": "9000.00"}, {"from_row": 4, "percent": "100"}]},
            'steps cannot be "payments of 27000.00": it must be small enough to leave the rows',
        ),
        ({"method": "flat", "grace": {"type": "defer", "n": 1}}, "grace cannot be 1: it must be left out for a flat"),
        ({**HAND}, "rows cannot be empty: it must be the rows of the schedule, n of them."),
        (
            {**HAND, "interest_mode": "periodic", "rows": [{"due_date": "2024-02-01"}]},
            'interest_mode cannot be "periodic": it must be daily for rows given by hand',
        ),
        (
            {**HAND, "rows": [{"due_date": "2024-02-01"}, {"due_date": "2024-02-01"}]},
            "rows[1].due_date cannot be 2024-02-01: it must be after 2024-02-01.",
        ),
        (
            {**HAND, "rows": [{"due_date": "2024-02-01", "payment": "1.00", "principal": "1.00"}]},
            "rows[0].payment cannot be 1.00: it must be left out where the row gives its principal.",
        ),
        ({**HAND, "rows": [{}]}, "rows[0].due_date cannot be empty: it must be given."),
    ],
)
def test_what_has_no_meaning_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        built({**CASE, **changes})
    assert str(refusal.value).startswith(sentence)


AMOUNTS, RATES = Amounts(100, 10**7), range(40_001)
some_steps = one_of_each(AMOUNTS, RATES, range(1, 25), range(4), *[range(256)] * 3, *[range(1, 301)] * 4)
MOST = 10
some_rows = one_of_each(
    AMOUNTS, RATES, range(1, MOST + 1), *[range(1, 901)] * MOST, *[("payment", "principal", "none"), AMOUNTS] * MOST
)


@st.composite
def by_steps(draw: st.DrawFn) -> ScheduleTerms:
    principal, rate, n, count, *drawn = some_steps(draw)
    starts, percents = sorted({1, *(1 + k % n for k in drawn[:count])}), drawn[3:]
    return ScheduleTerms(
        principal=principal, rate=D(rate).scaleb(-3), n=n, frequency="monthly", method="step",
        start_date=day("2024-01-31"),
        steps=tuple(PaymentStep(from_row=k, percent=D(p)) for k, p in zip(starts, percents, strict=False)),
    )  # fmt: skip


@st.composite
def by_hand(draw: st.DrawFn) -> ScheduleTerms:
    principal, rate, count, *drawn = some_rows(draw)
    start, rows = day("2024-01-31"), []
    for at, k in enumerate(sorted({*drawn[:count]})):
        kind, amount = drawn[MOST + 2 * at : MOST + 2 * at + 2]
        rows.append(GivenRow(due_date=start + timedelta(k), **({} if kind == "none" else {kind: amount})))
    return ScheduleTerms(
        principal=principal, rate=D(rate).scaleb(-3), n=len(rows), frequency="monthly",
        method="given", start_date=start, interest_mode="daily", day_count="ACT/365F", rows=tuple(rows),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(by_steps() | by_hand())
def test_such_a_schedule_amortises_to_zero_and_places_every_cent_once(terms: ScheduleTerms) -> None:
    schedule = build_schedule(terms)
    rows = schedule.rows
    assert [row.opening for row in rows] == [terms.principal, *(row.closing for row in rows[:-1])]
    assert all(row.payment == row.interest + row.principal >= 0 for row in rows)
    assert rows[-1].closing == 0
    assert sum(row.principal for row in rows) == terms.principal
    assert schedule.total_payments == terms.principal + schedule.total_interest
    for row, asked in zip(rows[:-1], terms.rows, strict=False):
        if asked.payment is not None:
            assert row.payment == min(asked.payment, row.opening + row.interest)
        else:
            assert row.principal == min(asked.principal or 0, row.opening)


@settings(max_examples=60, deadline=None)
@given(by_steps())
def test_the_steps_discount_to_the_principal(terms: ScheduleTerms) -> None:
    rate, worth = F(terms.rate) / 1200, F(0)
    shares = [[F(step.percent or 0) for step in terms.steps if step.from_row <= k][-1] for k in range(1, terms.n + 1)]
    for k, share in enumerate(shares):
        worth += share / 100 / (1 + rate) ** (k + 1)
    regular = build_schedule(terms).regular_payment
    assert regular == round_to(F(terms.principal) / worth, D("0.01"))
    rows = build_schedule(terms).rows
    for row, share in zip(rows[:-1], shares, strict=False):
        if row.closing:
            assert row.payment == cents(F(regular) * share / 100)


JUNK = st.none() | st.integers() | st.text(max_size=3) | st.floats() | st.lists(st.integers(), max_size=2)


@settings(max_examples=80, deadline=None)
@given(
    st.fixed_dictionaries(
        {"method": st.sampled_from(["step", "given", "flat"])},
        optional={
            "steps": JUNK | st.lists(st.fixed_dictionaries({"from_row": JUNK, "percent": JUNK}), max_size=2),
            "rows": JUNK | st.lists(st.fixed_dictionaries({"due_date": JUNK, "payment": JUNK}), max_size=2),
            "interest_mode": JUNK,
        },
    )
)
def test_whatever_is_asked_the_answer_is_a_schedule_or_a_sentence(chosen: dict[str, Any]) -> None:
    case = {"id": "any", "input": {**CASE, "day_count": "ACT/360", **chosen}}
    answer = calculate("schedule", {"cases": [case]})["any"]
    assert isinstance(answer, dict)
    assert "rows" in answer or " cannot be " in answer["error"]
