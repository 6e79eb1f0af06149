import json
from datetime import date, timedelta
from fractions import Fraction as F
from pathlib import Path

import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st

from finance import daycount_bonds as bonds
from finance.daycount import DAY_COUNTS, days, year_fraction

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
DATES = st.dates(date(1950, 1, 1), date(2150, 12, 31))
LENGTHS = st.integers(0, 12_000)


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


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(DAY_COUNTS), DATES, LENGTHS)
def test_quantlib_agrees(name, start, length):
    end = start + timedelta(days=length)
    peer = PEERS[name]
    assert days(name, start, end) == peer.dayCount(in_quantlib(start), in_quantlib(end))
    assert abs(year_fraction(name, start, end) - F(peer.yearFraction(in_quantlib(start), in_quantlib(end)))) < F(
        1, 10**9
    )


@settings(max_examples=200, deadline=None)
@given(DATES, LENGTHS)
def test_quantlib_agrees_on_the_french_count(start, length):
    end = start + timedelta(days=length)
    peer = ql.ActualActual(ql.ActualActual.AFB).yearFraction(in_quantlib(start), in_quantlib(end))
    assert abs(bonds.actual_actual_afb(start, end) - F(peer)) < F(1, 10**9)


@given(st.sampled_from(["ACT/360", "ACT/365F", "ACT/ACT"]), st.lists(DATES, min_size=3, max_size=3))
def test_actual_counts_are_additive(name, dates):
    first, middle, last = sorted(dates)
    assert year_fraction(name, first, middle) + year_fraction(name, middle, last) == year_fraction(name, first, last)
    assert year_fraction(name, last, first) == -year_fraction(name, first, last)


def test_a_count_of_thirties_is_not_additive():
    first, middle, last = date(2024, 1, 29), date(2024, 1, 31), date(2024, 2, 1)
    assert (days("30/360BB", first, middle), days("30/360BB", middle, last)) == (2, 1)
    assert days("30/360BB", first, last) == 2
