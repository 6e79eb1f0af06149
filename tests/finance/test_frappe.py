"""Frappe Lending's own expectations: the same figures, or a difference that docs/finance/fineract-and-frappe.md
explains."""

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP
from pathlib import Path
from typing import Any

import pytest

from finance.instalment_terms import InstalmentTerms
from finance.instalments import replay_instalments
from finance.interest import simple_interest
from finance.money import cents
from finance.replay import Event, replay
from finance.schedule import build_schedule
from finance.schedule_terms import ScheduleTerms
from finance.terms import Instalment, LoanTerms
from tests.finance.shorthand import D, day

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "fixtures/finance/frappe.json").read_text())["cases"]
}


def whole(amount: D) -> int:
    return int(amount.quantize(D("1"), ROUND_HALF_UP))


def test_f1_a_payment_rounded_up_to_a_whole_unit() -> None:
    given, expected = CASES["F1"]["given"], CASES["F1"]["expect"]
    schedule = build_schedule(
        ScheduleTerms(
            principal=D(given["principal"]).quantize(D("0.01")),
            rate=D(str(given["annual_rate_percent"])),
            n=given["periods"],
            frequency="monthly",
            method="level",
            start_date=day("2024-01-01"),
            payment_rounding="up",
            payment_unit=D("1.00"),
        )
    )
    assert schedule.regular_payment == expected["payment"]
    assert whole(schedule.total_interest) == expected["total_interest_rounded"]
    assert whole(schedule.total_payments) == expected["total_payment_rounded"]
    for name, figures in expected["rows"].items():
        row = schedule.rows[int(name.removesuffix("th")) - 1]
        assert [whole(row.principal), whole(row.interest), whole(row.closing)] == figures


@pytest.mark.parametrize(
    ("case", "start", "end", "key"),
    [
        ("F3", "2019-10-01", "2019-10-30", "interest_rounded"),
        ("F5", "2019-10-01", "2019-11-04", "interest_paid_rounded"),
        ("F7", "2019-10-01", "2019-11-04", "interest_paid_rounded"),
    ],
)
def test_interest_agrees_once_the_end_day_is_counted_too(case: str, start: str, end: str, key: str) -> None:
    given, expected = CASES[case]["given"], CASES[case]["expect"][key]
    principal, rate = D(given["principal"]).quantize(D("0.01")), D(str(given["annual_rate_percent"]))
    ours = cents(simple_interest(principal, rate, "ACT/365F", day(start), day(end)))
    # They count both end days, we count the first only: one day's interest, 369.86, lies between.
    one_day_more = cents(simple_interest(principal, rate, "ACT/365F", day(start), day(end) + timedelta(1)))
    assert whole(one_day_more) == expected
    assert one_day_more - ours in (D("369.86"), D("369.87"))


def test_f5_a_payoff_owes_the_interest_of_its_days_and_no_penalty() -> None:
    terms = LoanTerms(rate=D("13.5"), day_count="ACT/365F", schedule=())
    lent = Event(id="E", kind="disburse", on=day("2019-10-01"), amount=D("1000000.00"))
    assert replay(terms, [lent], as_of=day("2019-11-05")).payoff == D("1012945.21")


def test_f9_a_small_rest_stays_owed_until_someone_writes_it_off() -> None:
    terms = LoanTerms(rate=D("0"), day_count="ACT/365F", schedule=())
    lent = Event(id="E", kind="disburse", on=day("2019-10-01"), amount=D("1000000.00"))
    paid = Event(id="P", kind="payment", on=day("2019-11-01"), amount=D("999950.00"))
    assert replay(terms, [lent, paid], as_of=day("2020-11-01")).state.principal == 50


@pytest.mark.parametrize(("case", "first", "month_end"), [("F15", "2022-10-17", False), ("F17", "2022-10-31", True)])
def test_due_dates(case: str, first: str, month_end: bool) -> None:
    expected = CASES[case]["expect"]
    schedule = build_schedule(
        ScheduleTerms(
            principal=D("1000.00"), rate=D("10"), n=CASES[case]["given"]["periods"], frequency="monthly",
            method="level", start_date=day("2022-10-01"), first_due_date=day(first), month_end=month_end,
        )
    )  # fmt: skip
    due = [row.due_date.isoformat() for row in schedule.rows]
    assert [due[0], due[1], due[-1]] == [expected["first"], expected["second"], expected["last"]]


def test_f19_days_past_due_and_its_bucket() -> None:
    given, expected = CASES["F19"]["given"], CASES["F19"]["expect"]
    schedule = ScheduleTerms(
        principal=D("1200000.00"), rate=D("10"), n=given["periods"], frequency="monthly", method="level",
        start_date=day("2022-12-31"), first_due_date=day(given["first_due"]), month_end=True,
    )  # fmt: skip
    terms = InstalmentTerms(schedule=schedule, bucket_edges=(1, 31, 61, 91, 366, 1099))
    position = replay_instalments(terms, [], as_of=day(given["as_of"]))
    assert position.dpd == expected["days_past_due"]
    assert position.bucket == "61-90"  # SMA-2 there; we name a bucket by its days
    rows = tuple(Instalment(due_date=row.due_date, amount=row.amount) for row in position.rows)
    daily = LoanTerms(rate=D("10"), day_count="ACT/365F", schedule=rows, bucket_edges=terms.bucket_edges)
    lent = Event(id="E", kind="disburse", on=day("2022-12-31"), amount=D("1200000.00"))
    assert replay(daily, [lent], as_of=day(given["as_of"])).arrears.dpd == expected["days_past_due"]


def test_what_is_not_a_figure_of_a_loan_is_left_to_other_parts() -> None:
    # Collateral (F11, F13) and whether a top-up is allowed (F21) are decisions, not arithmetic of a schedule.
    assert set(CASES) - {"F1", "F3", "F5", "F7", "F9", "F15", "F17", "F19"} == {"F11", "F13", "F21"}
