import json
from datetime import date, timedelta
from fractions import Fraction as F
from pathlib import Path
from random import Random

import pytest
import QuantLib as ql
from hypothesis import given

from finance import daycount_bonds as bonds
from finance.calendars import date_in_month, month_number
from finance.daycount import DAY_COUNTS, days, year_fraction
from tests.finance.shorthand import lists_of

CASES = json.loads((Path(__file__).parents[1] / "fixtures/finance/daycount.json").read_text())

LOAN_COUNTS = {
    "30/360 US (NASD, end-of-February rule)": "30/360US",
    "30/360 Bond Basis (ISDA 2006 4.16(f))": "30/360BB",
    "30E/360 Eurobond (ISDA 2006 4.16(g))": "30E/360",
    "ACT/360": "ACT/360",
    "ACT/365F": "ACT/365F",
}
BOND_FRACTIONS = {
    "ACT/ACT ISDA": bonds.actual_actual_isda,
    "ACT/ACT AFB": bonds.actual_actual_afb,
    "ACT/366": bonds.actual_366,
    "ACT/365.25": bonds.actual_365_25,
}
PEERS = {
    "30/360US": ql.Thirty360(ql.Thirty360.USA),
    "30/360BB": ql.Thirty360(ql.Thirty360.BondBasis),
    "30E/360": ql.Thirty360(ql.Thirty360.EurobondBasis),
    "ACT/360": ql.Actual360(),
    "ACT/365F": ql.Actual365Fixed(),
    "ACT/ACT": ql.ActualActual(ql.ActualActual.ISDA),
}
DATES = [date(1950, 1, 1) + timedelta(k) for k in range(65_536)]


def in_quantlib(day):
    return ql.Date(day.day, day.month, day.year)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['convention'][:14]} {case['start']} {case['end']}")
def test_published_examples(case):
    start, end = date.fromisoformat(case["start"]), date.fromisoformat(case["end"])
    convention = case["convention"]
    if convention in LOAN_COUNTS:
        assert days(LOAN_COUNTS[convention], start, end) == case["days"]
        assert year_fraction(LOAN_COUNTS[convention], start, end) == F(case["days"], case["denominator"])
    elif convention == "30/365":
        assert bonds.thirty_365(start, end) == F(case["days"], case["denominator"])
    elif convention.startswith("30E/360 ISDA"):
        assert bonds.thirty_european_isda(start, end, date.fromisoformat(case["termination_date"])) == case["days"]
    else:
        if convention == "ACT/ACT ICMA":
            coupon = (date.fromisoformat(case["ref_start"]), date.fromisoformat(case["ref_end"]))
            fraction = bonds.actual_actual_icma(start, end, *coupon)
        else:
            fraction = BOND_FRACTIONS[convention](start, end)
        places = len(case["year_fraction"].partition(".")[2])
        assert abs(fraction - F(case["year_fraction"])) <= F(1, 10 ** min(places, 11))


def test_each_convention_counts_february_in_its_own_way():
    counted = {name: days(name, date(2006, 2, 28), date(2006, 8, 31)) for name in DAY_COUNTS}
    assert counted == {
        "30/360US": 180, "30/360BB": 183, "30E/360": 182, "ACT/360": 184, "ACT/365F": 184, "ACT/ACT": 184,
    }  # fmt: skip


def test_actual_actual_splits_a_period_at_new_year():
    assert year_fraction("ACT/ACT", date(2023, 12, 31), date(2024, 1, 2)) == F(1, 365) + F(1, 366)
    assert year_fraction("ACT/ACT", date(2023, 7, 1), date(2026, 7, 1)) == F(184, 365) + 2 + F(181, 365)


def spans(count):
    """Drawn pairs of dates up to 33 years apart, most of them at the ends of months, where conventions differ."""
    chance = Random(2)
    for _ in range(count):
        start, length = date(1950, 1, 1) + timedelta(chance.randrange(73_000)), chance.choice([60, 1_000, 12_000])
        if chance.random() < 0.4:
            start = date_in_month(month_number(start), chance.choice([29, 30, 31]))
        end = start + timedelta(chance.randrange(length))
        if chance.random() < 0.4:
            end = max(start, date_in_month(month_number(end), chance.choice([29, 30, 31])))
        yield start, end


def test_quantlib_agrees():
    for start, end in spans(1_000):
        first, last = in_quantlib(start), in_quantlib(end)
        for name, peer in PEERS.items():
            assert days(name, start, end) == peer.dayCount(first, last), (name, start, end)
            assert abs(float(year_fraction(name, start, end)) - peer.yearFraction(first, last)) < 1e-9, (name, start)


def test_quantlib_agrees_on_the_french_count():
    peer = ql.ActualActual(ql.ActualActual.AFB)
    for start, end in spans(500):
        fraction = peer.yearFraction(in_quantlib(start), in_quantlib(end))
        assert abs(float(bonds.actual_actual_afb(start, end)) - fraction) < 1e-9, (start, end)


@given(lists_of(["ACT/360", "ACT/365F", "ACT/ACT"], DATES, DATES, DATES))
def test_actual_counts_are_additive(drawn):
    name, *dates = drawn
    first, middle, last = sorted(dates)
    assert year_fraction(name, first, middle) + year_fraction(name, middle, last) == year_fraction(name, first, last)
    assert year_fraction(name, last, first) == -year_fraction(name, first, last)


def test_a_count_of_thirties_is_not_additive():
    first, middle, last = date(2024, 1, 29), date(2024, 1, 31), date(2024, 2, 1)
    assert (days("30/360BB", first, middle), days("30/360BB", middle, last)) == (2, 1)
    assert days("30/360BB", first, last) == 2
