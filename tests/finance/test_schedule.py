"""Worked examples: $10,000.00 at 12 % a year, 1 % a month, unless an example says otherwise."""

from datetime import date
from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from finance.schedule import Grace, ScheduleTerms, build_schedule, due_dates


def terms(**chosen):
    usual = {
        "principal": D("10000.00"), "rate": D("12"), "n": 3, "frequency": "monthly", "method": "level",
        "start_date": date(2024, 1, 15),
    }  # fmt: skip
    return ScheduleTerms(**usual | chosen)


def lines(schedule):
    """What each row shows, without its dates: opening, accrued, interest, principal, payment, closing."""
    return [
        " ".join(map(str, (row.opening, row.interest_accrued, row.interest, row.principal, row.payment, row.closing)))
        for row in schedule.rows
    ]


def totals(schedule):
    return " ".join(
        str(figure)
        for figure in (
            schedule.regular_payment, schedule.total_interest, schedule.total_payments, schedule.final_payment
        )
    )  # fmt: skip


def due(**chosen):
    return [day.isoformat() for day in due_dates(terms(**chosen))]


def test_level_payments_with_the_last_absorbing_the_rounding():
    schedule = build_schedule(terms())
    assert lines(schedule) == [
        "10000.00 100.00 100.00 3300.22 3400.22 6699.78",
        "6699.78 67.00 67.00 3333.22 3400.22 3366.56",
        "3366.56 33.67 33.67 3366.56 3400.23 0.00",
    ]
    assert totals(schedule) == "3400.22 200.67 10200.67 3400.23"


def test_a_loan_without_interest_is_shared_out():
    schedule = build_schedule(terms(principal=D("100.00"), rate=D("0")))
    assert lines(schedule) == [
        "100.00 0.00 0.00 33.33 33.33 66.67",
        "66.67 0.00 0.00 33.33 33.33 33.34",
        "33.34 0.00 0.00 33.34 33.34 0.00",
    ]


LONG = {"start_date": date(2024, 1, 10), "first_due_date": date(2024, 3, 1)}  # 1 month and 22 days
SHORT = {"start_date": date(2024, 1, 20), "first_due_date": date(2024, 2, 1)}  # 12 days


@pytest.mark.parametrize(
    ("period", "odd_first", "regular", "first_row"),
    [
        (LONG, "solve", "3424.91", "10000.00 173.33 173.33 3251.58 3424.91 6748.42"),
        (LONG, "separate", "3400.22", "10000.00 173.33 173.33 3300.22 3473.55 6699.78"),
        (LONG, "ignore", "3400.22", "10000.00 173.33 173.33 3226.89 3400.22 6773.11"),
        (SHORT, "solve", "3380.02", "10000.00 40.00 40.00 3340.02 3380.02 6659.98"),
        (SHORT, "separate", "3400.22", "10000.00 40.00 40.00 3300.22 3340.22 6699.78"),
        (SHORT, "ignore", "3400.22", "10000.00 40.00 40.00 3360.22 3400.22 6639.78"),
    ],
)
def test_an_odd_first_period_three_ways(period, odd_first, regular, first_row):
    schedule = build_schedule(terms(odd_first=odd_first, **period))
    assert str(schedule.regular_payment) == regular
    assert lines(schedule)[0] == first_row
    assert schedule.rows[-1].closing == 0


def test_a_forced_payment_still_gets_the_difference_of_a_separate_first_period():
    schedule = build_schedule(terms(odd_first="separate", payment_amount=D("3000.00"), **LONG))
    assert lines(schedule)[0] == "10000.00 173.33 173.33 2900.00 3073.33 7100.00"
    assert str(schedule.regular_payment) == "3000.00"


def test_a_grace_of_principal_pays_interest_only():
    schedule = build_schedule(terms(n=4, grace=Grace("principal", 1)))
    assert lines(schedule)[:2] == [
        "10000.00 100.00 100.00 0.00 100.00 10000.00",
        "10000.00 100.00 100.00 3300.22 3400.22 6699.78",
    ]


