"""Payoff quotes: what leaves nothing, on each day."""

from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction

import pytest

from finance.errors import BadInput
from finance.payoff import changed_by, net_payoff, payoff, per_diem, quote
from finance.replay import Event, State, journal
from finance.terms import LoanTerms

TERMS = LoanTerms(rate=D("12"), day_count="ACT/ACT", schedule=())
START, TODAY = date(2023, 12, 1), date(2023, 12, 20)
EVENTS = [
    Event(id="E1", kind="disburse", on=START, amount=D("10000.00")),
    Event(id="E2", kind="fee", on=START, amount=D("25.00")),
]


def loan(on: date = TODAY) -> State:
    return journal(TERMS, EVENTS, through=on).state


def test_a_quote_says_what_is_owed_on_each_day() -> None:
    quoted = quote(TERMS, loan(), TODAY, date(2024, 1, 3))
    assert (quoted.principal, quoted.interest, quoted.fees) == (D("10000.00"), D("62.47"), D("25.00"))
    assert quoted.payoff == D("10087.47")
    assert quoted.per_diem == D("3.29")
    assert quoted.amounts[0] == (TODAY, D("10087.47"))
    # 12 more days at 3.2877 in 2023, then 2 at 3.2787 in the leap year.
    assert quoted.amounts[-1] == (date(2024, 1, 3), D("10133.48"))
    assert len(quoted.amounts) == 15


def test_each_quoted_amount_is_what_the_replay_owes_on_that_day() -> None:
    for day, amount in quote(TERMS, loan(), TODAY, TODAY + timedelta(30)).amounts:
        assert amount == payoff(loan(day))


def test_money_held_unapplied_is_shown_and_lowers_only_the_net() -> None:
    state = loan()
    state.unapplied = D("87.47")
    assert (payoff(state), net_payoff(state)) == (D("10087.47"), D("10000.00"))
    state.unapplied = D("20000.00")
    assert net_payoff(state) == D("0.00")


def test_a_day_of_a_leap_year_earns_less() -> None:
    assert per_diem(TERMS, loan(), date(2023, 12, 31)) == Fraction(120000, 36500)
    assert per_diem(TERMS, loan(), date(2024, 1, 1)) == Fraction(120000, 36600)


@pytest.mark.parametrize("good_through", [date(2023, 12, 19), date(2024, 12, 21)])
def test_a_quote_lasts_from_today_to_a_year(good_through: date) -> None:
    with pytest.raises(BadInput) as refusal:
        quote(TERMS, loan(), TODAY, good_through)
    assert str(refusal.value) == (f'good_through cannot be "{good_through}": it must be from 2023-12-20 to 2024-12-20.')


def test_what_was_learnt_since_a_quote_is_why_it_no_longer_stands() -> None:
    late = Event(id="E3", kind="payment", on=date(2023, 12, 10), booked=date(2023, 12, 22), amount=D("100.00"))
    coming = Event(id="E4", kind="fee", on=date(2024, 1, 2), booked=date(2023, 12, 21), amount=D("5.00"))
    undone = Event(id="E5", kind="reversal", on=date(2024, 1, 9), booked=date(2023, 12, 23), target="E2")
    events = [*EVENTS, undone, coming, late]
    assert changed_by(EVENTS, quoted_on=TODAY, on=TODAY) == []
    assert changed_by(events, quoted_on=TODAY, on=date(2024, 1, 1)) == [late, undone]
    assert changed_by(events, quoted_on=TODAY, on=date(2024, 1, 3)) == [coming, late, undone]
    assert changed_by(events, quoted_on=date(2023, 12, 22), on=TODAY) == [undone]
