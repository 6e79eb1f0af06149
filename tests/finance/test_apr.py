import json
from datetime import date, timedelta
from decimal import Decimal as D
from decimal import localcontext
from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.apr import Flow, MethodsDisagree, agree, apr, apr_case
from finance.calendars import add_months
from finance.errors import BadInput
from finance.schedule import ScheduleTerms, build_schedule
from finance.unit_periods import Clock, Unit
from tests.finance.shorthand import Amounts, one_of_each

FIXTURES = Path(__file__).parents[1] / "fixtures/finance"
CASES = json.loads((FIXTURES / "apr.json").read_text())["cases"]
REGULATION_Z = json.loads((FIXTURES / "regulation_z.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['note']}")
def test_a_rate_agrees_in_every_figure(case):
    expected = {name: value for name, value in case["expected"].items() if name != "published"}
    assert apr_case(case["input"]) == expected


@pytest.mark.parametrize("example", REGULATION_Z, ids=lambda example: f"{example['id']} {example['name']}")
def test_the_examples_of_appendix_j(example):
    payments = [Flow(day, D(stream["amount"])) for stream in example["payment_streams"] for day in dates_of(stream)]
    advanced_on = date.fromisoformat(example["advance_date"])
    result = apr([Flow(advanced_on, D(example["amount_financed"]))], payments)
    assert str(result.rate_2dp) == example["expected_apr_percent"]
    assert abs(result.rate - D(str(example["our_check_apr"]))) <= D("0.000001")
    if "unit_periods_per_year" in example:
        assert result.unit.per_year == int(example["unit_periods_per_year"])
        assert result.first_payment.whole == example["first_payment_full_unit_periods"]
        assert abs(result.first_payment.fraction - F(str(example["first_payment_fraction"]))) < F(1, 10**9)


def dates_of(stream):
    first, every = date.fromisoformat(stream["first"]), stream["every"]
    if stream["unit"] == "semimonth":
        other = first.replace(day=max(stream["days"]))
        return [add_months((first, other)[k % 2], k // 2) for k in range(stream["count"])]
    if stream["unit"] in ("day", "week"):
        step = every * (7 if stream["unit"] == "week" else 1)
        return [first + timedelta(days=step * k) for k in range(stream["count"])]
    return [add_months(first, every * k) for k in range(stream["count"])]


def flows(*pairs):
    return [Flow(date.fromisoformat(day), D(amount)) for day, amount in pairs]


ONE_MONTH = {"advances": flows(("2024-01-15", "1000.00")), "payments": flows(("2024-02-15", "1010.00"))}


def test_one_per_cent_a_month_is_twelve_a_year():
    result = apr(**ONE_MONTH)
    assert str(result.rate) == str(result.checked_rate) == "12.000000000000"
    assert (result.finance_charge, result.irregular, result.tolerance) == (D("10.00"), False, D("0.125"))


def test_without_a_finance_charge_the_rate_is_zero():
    case = {
        "advances": [{"date": "2024-01-15", "amount": "900.00"}],
        "payments": [{"date": f"2024-0{month}-15", "amount": "300.00"} for month in (2, 3, 4)],
    }
    assert apr_case(case) == {
        "apr": "0.000000000000", "apr_2dp": "0.00", "unit": ["month", 1], "units_per_year": "12",
        "first_payment_units": [1, "0"], "finance_charge": "0.00", "irregular": False, "tolerance": "0.125",
    }  # fmt: skip


def test_payments_on_one_day_are_added_and_order_does_not_matter():
    together = apr(flows(("2024-01-15", "300.00")), flows(("2024-02-15", "104.00"), ("2024-03-15", "204.00")))
    apart = apr(
        flows(("2024-01-15", "300.00")),
        flows(("2024-03-15", "200.00"), ("2024-02-15", "104.00"), ("2024-03-15", "4.00")),
    )
    assert together == apart


ADVANCE = [("2024-01-15", "300.00")]


@pytest.mark.parametrize(
    ("advances", "payments", "irregular"),
    [
        (ADVANCE, [("2024-02-15", "50.00"), ("2024-03-15", "99.00"), ("2024-04-15", "205.00")], False),
        ([("2024-01-15", "150.00"), ("2024-01-15", "150.00")], [("2024-02-15", "310.00")], True),
        (ADVANCE, [("2024-02-15", "150.00"), ("2024-03-15", "99.00"), ("2024-04-16", "99.00")], True),
        (
            ADVANCE,
            [("2024-02-15", "99.00"), ("2024-03-15", "99.00"), ("2024-04-15", "98.00"), ("2024-05-15", "99.00")],
            True,
        ),
        ([("2024-01-03", "300.00")], [("2024-02-15", "155.00"), ("2024-03-15", "155.00")], False),
    ],
)  # fmt: skip
def test_only_the_first_and_last_may_be_odd_in_a_regular_transaction(advances, payments, irregular):
    result = apr(flows(*advances), flows(*payments))
    assert (result.irregular, str(result.tolerance)) == (irregular, "0.250" if irregular else "0.125")


def test_the_tolerance_is_inclusive():
    result = apr(**ONE_MONTH)
    assert result.allows(D("12.125"))
    assert result.allows(D("11.875"))
    assert not result.allows(D("12.1251"))


def test_a_construction_loan_in_several_advances():
    # $100 lent each month for three months and $303.03 back one month after the last, at exactly 1 % a month.
    owed = D("100.00") * (D("1.01") ** 3 + D("1.01") ** 2 + D("1.01"))
    result = apr(
        flows(("2024-01-15", "100.00"), ("2024-02-15", "100.00"), ("2024-03-15", "100.00")),
        [Flow(date(2024, 4, 15), owed)],
    )
    assert str(result.rate) == "12.000000000000"
    assert result.irregular


def test_of_several_rates_that_fit_the_lowest_is_meant():
    # Money goes back and forth: 10, 20 and 30 % all price it.
    result = apr(
        flows(("2020-01-15", "1000.00"), ("2022-01-15", "4310.00")),
        flows(("2021-01-15", "3600.00"), ("2023-01-15", "1716.00")),
    )
    assert str(result.rate) == str(result.checked_rate) == "10.000000000000"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (["month", 1], (["month", 1], "12")),
        (["month", 3], (["month", 3], "4")),
        (["month", 12], ("year", "1")),
        (["week", 4], (["week", 4], "13")),
        ("semimonth", ("semimonth", "24")),
        ("year", ("year", "1")),
    ],
)
def test_a_given_unit_overrides(unit, expected):
    case = {
        "advances": [{"date": "2024-01-15", "amount": "1000.00"}],
        "payments": [{"date": "2024-07-15", "amount": "1060.00"}],
        "unit": unit,
    }
    answer = apr_case(case)
    assert (answer["unit"], answer["units_per_year"]) == expected


def test_a_quarter_of_a_year_without_compounding_is_simple_interest():
    case = {
        "advances": [{"date": "2024-01-15", "amount": "1000.00"}],
        "payments": [{"date": "2024-04-15", "amount": "1030.00"}],
        "unit": "year",
    }
    assert apr_case(case)["apr"] == "12.000000000000"


GOOD = {
    "advances": [{"date": "2024-01-15", "amount": "1000.00"}],
    "payments": [{"date": "2024-02-15", "amount": "510.00"}, {"date": "2024-03-15", "amount": "510.00"}],
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"advances": None}, "advances"),
        ({"payments": None}, "payments"),
        ({"advances": []}, "advances"),
        ({"payments": []}, "payments"),
        ({"payments": {"date": "2024-02-15"}}, "payments"),
        ({"payments": ["2024-02-15"]}, "payments[0]"),
        ({"advances": [{"date": "2024-01-15"}]}, "advances[0].amount"),
        ({"advances": [{"date": "2024-01-15", "amount": 1000.0}]}, "advances[0].amount"),
        ({"advances": [{"date": "2024-01-15", "amount": "0.00"}]}, "advances[0].amount"),
        ({"advances": [{"date": "2024-13-15", "amount": "1000.00"}]}, "advances[0].date"),
        ({"payments": [{"date": "2024-02-15", "amount": "-1.00"}]}, "payments[0].amount"),
        ({"payments": [{"date": "2024-02-15", "amount": "1.00", "kind": "fee"}]}, "payments[0].kind"),
        ({"payments": [*GOOD["payments"], {"date": "2024-01-15", "amount": "1.00"}]}, "payments[2].date"),
        ({"advances": [*GOOD["advances"], {"date": "2024-03-15", "amount": "1.00"}]}, "advances[1].date"),
        ({"payments": [{"date": "2024-02-15", "amount": "999.99"}]}, "payments"),
        ({"unit": "month"}, "unit"),
        ({"unit": ["day", 1]}, "unit"),
        ({"unit": ["month", 13]}, "unit[1]"),
        ({"unit": ["week", 0]}, "unit[1]"),
        ({"unit": ["month", "1"]}, "unit[1]"),
        ({"unit": [["month"], 1]}, "unit"),
        ({"unit": 12}, "unit"),
        ({"rate": "12"}, "rate"),
    ],
)
def test_a_wrong_input_is_refused_by_its_field(changes, field):
    with pytest.raises(BadInput) as refused:
        apr_case(GOOD | changes)
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field} cannot be ")


