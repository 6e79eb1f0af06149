"""Derivations re-add, in every published case, and a figure that does not follow is found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance import apr, borrowing_base_case, factoring_case
from finance.ageing import arrears
from finance.allocation import Hierarchy
from finance.apr import Flow
from finance.errors import Refused
from finance.events_case import read_events, read_terms
from finance.explain import Step, as_json, broken, derived, elapsed, outline, rounded, shown
from finance.explain import given as put_in
from finance.explain_apr import explain_apr, explain_finance_charge
from finance.explain_facility import explain_availability, explain_settlement
from finance.explain_loan import (
    BALANCES,
    explain_balance,
    explain_days_past_due,
    explain_past_due,
    explain_payment,
    explain_payoff,
    explain_quote,
)
from finance.explain_schedule import FIGURES, explain_regular_payment, explain_row, explain_total_interest
from finance.loan_state import CASH_KINDS, Applied
from finance.payoff import quote
from finance.replay import Event, journal
from finance.schedule import ScheduleTerms, build_schedule
from finance.schedule_terms import parse_schedule_terms
from finance.terms import CASH_METHODS, RESTORATIONS, Instalment, LoanTerms
from tests.finance.test_other_events import everything
from tests.finance.test_replay_laws import END, histories, loans

FIXTURES = Path(__file__).parents[1] / "fixtures/finance"


def cases(family: str) -> list[Any]:
    return [case["input"] for case in json.loads((FIXTURES / f"{family}.json").read_text())["cases"]]


def caught(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, answer: Any, family: str) -> Iterator[Any]:
    """The results that a family's cases come from, before they are written as JSON."""
    results: list[Any] = []
    compute = getattr(module, name)

    def keep(*args: Any, **named: Any) -> Any:
        results.append(compute(*args, **named))
        return results[-1]

    monkeypatch.setattr(module, name, keep)
    for case in cases(family):
        answer(case)
    assert len(results) == len(cases(family))
    return iter(results)


def test_a_step_adds_up_its_parts_and_a_wrong_one_is_found() -> None:
    right = derived("sum", "Both", [put_in("One", D("1.10")), put_in("Other", D("2.20"))], value=D("3.30"))
    assert broken(right) == []
    wrong = replace(right, value=D("3.31"))
    assert broken(derived("product", "Twice", [wrong, put_in("Two", 2, "number")])) == [wrong]


def test_an_outline_reads_from_the_top_down() -> None:
    days = elapsed("Days", "30/360US", date(2024, 1, 31), date(2024, 2, 29))
    exact = derived("product", "Exact", [put_in("A day", F(1, 3)), days])
    lines = outline(rounded("Interest", exact))
    assert [(line.depth, line.label, line.figure, line.rule) for line in lines] == [
        (0, "Interest", "9.67", "rounded"),
        (1, "Exact", "9.6666666667", "product"),
        (2, "A day", "0.3333333333", "given"),
        (2, "Days", "29", "days"),
    ]
    assert [line.label for line in outline(rounded("Interest", exact), deepest=1)] == ["Interest", "Exact"]


def test_a_derivation_has_a_shape_in_json() -> None:
    half = derived("percent as a number", "Part", [put_in("Rate", D("12.50"), "percent")], "number")
    assert as_json(half) == {
        "label": "Part",
        "value": "1/8",
        "shown": "0.125",
        "unit": "number",
        "rule": "percent as a number",
        "parts": [{"label": "Rate", "value": "12.50", "shown": "12.5 %", "unit": "percent", "rule": "given"}],
    }
    assert as_json(rounded("Up", half, rounding="UP"))["detail"] == {"rounding": "UP", "to": "0.01"}
    assert shown(derived("above", "More", [half, half], "flag")) == "no"


def test_a_rate_that_brings_nothing_to_nothing_is_no_root() -> None:
    worth = put_in("Left over", F(1, 10))
    assert broken(derived("root", "Rate", [worth], "number", D("0.01"), found="0.01", within="1/100"))
    assert not broken(derived("root", "Rate", [worth], "number", D("0.01"), found="0.01", within="1/10"))


