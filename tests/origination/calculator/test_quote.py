"""What a quote says, and that it says what finance says."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.apr import Flow, apr
from finance.explain import broken
from finance.schedule import build_schedule
from origination.calculator.question import FREQUENCY_WORDS, METHODS, CannotCalculate, Question
from origination.calculator.quote import quote

SIGNED = date(2008, 12, 31)
LENT = date(1978, 1, 10)


def question(**answers):
    return Question(**{"amount": D("10000.00"), "term": 12, "rate": D("12"), "disbursed_on": SIGNED} | answers)


def test_ten_thousand_at_twelve_percent_over_a_year():
    found = quote(question())
    assert found.payment == D("888.49")
    assert len(found.rows) == 12
    assert found.schedule.total_interest == D("661.86")
    assert found.last.payment == D("888.47")
    assert found.cost.rate_2dp == D("12.00")
    assert (found.first.pay_date, found.last.pay_date) == (date(2009, 1, 31), date(2009, 12, 31))
    assert [row.pay_date.day for row in found.rows[:3]] == [31, 28, 31]


def test_a_prepaid_finance_charge_makes_the_apr_of_regulation_z():
    # Regulation Z, Appendix J, (c)(1): $5,000 advanced and 24 payments of $230 are 9.69 %. Here it is lent as $5,100 at
    # the rate that asks for $230.00 a month, with $100.00 kept back.
    found = quote(question(amount=D("5100.00"), fee=D("100.00"), term=24, rate=D("7.61"), disbursed_on=LENT))
    assert found.payment == D("229.75")
    paid = [Flow(row.pay_date, row.payment) for row in found.rows]
    assert found.cost.rate == apr([Flow(LENT, D("5000.00"))], paid).rate
    assert found.cost.finance_charge == sum(row.payment for row in found.rows) - D("5000.00")
    published = apr([Flow(LENT, D("5000.00"))], [Flow(row.pay_date, D("230.00")) for row in found.rows])
    assert published.rate_2dp == D("9.69")


def test_extra_payments_save_interest_and_time():
    found = quote(question(extra=D("100.00"), extra_once=D("2000.00"), extra_once_on=date(2009, 3, 1)))
    assert found.what_if.interest_saved == D("212.33")
    assert found.what_if.payments_saved == 3
    assert found.what_if.months_saved == 3
    assert found.what_if.last_on == date(2009, 9, 30)


@pytest.mark.parametrize(
    ("answers", "payment", "count", "interest"),
    [
        ({"amount": D("0.01")}, "0.00", 12, "0.00"),
        ({"rate": D("0")}, "833.33", 12, "0.00"),
        ({"rate": D("1000")}, "8339.12", 12, "90063.87"),
        ({"term": 1, "term_unit": "payments"}, "10100.00", 1, "100.00"),
        ({"term": 1200, "term_unit": "payments"}, "100.00", 1200, "120000.00"),
        ({"method": "bullet"}, "11200.00", 1, "1200.00"),
        ({"method": "interest_only"}, "100.00", 12, "1200.00"),
        ({"method": "balloon", "balloon": D("5000.00")}, "494.24", 12, "930.93"),
        ({"term": 1, "term_unit": "years", "frequency": "weekly"}, "204.30", 52, "623.47"),
        ({"rounding": "up", "payment_unit": D("1.00")}, "889.00", 12, "661.50"),
    ],
)
def test_the_ends_of_what_can_be_asked(answers, payment, count, interest):
    found = quote(question(**answers))
    assert (str(found.payment), len(found.rows), str(found.schedule.total_interest)) == (payment, count, interest)


def test_the_largest_amount_is_exact():
    found = quote(question(amount=D("999999999999.99"), rate=D("0")))
    assert found.schedule.total_payments == D("999999999999.99")


def test_twice_a_month_from_the_last_day_falls_on_last_days():
    found = quote(question(frequency="semimonthly", term=2))
    assert [str(row.pay_date) for row in found.rows] == ["2009-01-16", "2009-01-31", "2009-02-16", "2009-02-28"]


def test_payments_move_off_closed_days():
    found = quote(question(business_days="following", term=3))
    assert [str(row.pay_date) for row in found.rows] == ["2009-02-02", "2009-03-02", "2009-03-31"]


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"amount": D("0.00")}, "amount", "The amount is from $0.01 to $999,999,999,999.99."),
        ({"rate": D("1000.01")}, "rate", "The rate is from 0 to 1,000 % a year."),
        ({"fee": D("10000.00")}, "fee", "must be less than the amount"),
        ({"method": "balloon"}, "balloon", "Say how much is paid at the end"),
        ({"method": "balloon", "balloon": D("10000.01")}, "balloon", "at most the amount"),
        ({"term": 1201, "term_unit": "payments"}, "term", "this term has 1,201"),
        (
            {"term": 5, "frequency": "quarterly"},
            "term",
            "5 months are not a whole number of payments every three months",
        ),
        ({"method": "bullet", "term_unit": "payments"}, "term", "A bullet is one payment"),
        ({"method": "bullet", "first_due_on": date(2009, 2, 1)}, "first_due_on", "A bullet is due at the end"),
        ({"first_due_on": SIGNED}, "first_due_on", "choose a later day"),
        ({"disbursed_on": date(1949, 12, 31)}, "disbursed_on", "from 1950 to 2199"),
        ({"extra": D("1.00"), "term": 1}, "extra", "leaves no room"),
        ({"extra_once": D("1.00")}, "extra_once_on", "Say on which day"),
        ({"extra_once": D("1.00"), "extra_once_on": SIGNED}, "extra_once_on", "after the money is paid out"),
        ({"extra_once": D("1.00"), "extra_once_on": date(2010, 1, 1)}, "extra_once_on", "The last payment is on"),
        ({"business_days": "following", "disbursed_on": date(1960, 1, 1)}, "business_days", "not known for 1960"),
        (
            {"amount": D("999999999999.99"), "fee": D("999999999999.98"), "rate": D("1000"), "term": 1200},
            "fee",
            "No annual percentage rate",
        ),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_its_field(answers, field, sentence):
    with pytest.raises(CannotCalculate) as refused:
        quote(question(**answers))
    assert refused.value.field == field
    assert sentence in str(refused.value)


@pytest.mark.parametrize("figure", ["payment", "interest", "apr", "finance_charge", "7"])
def test_each_figure_explains_itself_and_adds_up_again(figure):
    found = quote(question(fee=D("250.00")))
    step = found.explain(figure)
    assert broken(step) == []
    shown = {"payment": found.payment, "interest": found.schedule.total_interest, "apr": found.cost.rate,
             "finance_charge": found.cost.finance_charge, "7": found.rows[6].payment}  # fmt: skip
    assert step.value == shown[figure]


@pytest.mark.parametrize("nothing", ["", "13", "0", "rate", "²"])
def test_what_there_is_no_figure_of_has_no_derivation(nothing):
    assert quote(question()).explain(nothing) is None


@given(
    st.integers(100, 10**9), st.integers(0, 40_000), st.integers(2, 60), st.sampled_from([m for m, _ in METHODS[:3]]),
    st.sampled_from([f for f, _ in FREQUENCY_WORDS]), st.integers(1, 10**6),
)  # fmt: skip
def test_a_quote_is_what_finance_says_and_extra_payments_never_cost(cents, rate, count, method, frequency, extra):
    asked = question(
        amount=D(cents).scaleb(-2), rate=D(rate).scaleb(-3), term=count, term_unit="payments", method=method,
        frequency=frequency, extra=D(extra).scaleb(-2),
    )  # fmt: skip
    found, schedule = quote(asked), build_schedule(asked.terms())
    assert found.schedule == schedule
    assert (
        found.cost.rate
        == apr(
            [Flow(SIGNED, asked.amount)], [Flow(row.pay_date, row.payment) for row in schedule.rows if row.payment]
        ).rate
    )
    assert found.what_if.interest_saved >= 0
    assert found.what_if.payments_saved >= 0
    assert found.what_if.schedule.total_interest + found.what_if.interest_saved == schedule.total_interest