def test_the_refusals_of_a_rate_say_what_would_make_it_possible():
    with pytest.raises(BadInput) as refused:
        apr(flows(("2024-01-15", "1000.00")), flows(("2024-02-15", "999.99")))
    assert str(refused.value) == "payments cannot be 999.99: it must be in all at least what is advanced, 1000.00."
    with pytest.raises(BadInput) as refused:
        apr(flows(("2024-01-15", "1000.00")), flows(("2024-01-14", "2000.00")))
    assert str(refused.value) == (
        "payments[0].date cannot be 2024-01-14: it must be after the first advance on 2024-01-15."
    )


def test_methods_that_differ_by_more_than_the_law_allows_are_an_error():
    agree(D("12.000"), D("12.125"), D("0.125"))
    with pytest.raises(MethodsDisagree) as refused:
        agree(D("12.000"), D("12.1251"), D("0.125"))
    assert str(refused.value) == (
        "The annual percentage rate is 12.0000 by the equations of Appendix J and 12.1251 by the balances, more than "
        "0.125 apart: disclose neither until the dates and amounts have been checked by hand."
    )


def test_a_payday_loan_and_a_rate_beyond_all_bounds():
    assert str(apr(flows(("2024-01-15", "500.00")), flows(("2024-01-29", "575.00"))).rate_2dp) == "391.07"
    doubled = apr(flows(("2024-01-15", "1.00")), flows(("2024-01-16", "1000000.00")))
    assert str(doubled.rate_2dp) == "36499963500.00"
    absurd = flows(("2024-01-16", "9999999999999999.99"), ("2024-01-16", "9999999999999999.99"))
    with pytest.raises(BadInput, match=r"^payments cannot be 19999999999999999\.98: it must be in proportion to"):
        apr(flows(("2024-01-15", "0.01")), absurd)