def test_a_capitalising_grace_adds_its_rounded_interest_to_the_balance():
    schedule = build_schedule(terms(n=5, grace=Grace("capitalise", 2)))
    assert lines(schedule) == [
        "10000.00 100.00 0.00 -100.00 0.00 10100.00",
        "10100.00 101.00 0.00 -101.00 0.00 10201.00",
        "10201.00 102.01 102.01 3366.56 3468.57 6834.44",
        "6834.44 68.34 68.34 3400.23 3468.57 3434.21",
        "3434.21 34.34 34.34 3434.21 3468.55 0.00",
    ]
    assert totals(schedule) == "3468.57 204.69 10405.69 3468.55"


def test_a_deferring_grace_collects_its_interest_with_the_first_payment():
    schedule = build_schedule(terms(n=5, grace=Grace("defer", 2)))
    assert lines(schedule)[:3] == [
        "10000.00 100.00 0.00 0.00 0.00 10000.00",
        "10000.00 100.00 0.00 0.00 0.00 10000.00",
        "10000.00 100.00 300.00 3300.22 3600.22 6699.78",
    ]
    assert totals(schedule) == "3400.22 400.67 10400.67 3400.23"


def test_grace_before_equal_principal_and_before_interest_only():
    deferred = build_schedule(terms(n=4, method="equal_principal", grace=Grace("defer", 1)))
    assert lines(deferred)[1] == "10000.00 100.00 200.00 3333.33 3533.33 6666.67"
    capitalised = build_schedule(terms(n=4, method="interest_only", grace=Grace("capitalise", 2)))
    assert lines(capitalised)[2:] == [
        "10201.00 102.01 102.01 0.00 102.01 10201.00",
        "10201.00 102.01 102.01 10201.00 10303.01 0.00",
    ]


def test_a_balloon_is_paid_on_top_of_the_last_regular_payment():
    schedule = build_schedule(terms(n=6, method="balloon", balloon_amount=D("4000.00")))
    assert totals(schedule) == "1075.29 451.75 10451.75 5075.30"
    assert lines(schedule)[-1] == "5025.05 50.25 50.25 5025.05 5075.30 0.00"


def test_a_balloon_over_a_longer_amortisation_leaves_the_rest_to_the_last_row():
    schedule = build_schedule(terms(n=4, method="balloon", amort_n=24))
    assert totals(schedule) == "470.73 377.61 10377.61 8965.42"
    graced = build_schedule(terms(n=4, method="balloon", amort_n=24, grace=Grace("principal", 1)))
    assert str(graced.regular_payment) == "470.73"  # amort_n counts paying periods


def test_an_amortisation_shorter_than_the_rows_ends_early():
    schedule = build_schedule(terms(n=5, method="balloon", amort_n=3))
    assert lines(schedule)[2:] == [
        "3366.56 33.67 33.67 3366.55 3400.22 0.01",
        "0.01 0.00 0.00 0.01 0.01 0.00",
        "0.00 0.00 0.00 0.00 0.00 0.00",
    ]
    assert str(schedule.final_payment) == "0.00"


def test_a_forced_payment_that_is_high_ends_early():
    schedule = build_schedule(terms(n=4, payment_amount=D("4000.00")))
    assert lines(schedule)[2:] == ["2161.00 21.61 21.61 2161.00 2182.61 0.00", "0.00 0.00 0.00 0.00 0.00 0.00"]


def test_a_forced_payment_below_the_interest_lets_the_balance_grow():
    schedule = build_schedule(terms(payment_amount=D("50.00")))
    assert lines(schedule) == [
        "10000.00 100.00 100.00 -50.00 50.00 10050.00",
        "10050.00 100.50 100.50 -50.50 50.00 10100.50",
        "10100.50 101.01 101.01 10100.50 10201.51 0.00",
    ]


@pytest.mark.parametrize(
    ("rounding", "unit", "regular"),
    [("nearest", "0.01", "3400.22"), ("up", "0.01", "3400.23"), ("up", "1.00", "3401.00"),
     ("nearest", "1.00", "3400.00"), ("up", "5.00", "3405.00")],
)  # fmt: skip
def test_the_payment_is_rounded_as_the_lender_does(rounding, unit, regular):
    schedule = build_schedule(terms(payment_rounding=rounding, payment_unit=D(unit)))
    assert str(schedule.regular_payment) == regular
    assert sum(row.principal for row in schedule.rows) == D("10000.00")


