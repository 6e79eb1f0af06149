"""Extra payments: all principal, on top of what the method asks for, until nothing is owed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.explain import broken
from finance.explain_schedule import explain_row
from finance.schedule import ExtraPayment, ScheduleTerms, build_schedule, schedule_case
from tests.finance.shorthand import dollars
from tests.finance.test_schedule_laws import schedule_terms


def terms(**chosen):
    usual = {
        "principal": D("1000.00"), "rate": D("12"), "n": 4, "frequency": "monthly", "method": "level",
        "start_date": date(2024, 1, 15),
    }  # fmt: skip
    return ScheduleTerms(**usual | chosen)


def lines(schedule):
    return [" ".join(map(str, (row.interest, row.principal, row.payment, row.closing))) for row in schedule.rows]


def test_an_extra_with_each_payment_ends_a_level_loan_early():
    schedule = build_schedule(terms(extras=(ExtraPayment(amount=D("200.00")),)))
    assert lines(schedule) == [
        "10.00 446.28 456.28 553.72",
        "5.54 450.74 456.28 102.98",
        "1.03 102.98 104.01 0.00",
        "0.00 0.00 0.00 0.00",
    ]
    assert schedule.regular_payment == D("256.28")
    assert schedule.total_interest == D("16.57")


def test_an_extra_once_counts_in_its_own_row_alone():
    once = (ExtraPayment(amount=D("100.00"), from_row=2, to_row=2),)
    plain, shorter = build_schedule(terms()), build_schedule(terms(extras=once))
    assert shorter.rows[0] == plain.rows[0]
    assert shorter.rows[1].payment == plain.rows[1].payment + D("100.00")
    assert shorter.rows[2].payment == plain.rows[2].payment
    assert shorter.rows[3].payment == D("154.28")  # the plain 256.29 less 100.00 grown by two months


@pytest.mark.parametrize(
    ("method", "principal"), [("interest_only", D("50.00")), ("equal_principal", D("300.00")), ("level", D("296.28"))]
)
def test_every_method_takes_it_on_top_of_its_own_principal(method, principal):
    schedule = build_schedule(terms(method=method, extras=(ExtraPayment(amount=D("50.00")),)))
    assert schedule.rows[0].principal == principal


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        (ExtraPayment(amount=D("0.00")), "extras[0].amount"),
        (ExtraPayment(amount=D("1.00"), from_row=5), "extras[0].from_row"),
        (ExtraPayment(amount=D("1.00"), from_row=3, to_row=2), "extras[0].from_row"),
    ],
)
def test_an_extra_that_cannot_be_is_refused_by_its_field(extra, field):
    with pytest.raises(BadInput) as refused:
        terms(extras=(extra,))
    assert refused.value.field == field


def test_flat_interest_takes_none():
    with pytest.raises(BadInput, match="extras cannot be 1"):
        terms(method="flat", extras=(ExtraPayment(amount=D("1.00")),))


def test_a_case_may_have_them():
    case = {
        "principal": "1000.00", "rate": "12", "n": 4, "frequency": "monthly", "method": "level",
        "start_date": "2024-01-15", "extras": [{"amount": "200.00", "from_row": 1, "to_row": 2}],
    }  # fmt: skip
    assert [row["principal"] for row in schedule_case(case)["rows"]] == ["446.28", "450.74", "102.98", "0.00"]


@given(schedule_terms(), st.integers(1, 10**7), st.integers(0, 29), st.booleans(), st.integers(0, 29))
def test_extra_payments_never_cost_interest_and_every_row_explains_itself(asked, amount, first, once, row):
    first, row = (1 + k % asked.n for k in (first, row))
    extra = ExtraPayment(amount=dollars(amount), from_row=first, to_row=first if once else None)
    try:
        plain = build_schedule(asked)
    except BadInput:
        assume(False)
    shorter = build_schedule(replace(asked, extras=(extra,)))
    assert shorter.total_interest <= plain.total_interest
    assert all(one.closing <= other.closing for one, other in zip(shorter.rows, plain.rows, strict=True))
    assert sum(row.principal for row in shorter.rows) == asked.principal
    assert broken(explain_row(shorter, row)) == []