STARTS = st.integers(date(1990, 1, 1).toordinal(), date(2060, 1, 1).toordinal())
MOST = 40
some_terms = one_of_each(
    *(["month", "quarter", "week", "fortnight", "any"], range(1, 121), range(1, MOST + 1), range(30, 101)),
    *[range(1, 101)] * MOST,
    *[Amounts(1000, 100_000)] * MOST,
)


@st.composite
def transactions(draw):
    step, wait, count, percent, *drawn = some_terms(draw)
    gaps, amounts = drawn[:MOST], drawn[MOST:]
    start = date.fromordinal(draw(STARTS))
    first = start + timedelta(days=wait)
    if step == "any":
        dates = [first + timedelta(days=sum(gaps[:k])) for k in range(count)]
    elif step in ("month", "quarter"):
        dates = [add_months(first, k * (1 if step == "month" else 3)) for k in range(count)]
    else:
        dates = [first + timedelta(days=k * (7 if step == "week" else 14)) for k in range(count)]
    payments = [Flow(day, amount) for day, amount in zip(dates, amounts, strict=False)]
    total = sum(flow.amount for flow in payments)
    advance = (total * percent / 100).quantize(D("0.01"))
    return [Flow(start, advance)], payments


@settings(max_examples=120, deadline=None)
@given(transactions())
def test_the_rate_re_prices_its_stream_and_both_methods_find_it(transaction):
    advances, payments = transaction
    result = apr(advances, payments)
    assert abs(result.rate - result.checked_rate) <= D("1E-11") * (1 + result.rate)
    clock = Clock(result.unit, advances[0].date, [flow.date for flow in payments])
    with localcontext(prec=60):  # far beyond the bound below, and far quicker than fractions
        rate, worth = in_decimals(F(result.rate) / 100 / result.unit.per_year), D(0)
        for flow in payments:
            elapsed = clock.to_payment(flow.date)
            worth += flow.amount / ((1 + in_decimals(elapsed.fraction) * rate) * (1 + rate) ** elapsed.whole)
        assert abs(worth - advances[0].amount) < D("1E-6")


def in_decimals(number):
    return D(number.numerator) / number.denominator


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60_000), st.integers(1, 120), STARTS.map(date.fromordinal))
def test_a_schedule_without_charges_has_its_own_rate(thousandths, n, start):
    terms = ScheduleTerms(
        principal=D("100000.00"), rate=D(thousandths).scaleb(-3), n=n, frequency="monthly", method="level",
        start_date=start.replace(day=min(start.day, 28)),
    )  # fmt: skip
    payments = [Flow(row.due_date, row.payment) for row in build_schedule(terms).rows]
    # A cent of rounding in each payment of $100,000.00 moves the rate by less than this.
    assert abs(apr([Flow(terms.start_date, terms.principal)], payments, Unit("month")).rate - terms.rate) < D("0.001")