def test_a_tie_in_the_interest_follows_the_rounding_rule():
    half_cent = {"principal": D("0.50"), "n": 1, "method": "bullet"}  # 0.005 of interest
    assert build_schedule(terms(**half_cent)).total_interest == D("0.01")
    assert build_schedule(terms(rounding="HALF_EVEN", **half_cent)).total_interest == D("0.00")


def test_equal_principal_is_rounded_and_the_last_row_takes_the_rest():
    schedule = build_schedule(terms(principal=D("1000.00"), method="equal_principal"))
    assert lines(schedule) == [
        "1000.00 10.00 10.00 333.33 343.33 666.67",
        "666.67 6.67 6.67 333.33 340.00 333.34",
        "333.34 3.33 3.33 333.34 336.67 0.00",
    ]
    assert schedule.regular_payment is None


def test_equal_principal_rounded_up_may_end_early():
    schedule = build_schedule(terms(principal=D("0.03"), n=6, method="equal_principal"))
    assert [str(row.principal) for row in schedule.rows] == ["0.01", "0.01", "0.01", "0.00", "0.00", "0.00"]


def test_a_bullet_pays_all_at_once():
    assert lines(build_schedule(terms(n=1, method="bullet"))) == ["10000.00 100.00 100.00 10000.00 10100.00 0.00"]


def test_fields_that_a_method_does_not_read_change_nothing():
    plain = build_schedule(terms(method="equal_principal"))
    ignored = {"payment_amount": D("5.00"), "balloon_amount": D("7.00"), "amort_n": 9, "odd_first": "separate"}
    assert build_schedule(terms(method="equal_principal", **ignored)) == plain
    assert build_schedule(terms(balloon_amount=D("7.00"), amort_n=9)) == build_schedule(terms())
    assert build_schedule(terms(accrual_dates="adjusted", adjust="following")).total_interest == D("200.67")


def test_daily_interest_runs_from_date_to_date():
    schedule = build_schedule(terms(interest_mode="daily", day_count="ACT/360"))
    assert [str(row.interest) for row in schedule.rows] == ["103.33", "64.79", "34.78"]  # 31, 29 and 31 days
    assert totals(schedule) == "3400.97 202.90 10202.90 3400.96"


def test_interest_follows_the_paying_date_only_where_the_contract_says_so():
    saturday_first = {
        "start_date": date(2024, 5, 30), "first_due_date": date(2024, 6, 29), "adjust": "modified_following",
        "interest_mode": "daily", "day_count": "ACT/365F",
    }  # fmt: skip
    unadjusted = build_schedule(terms(**saturday_first))
    assert (unadjusted.rows[0].due_date, unadjusted.rows[0].pay_date) == (date(2024, 6, 29), date(2024, 6, 28))
    assert unadjusted.rows[0].interest == D("98.63")  # 30 days
    adjusted = build_schedule(terms(accrual_dates="adjusted", **saturday_first))
    assert adjusted.rows[0].interest == D("95.34")  # 29 days
    assert adjusted.rows[1].interest == D("68.24")  # 31 days, 28 June to 29 July


def test_paying_dates_avoid_the_given_holidays():
    schedule = build_schedule(
        terms(start_date=date(2024, 6, 4), adjust="following", holidays=[date(2024, 7, 4), date(2024, 7, 5)])
    )
    assert [row.pay_date.isoformat() for row in schedule.rows] == ["2024-07-08", "2024-08-05", "2024-09-04"]
    assert [row.due_date.isoformat() for row in schedule.rows] == ["2024-07-04", "2024-08-04", "2024-09-04"]


def test_due_dates_come_from_the_anchor_not_from_the_row_before():
    assert due(start_date=date(2024, 1, 31), n=4) == ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
    assert due(start_date=date(2024, 1, 30), n=3) == ["2024-02-29", "2024-03-30", "2024-04-30"]
    assert due(start_date=date(2023, 12, 31), first_due_date=date(2024, 2, 29)) == [
        "2024-02-29", "2024-03-29", "2024-04-29",
    ]  # fmt: skip
    assert due(start_date=date(2023, 12, 31), first_due_date=date(2024, 2, 29), due_day=31) == [
        "2024-02-29", "2024-03-31", "2024-04-30",
    ]  # fmt: skip


