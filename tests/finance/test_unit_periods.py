from datetime import date, timedelta
from fractions import Fraction as F

import pytest

from finance.calendars import add_months, date_in_month, month_number
from finance.unit_periods import Clock, Elapsed, Unit, are_even, find_unit


def monthly(first, count, step=1, aim=None):
    """`count` dates from `first`, `step` months apart, on its day or on `aim`, cut to the month."""
    aim = aim or first.day
    return [date_in_month(month_number(first) + step * k, aim) for k in range(count)]


def every(days, first, count):
    return [first + timedelta(days=days * k) for k in range(count)]


START = date(2024, 1, 10)
FIRST = date(2024, 2, 1)


@pytest.mark.parametrize(
    ("payments", "unit"),
    [
        (monthly(FIRST, 12), Unit("month")),
        (monthly(date(2024, 1, 31), 12, aim=31), Unit("month")),
        (monthly(date(2023, 1, 30), 4, aim=30), Unit("month")),
        (monthly(date(2023, 2, 1), 3), Unit("month")),  # one of the two is also four weeks
        (monthly(FIRST, 6, step=2), Unit("month", 2)),
        (monthly(FIRST, 6, step=3), Unit("month", 3)),
        (monthly(FIRST, 4, step=6), Unit("month", 6)),
        (monthly(FIRST, 4, step=12), Unit("year")),
        (every(7, FIRST, 30), Unit("week")),
        (every(14, FIRST, 26), Unit("week", 2)),
        (every(28, FIRST, 12), Unit("week", 4)),
        (every(1, FIRST, 5), Unit("day")),
        (sorted(monthly(FIRST, 12) + monthly(date(2024, 2, 16), 12)), Unit("semimonth")),
        (sorted(monthly(FIRST, 12) + monthly(date(2024, 2, 15), 12)), Unit("semimonth")),
        (sorted(monthly(date(2024, 2, 15), 12) + monthly(date(2024, 2, 29), 12, aim=31)), Unit("semimonth")),
        ([*monthly(FIRST, 6), date(2024, 7, 20)], Unit("month")),  # an odd last interval is one among six
    ],
)
def test_the_unit_is_the_common_period(payments, unit):
    assert find_unit([START], payments) == unit


def test_of_two_periods_as_common_the_smaller_is_the_unit():
    payments = [date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1)]
    assert find_unit([START], payments) == Unit("month")


def test_without_a_common_period_the_nearest_to_the_average_is_the_unit():
    assert find_unit([START], [date(2024, 2, 1), date(2024, 4, 1)]) == Unit("month", 2)
    assert find_unit([START], [date(2024, 2, 1), date(2024, 3, 1), date(2024, 5, 1)]) == Unit("month")  # 1.5: the lower
    assert find_unit([START], [date(2024, 2, 1), date(2024, 2, 8), date(2024, 2, 29)]) == Unit("week", 2)
    assert find_unit([START], [date(2024, 2, 1), date(2024, 3, 5)]) == Unit("week", 5)  # 33 days
    assert find_unit([START], [date(2024, 2, 1), date(2027, 2, 1)]) == Unit("year")  # never more than a year
    assert find_unit([START], every(10, FIRST, 5)) == Unit("week")  # ten days are no standard interval


def test_periods_between_advances_count_and_the_time_to_the_first_payment_does_not():
    advances = monthly(START, 4)
    assert find_unit(advances, [date(2024, 12, 10)]) == Unit("month")
    assert find_unit([START], [date(2025, 1, 10), date(2025, 1, 17), date(2025, 1, 24)]) == Unit("week")


@pytest.mark.parametrize(
    ("start", "end", "unit"),
    [
        (date(2024, 1, 15), date(2024, 7, 15), Unit("term_months", 6)),
        (date(2024, 4, 3), date(2024, 5, 18), Unit("term_days", 45)),
        (date(2024, 1, 31), date(2024, 2, 29), Unit("term_days", 29)),
        (date(2024, 2, 29), date(2024, 3, 31), Unit("term_months", 1)),
        (date(2024, 1, 15), date(2025, 1, 15), Unit("year")),
        (date(1978, 1, 17), date(1979, 7, 17), Unit("year")),
    ],
)
def test_the_unit_of_a_single_payment_is_its_term(start, end, unit):
    assert find_unit([start], [end]) == unit
    if unit.kind != "year":
        assert Clock(unit, start, [end]).to_payment(end) == Elapsed(1, F(0))


