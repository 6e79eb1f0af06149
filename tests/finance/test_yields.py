"""Yields: they re-price their stream, agree with pyxirr, and are refused where they mean nothing."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.yields import CashFlow, NoYield, SeveralYields, effective, nominal, present_value, xirr

START = date(2024, 1, 1)


def flows(*amounts: tuple[int, str]) -> list[CashFlow]:
    return [CashFlow(START + timedelta(day), D(amount)) for day, amount in amounts]


def test_a_year_at_ten_percent_yields_ten_percent() -> None:
    assert xirr(flows((0, "-1000.00"), (365, "1100.00"))) == D("10.000000000000")


def test_the_example_of_the_spreadsheets_is_found() -> None:
    # Microsoft's own example of XIRR.
    dates = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1)]
    amounts = ["-10000", "2750", "4250", "3250", "2750"]
    stream = [CashFlow(on, D(amount)) for on, amount in zip(dates, amounts, strict=True)]
    assert xirr(stream) == D("37.336253351883")
    assert xirr(stream[::-1]) == xirr(stream)


def test_a_loss_has_a_negative_yield_and_nothing_gained_none() -> None:
    assert xirr(flows((0, "-1000.00"), (365, "900.00"))) == D("-10.000000000000")
    assert str(xirr(flows((0, "-1000.00"), (90, "1000.00")))) == "0E-12"


def test_amounts_of_one_day_count_together() -> None:
    assert xirr(flows((0, "-600.00"), (0, "-400.00"), (365, "1000.00"), (365, "100.00"))) == D("10.000000000000")


def test_one_day_s_gain_is_refused_as_a_yield() -> None:
    stream = flows((0, "-100.00"), (1, "101.00"))
    with pytest.raises(NoYield) as refusal:
        xirr(stream)
    assert str(refusal.value) == (
        "These amounts have no yield from -99.99 % to 1000 % a year: check their dates and signs, or state the gain "
        "in dollars where they are only days apart."
    )
    assert xirr(stream, most=D(5000)) == D("3678.343433288716")


def test_several_yields_are_refused() -> None:
    # Worth nothing at 10 % and at 20 %: -100 + 230 x - 132 x^2.
    with pytest.raises(SeveralYields) as refusal:
        xirr(flows((0, "-100.00"), (365, "230.00"), (730, "-132.00")))
    assert "several yields (10.00 and 20.00 %)" in str(refusal.value)


def test_a_later_advance_does_not_make_a_yield_doubtful() -> None:
    stream = flows((0, "-100.00"), (100, "60.00"), (200, "-30.00"), (400, "85.00"))
    assert xirr(stream) == D("19.279377806099")
    assert round(pyxirr.xirr([flow.on for flow in stream], [flow.amount for flow in stream]), 12) == 0.192793778061


@pytest.mark.parametrize("amounts", [[], [(0, "-5.00")], [(0, "5.00"), (9, "5.00")], [(0, "-5.00"), (0, "5.00")]])
def test_a_stream_without_both_signs_is_refused(amounts: list[tuple[int, str]]) -> None:
    with pytest.raises(BadInput) as refusal:
        xirr(flows(*amounts))
    assert str(refusal.value) == (
        f"flows cannot be {len(amounts)}: it must be money paid out and money received, on different days."
    )


def test_nominal_and_effective_are_each_other_s_inverse() -> None:
    assert effective(D("12"), 12) == D("12.682503013197")
    assert nominal(D("12.682503013197"), 12) == D("12.000000000000")
    assert nominal(D("10.25"), 2) == D("10.000000000000")
    for times in (0, 367):
        with pytest.raises(BadInput):
            nominal(D("10"), times)


def test_a_bound_out_of_range_is_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        xirr(flows((0, "-1.00"), (9, "1.00")), most=D(-100))
    assert refusal.value.field == "most"


@settings(max_examples=40, deadline=None)
@given(
    st.integers(100, 10**8),
    st.lists(st.tuples(st.integers(30, 3650), st.integers(1, 10**7)), min_size=1, max_size=12),
)
def test_a_yield_re_prices_its_stream_and_pyxirr_agrees(lent: int, receipts: list[tuple[int, int]]) -> None:
    stream = [CashFlow(START, -D(lent) / 100)]
    stream += [CashFlow(START + timedelta(day), D(cents) / 100) for day, cents in receipts]
    try:
        found = xirr(stream)
    except NoYield:
        peer = pyxirr.xirr([flow.on for flow in stream], [flow.amount for flow in stream])
        assert peer is None or not -0.9998 < peer < 9.999
        return
    assert abs(present_value(stream, found, START)) <= D("1E-9") * lent
    peer = pyxirr.xirr([flow.on for flow in stream], [flow.amount for flow in stream])
    assert abs(D(repr(peer)) * 100 - found) < D("1E-6") * (1 + abs(found))
