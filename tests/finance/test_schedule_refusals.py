"""What a schedule refuses: each sentence names the field and says what is allowed."""

from datetime import date
from decimal import Decimal as D

import pytest

from finance.errors import BadInput
from finance.schedule import ScheduleTerms, schedule_case

GOOD = {
    "principal": "10000.00", "rate": "12", "n": 6, "frequency": "monthly", "method": "level",
    "start_date": "2024-01-15",
}  # fmt: skip
DAILY = {"interest_mode": "daily", "day_count": "ACT/360"}
SEMIMONTHLY = {"frequency": "semimonthly", "due_days": [1, 16], "first_due_date": "2024-02-01"}


def refusal(**changes):
    with pytest.raises(BadInput) as refused:
        schedule_case(GOOD | changes)
    return refused.value


@pytest.mark.parametrize("field", sorted(GOOD))
def test_every_required_field_is_asked_for(field):
    without = {name: value for name, value in GOOD.items() if name != field}
    with pytest.raises(BadInput, match=f"^{field} cannot be empty: it must be given"):
        schedule_case(without)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("principal", 10000), ("principal", 10000.0), ("principal", "10000"), ("principal", "0.00"),
        ("principal", "-1.00"), ("principal", "1e4"), ("principal", "NaN"), ("principal", True),
        ("rate", 12), ("rate", "-1"), ("rate", "12 %"), ("rate", ""),
        ("n", 0), ("n", -1), ("n", "6"), ("n", 6.0), ("n", True), ("n", 2601),
        ("frequency", "daily"), ("frequency", "Monthly"), ("frequency", 12),
        ("method", "annuity"), ("method", ["level"]),
        ("start_date", "2024-02-30"), ("start_date", "15.01.2024"), ("start_date", "2024-01-15T00:00:00Z"),
        ("first_due_date", "2024-01-15"), ("first_due_date", "2023-12-31"), ("first_due_date", "soon"),
        ("due_day", 0), ("due_day", 32), ("due_day", "15"),
        ("due_days", [1]), ("due_days", [1, 1]), ("due_days", [1, 16, 20]), ("due_days", 15),
        ("month_end", "yes"), ("month_end", 1),
        ("interest_mode", "monthly"), ("day_count", "30/360"), ("day_count", "ACT/365"),
        ("odd_first", "add"), ("payment_amount", "0.00"), ("payment_amount", 500),
        ("balloon_amount", "-1.00"), ("amort_n", 0),
        ("grace", 2), ("adjust", "next"), ("holidays", "2024-07-04"), ("accrual_dates", "pay"),
        ("rounding", "HALF_DOWN"), ("payment_rounding", "down"), ("payment_unit", "0.00"), ("payment_unit", "0.001"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_its_field(field, wrong):
    refused = refusal(**{field: wrong})
    assert refused.field == field
    assert str(refused).startswith(f"{field} cannot be ")
    assert ": it must be " in str(refused)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_days": [0, 16]}, "due_days[0]"),
        ({"holidays": ["2024-07-04", "4 July"]}, "holidays[1]"),
        ({"grace": {"type": "holiday", "n": 2}}, "grace.type"),
        ({"grace": {"type": "defer", "n": -1}}, "grace.n"),
        ({"grace": {"type": "defer"}}, "grace.n"),
        ({"grace": {"type": "defer", "n": 2, "rate": "0"}}, "grace.rate"),
        ({"currency": "USD"}, "currency"),
        ({"amort_m": None}, "amort_m"),
    ],
)
def test_a_wrong_part_is_refused_by_its_path(changes, field):
    assert refusal(**changes).field == field


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"method": "bullet"}, "n cannot be 6: it must be 1 for a bullet, which has one row."),
        (
            {"grace": {"type": "principal", "n": 6}},
            "grace.n cannot be 6: it must be less than n, which is 6.",
        ),
        (
            {"method": "balloon"},
            "balloon_amount cannot be empty: it must be given for a balloon without amort_n, and left out with it.",
        ),
        (
            {"method": "balloon", "balloon_amount": "1.00", "amort_n": 60},
            "balloon_amount cannot be 1.00: it must be given for a balloon without amort_n, and left out with it.",
        ),
        (
            {"method": "balloon", "balloon_amount": "10615.21"},
            "balloon_amount cannot be 10615.21: it must be at most 10615.20, what the balance grows to unpaid.",
        ),
        (
            {"method": "balloon", "amort_n": 60, **DAILY},
            "amort_n cannot be 60: it must be left out for daily interest; give balloon_amount instead.",
        ),
        (
            {"odd_first": "separate", "grace": {"type": "defer", "n": 1}},
            'odd_first cannot be "separate": it must be solve or ignore when there is grace.',
        ),
        (
            {"odd_first": "ignore", **DAILY},
            'odd_first cannot be "ignore": it must be solve for daily interest.',
        ),
        (
            {"interest_mode": "daily"},
            "day_count cannot be empty: it must be one of 30/360US, 30/360BB, 30E/360, ACT/360, ACT/365F, ACT/ACT for "
            "daily interest.",
        ),
        (
            {"first_due_date": "2024-01-15"},
            "first_due_date cannot be 2024-01-15: it must be after start_date, which is 2024-01-15.",
        ),
        (
            {"first_due_date": "2024-03-01", "due_day": 15},
            "due_day cannot be 15: it must be the day of first_due_date, 2024-03-01, or a later day where that is its "
            "month's last.",
        ),
        (
            {"first_due_date": "2024-03-30", "due_day": 31},
            "due_day cannot be 31: it must be the day of first_due_date, 2024-03-30, or a later day where that is its "
            "month's last.",
        ),
        (
            SEMIMONTHLY | {"due_days": None},
            "due_days cannot be empty: it must be two days of the month for semimonthly, such as [1, 16].",
        ),
        (
            SEMIMONTHLY | {"first_due_date": None},
            "first_due_date cannot be empty: it must be given for semimonthly, on one of due_days.",
        ),
        (
            SEMIMONTHLY | {"first_due_date": "2024-02-02"},
            "first_due_date cannot be 2024-02-02: it must be on one of due_days, 1 and 16.",
        ),
        (
            SEMIMONTHLY | {"due_days": [28, 31], "first_due_date": "2025-01-28"},
            "due_days cannot be [28, 31]: it must be two days that February 2025 has apart.",
        ),
        (
            {"start_date": "9999-10-15"},
            "n cannot be 6: it must be small enough for the last row to fall before 10000.",
        ),
        (
            {"start_date": "2024-06-01", "first_due_date": "2024-06-02", "adjust": "preceding"},
            'adjust cannot be "preceding": it must be following where preceding moves 2024-06-02 before start_date.',
        ),
        (
            {"start_date": "2024-01-20", "first_due_date": "2024-02-01", "odd_first": "separate",
             "payment_amount": "1.00"},
            "payment_amount cannot be 1.00: it must be larger, for row 1 to pay 0.00 or more.",
        ),
        (
            {"principal": "60.00", "start_date": "2024-01-20", "first_due_date": "2024-02-01", "rate": "120",
             "odd_first": "separate", "payment_unit": "50.00", "n": 60},
            "payment_unit cannot be 50.00: it must be smaller, for row 1 to pay 0.00 or more.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_a_sentence(changes, sentence):
    assert str(refusal(**changes)) == sentence


def test_an_input_that_is_no_object_is_refused():
    with pytest.raises(BadInput, match=r"^input cannot be .*: it must be an object with named fields"):
        schedule_case([GOOD])


def test_null_is_absent():
    assert schedule_case(GOOD | {"grace": None, "due_day": None}) == schedule_case(GOOD)


def test_terms_made_in_code_are_held_to_the_same_rules():
    with pytest.raises(BadInput, match=r"^grace\.n cannot be 3|^n cannot be 3: it must be 1 for a bullet"):
        ScheduleTerms(
            principal=D("1.00"), rate=D("1"), n=3, frequency="annual", method="bullet", start_date=date(2024, 1, 1)
        )
