"""A loan at the end of many days, in one pass: the same as replaying it for each day alone."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from finance.ageing import arrears
from finance.replay import Event, replay
from finance.standings import ending_of, standings
from finance.terms import Instalment, LoanTerms
from tests.finance.test_replay_laws import DAYS, START, histories, laws, loans


@laws
@given(loans(), histories(), st.lists(DAYS, min_size=1, max_size=6), st.none() | DAYS)
def test_each_day_is_what_a_replay_of_it_alone_gives(
    terms: LoanTerms, events: list[Event], days: list[date], known_on: date | None
) -> None:
    found = list(standings(terms, events, days=days, known_on=known_on))
    assert [standing.on for standing in found] in (sorted(days), [])  # nothing before the first event, or unknown
    for standing in found:
        at = replay(terms, events, as_of=standing.on, known_on=known_on)
        assert standing.principal == at.state.principal
        assert standing.arrears == arrears(at.terms, at.state, standing.on) == at.arrears
        assert standing.ending == ending_of(at.state)
        assert (standing.ended_on is None) == (standing.ending == "")


ROWS = tuple(Instalment(due_date=START + timedelta(30 * k), amount=D("100.00")) for k in (1, 2, 3))
TERMS = LoanTerms(rate=D("0"), day_count="ACT/365F", schedule=ROWS)


def event(kind: str, day: int, amount: str | None = None) -> Event:
    given: Any = {"amount": D(amount)} if amount else {}
    return Event(id=f"{kind}{day}", kind=kind, on=START + timedelta(day), **given)


def test_what_falls_due_is_counted_while_the_loan_goes_on() -> None:
    events = [event("disburse", 0, "300.00"), event("charge_off", 70)]
    before, after = standings(TERMS, events, days=[START + timedelta(65), START + timedelta(95)])
    assert before.due_between(START, before.on) == D("200.00")
    assert before.due_between(START + timedelta(31), before.on) == D("100.00")
    assert before.due_between(START + timedelta(31), START + timedelta(59)) == D("0.00")
    assert (before.ending, after.ending, after.ended_on) == ("", "charged_off", START + timedelta(70))
    # The third instalment fell due after the loan had ended.
    assert after.due_between(START, after.on) == D("200.00")


def test_a_loan_paid_in_full_ends_on_that_day_and_comes_back_when_drawn_on() -> None:
    events = [event("disburse", 0, "300.00"), event("payment", 20, "300.00"), event("disburse", 40, "50.00")]
    ends = [START + timedelta(day) for day in (19, 20, 39, 40)]
    found = [(one.ending, one.ended_on) for one in standings(TERMS, events, days=ends)]
    assert found == [("", None), ("paid_off", ends[1]), ("paid_off", ends[1]), ("", None)]
