"""Derivations of a loan whose interest belongs to its instalments re-add, for every schedule and history drawn."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings

from finance.errors import BadInput
from finance.explain import broken, outline
from finance.explain_instalments import FIGURES, explain_earned, explain_instalment, explain_position
from finance.instalment_terms import InstalmentTerms
from finance.instalments import replay_instalments
from finance.loan_state import Event
from finance.money import from_cents
from finance.rebates import EARNINGS, earned_by_row
from finance.schedule import ScheduleTerms, build_schedule
from tests.finance.test_instalment_laws import DAYS, lived


@settings(max_examples=60, deadline=None)
@given(lived(), DAYS)
def test_every_instalment_loan_re_adds(loan: tuple[InstalmentTerms, list[Event]], as_of: date) -> None:
    try:
        position = replay_instalments(*loan, as_of=as_of)
    except BadInput:
        return
    for name in FIGURES:
        step = explain_position(position, name)
        assert (step.value, broken(step)) == (getattr(position, name), []), name
    for row in position.rows:
        for figure in ("amount", "outstanding", "closing"):
            step = explain_instalment(position, row.k, figure)
            assert (step.value, broken(step)) == (getattr(row, figure), []), (row.k, figure)


@pytest.mark.parametrize("earning", EARNINGS)
@pytest.mark.parametrize("chosen", [{}, {"method": "flat"}, {"rate": D("0")}, {"first_due_date": date(2024, 4, 1)}])
def test_interest_earned_by_rows_re_adds(earning: str, chosen: dict[str, Any]) -> None:
    terms: dict[str, Any] = {
        "principal": D("1000.00"), "rate": D("17.9"), "n": 9, "frequency": "monthly", "method": "level",
        "start_date": date(2024, 1, 31),
    }  # fmt: skip
    schedule = build_schedule(ScheduleTerms(**(terms | chosen)))
    for k, cents in enumerate(earned_by_row(schedule.basis.terms, schedule, earning)):
        step = explain_earned(schedule, earning, k + 1)
        assert (step.value, broken(step)) == (from_cents(cents), []), k


def test_interest_by_the_day_is_told_by_its_stretches() -> None:
    schedule = ScheduleTerms(
        principal=D("1200.00"), rate=D("12"), n=12, frequency="monthly", method="level", start_date=date(2024, 1, 1)
    )
    terms = InstalmentTerms(schedule=schedule, interest="recalculated", excess="shorten")
    events = [
        Event(id="A", kind="payment", on=date(2024, 2, 1), amount=D("106.62")),
        Event(id="B", kind="payment", on=date(2024, 2, 11), amount=D("500.00"), principal_only=True),
    ]
    position = replay_instalments(terms, events, as_of=date(2024, 2, 16))
    lines = outline(explain_position(position, "accrued_interest"), deepest=4)
    assert [(line.depth, line.label, line.figure) for line in lines] == [
        (0, "Interest on 2024-02-16", "4.86"),
        (1, "Interest earned by 2024-02-16", "16.86"),
        (2, "Interest earned in period 1", "12.00"),
        (3, "Interest earned in period 1, exact", "12.00"),
        (4, "Interest from 2024-01-01 to 2024-02-01", "12.00"),
        (2, "Interest earned in period 2", "4.86"),
        (3, "Interest earned in period 2, exact", "4.8554137931"),
        (4, "Interest from 2024-02-01 to 2024-02-11", "3.8116551724"),
        (4, "Interest from 2024-02-11 to 2024-02-16", "1.0437586207"),
        (1, "Payment A of 2024-02-01", "12.00"),
    ]
