import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import QuantLib as ql
from hypothesis import given
from hypothesis import strategies as st

from finance.calendars import (
    NoHolidays,
    add_business_days,
    add_months,
    adjust,
    calendar_names,
    easter,
    federal_reserve_table,
    holidays_between,
    holidays_of,
    is_business_day,
    is_month_end,
)
from finance.errors import BadInput

PUBLISHED = json.loads((Path(__file__).parents[1] / "fixtures/finance/federal_reserve.json").read_text())
PEER = ql.UnitedStates(ql.UnitedStates.FederalReserve)
CONVENTIONS = {"following": ql.Following, "modified_following": ql.ModifiedFollowing, "preceding": ql.Preceding}
FED = holidays_between("federal_reserve", date(2015, 1, 1), date(2040, 1, 1))


def in_quantlib(day):
    return ql.Date(day.day, day.month, day.year)


@pytest.mark.parametrize("year", PUBLISHED["years"], ids=lambda year: str(year["year"]))
def test_reserve_banks_close_on_the_published_days(year):
    closed = {date.fromisoformat(day) for day in year["reserve_banks_closed"]}
    assert holidays_of("federal_reserve", year["year"]) == closed
    assert federal_reserve_table()[year["year"]] == closed
    assert all(is_business_day(date.fromisoformat(day), closed) for day in year["open_fridays"])


def test_the_rules_reproduce_the_table():
    table = federal_reserve_table()
    assert sorted(table) == list(range(2018, 2031))
    assert {year: holidays_of("federal_reserve", year) for year in table} == table


@pytest.mark.parametrize("case", PUBLISHED["is_banking_day"], ids=lambda case: case["date"])
def test_banking_days(case):
    assert is_business_day(date.fromisoformat(case["date"]), FED) is case["banking_day"]


@pytest.mark.parametrize("case", PUBLISHED["add_banking_days"], ids=lambda case: case["start"])
def test_adding_banking_days(case):
    counted = add_business_days(date.fromisoformat(case["start"]), case["banking_days"], FED)
    assert counted.isoformat() == case["expected"]


def test_a_sunday_holiday_closes_monday_and_a_saturday_one_closes_nothing():
    assert date(2027, 7, 5) in FED  # 4 July 2027 is a Sunday
    assert date(2026, 7, 3) not in FED  # 4 July 2026 is a Saturday: open on Friday the 3rd
    assert date(2021, 12, 31) not in FED  # 1 January 2022 is a Saturday
    assert date(2023, 1, 2) in FED  # 1 January 2023 is a Sunday


def test_quantlib_agrees_on_the_federal_reserve_by_rule():
    for year in range(1986, 2120):
        assert closed_in(PEER, year) == holidays_of("federal_reserve", year), year


def test_quantlib_agrees_on_target():
    for year in range(2002, 2100):
        assert closed_in(ql.TARGET(), year) == holidays_of("target", year), year


def closed_in(peer, year):
    listed = peer.holidayList(ql.Date(1, 1, year), ql.Date(31, 12, year), False)
    return {date(day.year(), day.month(), day.dayOfMonth()) for day in listed}


def test_a_year_before_the_calendar_is_refused_and_so_is_an_unknown_calendar():
    assert calendar_names() == ("federal_reserve", "target")
    with pytest.raises(NoHolidays) as refused:
        holidays_of("target", 1999)
    assert str(refused.value) == (
        "The holidays of target are not known for 1999: choose a year from 2002, or another calendar."
    )
    with pytest.raises(BadInput, match=r'^calendar cannot be "mars": it must be one of federal_reserve, target'):
        holidays_of("mars", 2024)


def test_easter():
    assert [easter(year) for year in (1961, 2000, 2024, 2038, 2285)] == [
        date(1961, 4, 2), date(2000, 4, 23), date(2024, 3, 31), date(2038, 4, 25), date(2285, 3, 22),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "rule", "moved"),
    [
        (date(2024, 6, 1), "none", date(2024, 6, 1)),  # a Saturday
        (date(2024, 6, 1), "following", date(2024, 6, 3)),
        (date(2024, 6, 1), "preceding", date(2024, 5, 31)),
        (date(2024, 6, 1), "modified_following", date(2024, 6, 3)),
        (date(2024, 8, 31), "modified_following", date(2024, 8, 30)),  # a Saturday, Monday is in September
        (date(2024, 5, 27), "following", date(2024, 5, 28)),  # Memorial Day
        (date(2024, 5, 27), "preceding", date(2024, 5, 24)),
        (date(2024, 5, 28), "following", date(2024, 5, 28)),
    ],
)
def test_a_date_moves_off_a_closed_day(day, rule, moved):
    assert adjust(day, rule, FED) == moved


def test_quantlib_moves_dates_alike():
    for k in range((date(2039, 1, 1) - date(2016, 1, 1)).days):
        day = date(2016, 1, 1) + timedelta(days=k)
        peers = in_quantlib(day)
        for rule, convention in CONVENTIONS.items():
            assert adjust(day, rule, FED) == PEER.adjust(peers, convention).to_date(), (day, rule)


def test_months_are_added_to_the_day_cut_to_the_month():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 3, 31), -13) == date(2023, 2, 28)
    assert add_months(date(2023, 12, 15), 1) == date(2024, 1, 15)


@given(st.integers(date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()))
def test_a_month_end_is_followed_by_a_first(number):
    day = date.fromordinal(number)
    assert is_month_end(day) == ((day + timedelta(days=1)).day == 1)