def test_two_advances_on_one_day_and_one_payment_have_no_period_but_the_term():
    assert find_unit([START, START], [date(2024, 4, 10)]) == Unit("term_months", 3)


@pytest.mark.parametrize(
    ("unit", "per_year"),
    [(Unit("day"), 365), (Unit("week", 4), 13), (Unit("semimonth"), 24), (Unit("month", 2), 6), (Unit("year"), 1),
     (Unit("term_days", 45), F(73, 9)), (Unit("term_months", 6), 2)],
)  # fmt: skip
def test_a_year_has_so_many(unit, per_year):
    assert unit.per_year == per_year


@pytest.mark.parametrize(
    ("unit", "start", "end", "elapsed"),
    [
        (Unit("month"), date(1978, 2, 10), date(1978, 4, 1), Elapsed(1, F(19, 30))),  # (c)(1)(ii)
        (Unit("semimonth"), date(1978, 2, 23), date(1978, 3, 1), Elapsed(0, F(6, 15))),  # (c)(1)(iii)
        (Unit("month", 3), date(1978, 5, 23), date(1978, 10, 1), Elapsed(1, F(39, 90))),  # (c)(1)(iv)
        (Unit("week"), date(1978, 3, 20), date(1978, 4, 21), Elapsed(4, F(4, 7))),  # (c)(1)(v)
        (Unit("month", 2), date(1978, 1, 10), date(1978, 3, 1), Elapsed(0, F(26, 30))),  # (c)(4)(ii): 52 days of 60
        (Unit("year"), date(1978, 1, 17), date(1979, 7, 17), Elapsed(1, F(6, 12))),
        (Unit("year"), date(2023, 10, 26), date(2025, 11, 30), Elapsed(2, F(35, 365))),
        (Unit("day"), date(2023, 10, 26), date(2023, 11, 30), Elapsed(35, F(0))),
        (Unit("semimonth"), date(2024, 1, 5), date(2024, 3, 25), Elapsed(5, F(5, 15))),
    ],
)
def test_time_is_counted_back_from_the_payment(unit, start, end, elapsed):
    assert Clock(unit, start, [end, end + timedelta(days=400)]).to_payment(end) == elapsed


def test_payments_on_the_29th_or_30th_fall_on_the_last_of_february():
    clock = Clock(Unit("month"), date(2022, 12, 30), monthly(date(2023, 1, 30), 3, aim=30))
    assert clock.to_payment(date(2023, 2, 28)) == Elapsed(2, F(0))
    alone = Clock(Unit("month"), date(2022, 12, 30), [date(2023, 2, 28), date(2023, 3, 15)])
    assert alone.to_payment(date(2023, 2, 28)) == Elapsed(1, F(29, 30))


def test_payments_on_month_ends_count_from_last_day_to_last_day():
    ends = monthly(date(2024, 1, 31), 4, aim=31)
    clock = Clock(Unit("month"), date(2023, 12, 31), ends)
    assert [clock.to_payment(day) for day in ends] == [Elapsed(k, F(0)) for k in (1, 2, 3, 4)]
    mid_month = Clock(Unit("month"), date(2023, 12, 15), ends)
    assert mid_month.to_payment(date(2024, 2, 29)) == Elapsed(2, F(16, 30))


def test_the_month_end_rule_is_about_payments_and_needs_two():
    assert Clock(Unit("month"), date(2024, 1, 31), [date(2024, 2, 29)]).to_payment(date(2024, 2, 29)) == Elapsed(
        0, F(29, 30)
    )
    ends = monthly(date(2024, 3, 31), 3, aim=31)
    assert Clock(Unit("month"), date(2024, 1, 31), ends).to_advance(date(2024, 2, 29)) == Elapsed(0, F(29, 30))


def test_even_periods():
    assert are_even([FIRST])
    assert are_even(monthly(date(2024, 1, 31), 12, aim=31))
    assert are_even(every(10, FIRST, 5))
    assert are_even(sorted(monthly(FIRST, 12) + monthly(date(2024, 2, 15), 12)))
    assert not are_even([*monthly(FIRST, 12), add_months(FIRST, 13)])
    assert not are_even([*monthly(FIRST, 12), date(2025, 1, 20)])
    assert not are_even([*every(14, FIRST, 5), FIRST + timedelta(days=14 * 5 + 1)])