def test_month_ends_are_kept_only_when_asked_for_and_begun_on():
    assert due(start_date=date(2024, 4, 30)) == ["2024-05-30", "2024-06-30", "2024-07-30"]
    assert due(start_date=date(2024, 4, 30), month_end=True) == ["2024-05-31", "2024-06-30", "2024-07-31"]
    assert due(start_date=date(2024, 4, 29), month_end=True) == ["2024-05-29", "2024-06-29", "2024-07-29"]
    assert due(start_date=date(2024, 4, 30), month_end=True, due_day=15) == ["2024-05-31", "2024-06-30", "2024-07-31"]
    assert due(start_date=date(2024, 4, 30), month_end=True, first_due_date=date(2024, 6, 15)) == [
        "2024-06-15", "2024-07-15", "2024-08-15",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("weekly", ["2024-01-22", "2024-01-29", "2024-02-05"]),
        ("biweekly", ["2024-01-29", "2024-02-12", "2024-02-26"]),
        ("monthly", ["2024-02-15", "2024-03-15", "2024-04-15"]),
        ("bimonthly", ["2024-03-15", "2024-05-15", "2024-07-15"]),
        ("quarterly", ["2024-04-15", "2024-07-15", "2024-10-15"]),
        ("semiannual", ["2024-07-15", "2025-01-15", "2025-07-15"]),
        ("annual", ["2025-01-15", "2026-01-15", "2027-01-15"]),
    ],
)
def test_each_frequency_has_its_step(frequency, expected):
    assert due(frequency=frequency) == expected


def test_semimonthly_falls_on_its_two_days_cut_to_the_month():
    on = {"frequency": "semimonthly", "due_days": (15, 31), "n": 4}
    assert due(first_due_date=date(2024, 2, 29), **on) == ["2024-02-29", "2024-03-15", "2024-03-31", "2024-04-15"]
    assert due(first_due_date=date(2024, 4, 15), **on) == ["2024-04-15", "2024-04-30", "2024-05-15", "2024-05-31"]


@pytest.mark.parametrize(
    ("chosen", "first_interest"),
    [
        # One month back to 29 January and 14 days: (30 + 14) / 15 semimonths of 0.5 %; the cut day stays cut.
        ({"frequency": "semimonthly", "due_days": (15, 31), "first_due_date": date(2024, 2, 29)}, "146.67"),
        # 32 days are 32/7 weeks of 12 % / 52.
        ({"frequency": "weekly", "first_due_date": date(2024, 2, 16)}, "105.49"),
        ({"frequency": "biweekly", "first_due_date": date(2024, 2, 16)}, "105.49"),
        # Four months and 17 days are 137/90 of a quarter of 3 %.
        ({"frequency": "quarterly", "first_due_date": date(2024, 6, 1)}, "456.67"),
        # Back from 29 February by its due day, the 31st: 31 January, one month exactly.
        ({"start_date": date(2024, 1, 31), "first_due_date": date(2024, 2, 29), "due_day": 31}, "100.00"),
        # The same dates without it: 29 January is before the start, so 29 days.
        ({"start_date": date(2024, 1, 31), "first_due_date": date(2024, 2, 29)}, "96.67"),
        ({"start_date": date(2024, 1, 31), "first_due_date": date(2024, 2, 29), "month_end": True}, "100.00"),
        # A due day alone moves the first date: 21 days from the 15th to the 5th.
        ({"due_day": 5}, "70.00"),
        ({"due_day": 25}, "133.33"),
        # With neither, the first period is one, whatever the months' ends do to the dates.
        ({"start_date": date(2024, 1, 31)}, "100.00"),
    ],
)
def test_the_first_period_is_counted_in_periods(chosen, first_interest):
    assert str(build_schedule(terms(**chosen)).rows[0].interest) == first_interest


def test_a_balance_of_more_digits_than_money_ever_has_keeps_every_cent():
    terms = ScheduleTerms(
        principal=D("10000000000000.00"), rate=D("36000"), n=60, frequency="annual", method="level",
        start_date=date(2024, 8, 24), payment_amount=D("0.01"),
    )  # fmt: skip
    rows = build_schedule(terms).rows
    assert len(str(rows[-1].opening)) > 150
    assert all(F(row.opening) - F(row.principal) == F(row.closing) for row in rows)
    assert all(row.closing.as_tuple().exponent == -2 for row in rows)
    assert rows[-1].closing == 0