def test_a_row_says_its_days_its_rate_and_its_rounding() -> None:
    terms = ScheduleTerms(
        principal=D("10000.00"),
        rate=D("12"),
        n=12,
        frequency="monthly",
        method="level",
        start_date=date(2023, 12, 15),
        interest_mode="daily",
        day_count="ACT/ACT",
    )
    schedule = build_schedule(terms)
    lines = [(line.label, line.figure) for line in outline(explain_row(schedule, 1, "interest"))]
    assert lines == [
        ("Interest paid with row 1", "101.79"),
        ("Interest of row 1", "101.79"),
        ("Interest of row 1, exact", "101.7920503032"),
        ("Opening balance of row 1", "10,000.00"),
        ("Rate of row 1", "0.010179205"),
        ("Rate a year", "0.12"),
        ("Rate", "12 %"),
        ("Part of a year", "0.0848267086"),
        ("Part of 2023", "0.0465753425"),
        ("Days from 2023-12-15 to 2024-01-01", "17"),
        ("Days of 2023", "365"),
        ("Part of 2024", "0.0382513661"),
        ("Days from 2024-01-01 to 2024-01-15", "14"),
        ("Days of 2024", "366"),
    ]


def test_every_published_schedule_re_adds() -> None:
    for case in cases("schedule"):
        schedule = build_schedule(parse_schedule_terms(case))
        assert broken(explain_total_interest(schedule)) == []
        if schedule.regular_payment is not None:
            assert explain_regular_payment(schedule).value == schedule.regular_payment
        first_paying = schedule.basis.terms.grace_rows + 1
        for k in {1, first_paying, len(schedule.rows)}:
            for figure in FIGURES:
                step = explain_row(schedule, k, figure)
                assert (step.value, broken(step)) == (getattr(schedule.rows[k - 1], figure), []), (case, k, figure)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "flat"},
        {"method": "step", "steps": [{"from_row": 1, "percent": "50"}, {"from_row": 4, "percent": "100"}]},
        {"method": "step", "steps": [{"from_row": 1, "payment": "60.00"}, {"from_row": 6, "percent": "100"}]},
        {
            "method": "given",
            "interest_mode": "daily",
            "day_count": "ACT/360",
            "rows": [{"due_date": "2024-03-01", "principal": "400.00"}, {"due_date": "2024-05-01", "payment": "100.00"},
                     {"due_date": "2024-06-01"}],
        },
    ],
    ids=["flat", "steps by percent", "steps by payment", "given"],
)  # fmt: skip
def test_schedules_whose_rows_ask_for_amounts_re_add(changes: dict[str, Any]) -> None:
    case = {"principal": "1000.00", "rate": "11", "start_date": "2024-01-15", **changes}
    if changes["method"] != "given":
        case |= {"n": 9, "frequency": "monthly"}
    schedule = build_schedule(parse_schedule_terms(case))
    for row in schedule.rows:
        for figure in FIGURES:
            step = explain_row(schedule, row.k, figure)
            assert (step.value, broken(step)) == (getattr(row, figure), [])


def test_every_published_rate_re_prices_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    for result in caught(monkeypatch, apr, "apr", apr.apr_case, "apr"):
        assert explain_apr(result).value == result.rate
        assert broken(explain_apr(result)) == []
        assert broken(explain_finance_charge(result)) == []


def test_a_rate_that_was_not_found_does_not_re_price() -> None:
    result = apr.apr([Flow(date(2024, 1, 1), D("100.00"))], [Flow(date(2024, 7, 1), D("106.00"))])
    assert (result.rate_2dp, broken(explain_apr(result))) == (D("12.00"), [])
    off = replace(result, basis=replace(result.basis, per_unit=result.basis.per_unit + D("1E-9")))
    assert [step.rule for step in broken(explain_apr(off))] == ["rounded", "root"]


def test_every_published_certificate_re_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = borrowing_base_case.borrowing_base_case
    for base in caught(monkeypatch, borrowing_base_case, "borrowing_base", answer, "borrowing_base"):
        step = explain_availability(base)
        assert (step.value, broken(step)) == (base.availability, [])


def test_every_published_settlement_re_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    for settled in caught(monkeypatch, factoring_case, "settle", factoring_case.factoring_case, "factoring"):
        step = explain_settlement(settled)
        assert (step.value, broken(step)) == (settled.client_total_received, [])


def check_loan(first: LoanTerms, events: list[Event], as_of: date, known_on: date | None = None) -> None:
    """Every derivation of a loan on a day re-adds to what the replay says."""
    played = journal(first, events, through=as_of, known_on=known_on, trail=True)
    terms, state = played.terms, played.state
    assert state == journal(first, events, through=as_of, known_on=known_on).state
    standing = arrears(terms, state, as_of)
    found: list[tuple[Step, Any]] = [(explain_balance(state, name), getattr(state, name)) for name in BALANCES]
    found.append((explain_payoff(state), state.principal + state.interest + state.fees))
    found.append((explain_past_due(terms, state, standing, as_of), standing.past_due_amount))
    found.append((explain_days_past_due(standing, as_of), standing.dpd))
    for entry in state.trail or ():
        if isinstance(entry, Applied) and entry.event.kind in CASH_KINDS:
            ours = entry.effect.kind != "sold"
            found.append((explain_payment(state, entry.event.id), entry.event.amount if ours else 0))
        elif isinstance(entry, Applied) and entry.effect.kind == "credit_applied":
            taken = min(entry.event.amount or 0, entry.held)
            found.append((explain_payment(state, entry.event.id), taken))
    quoted = quote(terms, state, as_of, as_of + timedelta(9))
    found += [(explain_quote(quoted, day), amount) for day, amount in quoted.amounts[::3]]
    for step, value in found:
        assert (step.value, broken(step)) == (value, []), step.label


