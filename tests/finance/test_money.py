from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.money import (
    ROUNDINGS,
    cents,
    from_cents,
    parse_money,
    parse_rate,
    round_to,
    rounded_quotient,
    to_cents,
)


@pytest.mark.parametrize(
    ("exact", "half_up", "half_even"),
    [
        ("0.005", "0.01", "0.00"),
        ("0.015", "0.02", "0.02"),
        ("1.025", "1.03", "1.02"),
        ("-0.005", "-0.01", "0.00"),
        ("-1.025", "-1.03", "-1.02"),
        ("0.00499999999999999999999999999999999999", "0.00", "0.00"),
        ("0.00500000000000000000000000000000000001", "0.01", "0.01"),
        ("-0.004", "0.00", "0.00"),
        (
            "123456789012345678901234567890.125",
            "123456789012345678901234567890.13",
            "123456789012345678901234567890.12",
        ),
    ],
)
def test_ties_are_decided_on_the_exact_value(exact, half_up, half_even):
    for value in (D(exact), F(exact)):
        assert str(cents(value)) == half_up
        assert str(cents(value, "HALF_EVEN")) == half_even


def test_a_third_has_no_tie_and_a_whole_number_gets_its_cents():
    assert str(cents(F(1, 3))) == "0.33"
    assert str(cents(F(-2, 3))) == "-0.67"
    assert str(cents(7)) == "7.00"


def test_zero_is_never_negative():
    for value in (D("-0.00"), D("-0.001"), F(-1, 1000), 0):
        assert str(cents(value)) == "0.00"


def test_a_float_is_no_money():
    with pytest.raises(AssertionError, match="never a float"):
        cents(0.1)


def test_an_unknown_rounding_is_a_bug():
    with pytest.raises(ValueError, match="HALF_DOWN"):
        cents(F(1, 3), "HALF_DOWN")


@pytest.mark.parametrize(
    ("value", "unit", "rounding", "expected"),
    [
        (F("470.7347"), "0.01", "UP", "470.74"),
        (F("470.73"), "0.01", "UP", "470.73"),
        (F("470.01"), "1.00", "UP", "471.00"),
        (D("470.50"), "1.00", "HALF_EVEN", "470.00"),
        (D("470.50"), "1.00", "HALF_UP", "471.00"),
        (F("12.325"), "0.05", "HALF_UP", "12.35"),
        (F("-0.001"), "0.01", "UP", "-0.01"),
    ],
)
def test_an_amount_is_rounded_to_any_unit(value, unit, rounding, expected):
    assert str(round_to(value, D(unit), rounding)) == expected


@given(st.integers(-(10**14), 10**14), st.integers(1, 10**9), st.sampled_from(ROUNDINGS))
def test_a_rounded_quotient_is_the_nearest_and_symmetric(numerator, denominator, rounding):
    rounded = rounded_quotient(numerator, denominator, rounding)
    assert abs(F(numerator, denominator) - rounded) <= F(1, 2)
    assert rounded_quotient(-numerator, denominator, rounding) == -rounded


@given(st.integers(-(10**18), 10**18), st.sampled_from(ROUNDINGS))
def test_a_decimal_and_its_fraction_round_alike(millionths, rounding):
    value = D(millionths).scaleb(-6)
    assert str(cents(value, rounding)) == str(cents(F(value), rounding))


@given(st.integers(-(10**17), 10**17))
def test_cents_come_and_go(count):
    assert to_cents(from_cents(count)) == count
    assert from_cents(count).as_tuple().exponent == -2


def test_half_a_cent_cannot_be_counted_in_cents():
    with pytest.raises(AssertionError):
        to_cents(D("0.005"))


@pytest.mark.parametrize(("text", "amount"), [("1234.50", "1234.50"), ("-3.20", "-3.20"), ("-0.00", "0.00")])
def test_money_is_read_from_text(text, amount):
    assert str(parse_money(text, "amount")) == amount


@pytest.mark.parametrize(
    "text",
    [1234.5, 1234, True, None, "", "1234", "1234.5", "1234.505", "1e3", "1,234.50", " 1.00", "1.00\n", "NaN", "٣.٠٠",
     "+1.00", "Infinity", ".50", "9" * 17 + ".00", ["1.00"], D("1.00")],
)  # fmt: skip
def test_money_is_read_from_nothing_else(text):
    with pytest.raises(BadInput, match=r"^principal cannot be .*: it must be money as text with two decimals"):
        parse_money(text, "principal")


def test_money_may_have_a_least_value():
    assert parse_money("0.01", "amount", minimum=D("0.01")) == D("0.01")
    with pytest.raises(BadInput) as refused:
        parse_money("0.00", "amount", minimum=D("0.01"))
    assert str(refused.value) == (
        'amount cannot be "0.00": it must be money as text with two decimals, such as "1234.50", 0.01 or more.'
    )


@pytest.mark.parametrize("text", ["0", "12.5", "4.340", "0.000001", "716.069747164232"])
def test_a_rate_is_read_from_text(text):
    assert str(parse_rate(text, "rate")) == text


@pytest.mark.parametrize("text", [12.5, 12, False, None, "", "-1", "12.5%", "1e1", "12.", ".5", "nan", "1234567"])
def test_a_rate_is_read_from_nothing_else(text):
    with pytest.raises(BadInput, match=r"^rate cannot be .*: it must be a percentage as text, zero or more"):
        parse_rate(text, "rate")