def test_every_published_loan_re_adds() -> None:
    for case in cases("events"):
        terms, events = read_terms(case["loan"]), read_events(case["events"])
        for query in case["queries"][-2:]:
            known_on = query.get("known_on")
            as_of = date.fromisoformat(query["as_of"])
            check_loan(terms, events, as_of, known_on and date.fromisoformat(known_on))


@settings(max_examples=25, deadline=None)
@given(loans(), histories())
def test_every_loan_re_adds(terms: LoanTerms, events: list[Event]) -> None:
    try:
        journal(terms, events, through=END)
    except Refused:
        return
    check_loan(terms, events, END)


@settings(max_examples=60, deadline=None)
@given(loans(), everything(), st.sampled_from(CASH_METHODS), st.sampled_from(RESTORATIONS))
def test_every_loan_that_left_income_or_the_books_re_adds(
    terms: LoanTerms, events: list[Event], cash: str, restoration: str
) -> None:
    terms = replace(terms, nonaccrual_cash=cash, restoration=restoration, small_balance=D("900.00"))
    try:
        journal(terms, events, through=END)
    except Refused:
        return
    check_loan(terms, events, END)


def test_a_payment_on_many_instalments_is_told_in_few_lines() -> None:
    count = 20
    terms = LoanTerms(
        rate=D("10"),
        day_count="ACT/365F",
        schedule=tuple(
            Instalment(due_date=date(2024, 1, 1) + timedelta(7 * k), amount=D("60.00")) for k in range(1, count + 1)
        ),
        hierarchies={"ordinary": Hierarchy(by="instalment")},
    )
    events = [
        Event(id="A", kind="disburse", on=date(2024, 1, 1), amount=D("1000.00")),
        Event(id="B", kind="payment", on=date(2025, 3, 1), amount=D("600.00")),
    ]
    state = journal(terms, events, through=date(2025, 3, 1), trail=True).state
    step = explain_payment(state, "B")
    pots = 2 * count + 3
    assert (step.value, broken(step), len(step.parts)) == (D("600.00"), [], pots + 1)
    # Each pot takes what is left: one line of its own, what was owed, what was left, and of what that was left.
    assert len(outline(step)) == 1 + sum(4 + k for k in range(pots)) + 2 + pots


def test_a_payoff_is_told_day_by_day() -> None:
    terms = LoanTerms(
        rate=D("10"), day_count="ACT/365F", schedule=(Instalment(due_date=date(2024, 12, 1), amount=D("0.00")),)
    )
    events = [
        Event(id="A", kind="disburse", on=date(2024, 1, 1), amount=D("1000.00")),
        Event(id="B", kind="payment", on=date(2024, 2, 1), amount=D("100.00")),
        Event(id="C", kind="fee", on=date(2024, 2, 5), amount=D("15.00")),
    ]
    state = journal(terms, events, through=date(2024, 2, 10), trail=True).state
    assert [(line.depth, line.label, line.figure) for line in outline(explain_payoff(state), deepest=4)] == [
        (0, "Payoff on 2024-02-10", "925.73"),
        (1, "Principal on 2024-02-10", "908.49"),
        (2, "Disburse A of 2024-01-01", "1,000.00"),
        (2, "Payment B of 2024-02-01", "-91.51"),
        (1, "Interest on 2024-02-10", "2.24"),
        (2, "Not below zero", "2.2401123288"),
        (3, "Interest earned and not settled, exact", "2.2401123288"),
        (4, "Interest from 2024-01-01 to 2024-02-01", "8.4931506849"),
        (4, "Interest settled on 2024-02-01", "-8.4931506849"),
        (4, "Interest from 2024-02-01 to 2024-02-05", "0.9956054795"),
        (4, "Interest from 2024-02-05 to 2024-02-10", "1.2445068493"),
        (3, "Nothing", "0.00"),
        (1, "Fees on 2024-02-10", "15.00"),
        (2, "Fee C of 2024-02-05", "15.00"),
    ]
