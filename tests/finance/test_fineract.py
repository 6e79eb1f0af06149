"""Apache Fineract's own scenarios: every figure the same, or a difference that docs/finance/fineract-and-frappe.md
explains. The table there and the cases here are the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from finance.instalments_case import instalments_case
from finance.latefees import late_fees
from finance.replay import Event, journal
from finance.terms import Instalment, LateFeeRule, LoanTerms
from tests.finance.shorthand import D, day

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "fixtures/finance/fineract.json").read_text())["cases"]
}
# Fineract's column and ours. A row of its fees and penalties together is our fees.
COLUMNS = {
    "due_date": "due_date", "paid_on": "paid_on", "balance": "closing", "principal": "principal",
    "interest": "interest", "due": "amount", "paid": "paid", "in_advance": "paid_in_advance", "late": "paid_late",
    "outstanding": "outstanding",
}  # fmt: skip
# The cumulative loans' payment follows from 30 days over 365, not from the true days: it is given here.
CUMULATIVE = {"interest_mode": "daily", "day_count": "ACT/365F", "payment_amount": "862.00"}
ONE_MONTH = {"interest_mode": "daily", "day_count": "ACT/365F"}
UNIT = {"payment_unit": "1.00"}


def schedule(name: str, start: str, **chosen: Any) -> dict[str, Any]:
    loan = CASES[name]["loan"]
    usual = {"frequency": "monthly", "method": "level", "start_date": start}
    return {"principal": loan["principal"], "rate": loan["rate"], "n": loan["n"], **usual, **chosen}


def cash(name: str, on: str, amount: str, kind: str = "payment") -> dict[str, Any]:
    return {"id": name, "type": kind, "date": on, "amount": amount}


def recalculated(name: str, start: str, *events: dict[str, Any], excess: str = "next", **chosen: Any) -> dict[str, Any]:
    loan = {"schedule": schedule(name, start, **chosen), "interest": "recalculated", "excess": excess}
    return {"loan": loan, "events": list(events)}


def scheduled(name: str, start: str, *events: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    return {"loan": {"schedule": schedule(name, start, **chosen), "payoff_interest": "all"}, "events": list(events)}


TWO_FEES = [cash("F1", "2023-01-01", "10.00", "fee"), cash("F2", "2023-01-01", "103.00", "fee")]
GOODWILL = [*TWO_FEES, cash("P1", "2023-01-10", "100.00"), cash("P2", "2023-01-10", "300.00")]
UNDONE = {"id": "R", "type": "reversal", "date": "2023-01-10", "target": "P2"}
LATE = [cash("F1", f"2023-0{month}-01", "15.00", "fee") | {"id": f"F{month}"} for month in (2, 3, 4)]

SAME: dict[str, dict[str, Any]] = {
    "preclose": recalculated(
        "preclose", "2024-01-01", cash("P1", "2024-02-01", "17.01"), cash("P2", "2024-02-15", "83.81")
    ),
    "S1": recalculated("S1", "2024-01-01"),
    "S3": recalculated("S3", "2024-01-01", cash("P1", "2024-02-01", "17.01")),
    "FEE04": scheduled("FEE04", "2023-01-01", *LATE, method="flat"),
    "charge-off-undone": scheduled("charge-off-undone", "2023-01-01", **ONE_MONTH),
    "charge-off-paid": scheduled("charge-off-paid", "2023-01-01", cash("P1", "2023-01-06", "1010.19"), **ONE_MONTH),
    "RP05": recalculated("RP05", "2022-11-01", cash("P1", "2022-12-01", "200.00"), **CUMULATIVE),
    "RS01": scheduled("RS01", "2022-11-01", method="flat", **UNIT),
    "RS03": scheduled("RS03", "2022-11-01", **ONE_MONTH, **UNIT),
    "RS05": scheduled("RS05", "2022-11-01", grace={"type": "principal", "n": 3}, **UNIT),
    "goodwill-charged-off": scheduled("goodwill-charged-off", "2023-01-01", *GOODWILL, method="flat"),
    "goodwill-undone": scheduled("goodwill-undone", "2023-01-01", *GOODWILL, UNDONE, method="flat", **UNIT),
}


def ours(case: dict[str, Any], as_of: str) -> list[dict[str, Any]]:
    """Our rows as they stand at `as_of`, with nothing later known."""
    events = [event for event in case["events"] if event["date"] <= as_of]
    (position,) = instalments_case({**case, "events": events, "queries": [{"as_of": as_of}]})
    rows = position["rows"]
    assert isinstance(rows, list)
    return rows


def differing(name: str, case: dict[str, Any]) -> set[tuple[str, int, str]]:
    """(as of, row, column) of every figure that is not Fineract's."""
    found = set()
    for table in CASES[name]["schedules"]:
        rows = ours(case, table["as_of"])
        assert len(rows) >= len(table["rows"])
        for theirs, mine in zip(table["rows"], rows, strict=False):
            where = (table["as_of"], theirs["k"])
            found |= {(*where, column) for column, own in COLUMNS.items() if theirs[column] != mine[own]}
            if D(theirs["fees"]) + D(theirs["penalties"]) != D(mine["fees"]):
                found.add((*where, "fees"))
    return found


@pytest.mark.parametrize("name", SAME)
def test_every_figure_of_the_scenario_is_ours(name: str) -> None:
    assert CASES[name]["schedules"]
    assert differing(name, SAME[name]) == set()


def test_interest_of_the_days_is_what_fineract_accrues() -> None:
    # charge-off-undone: 0.33 by 2 January, and 1.31 more by 6 January.
    case = SAME["charge-off-undone"]
    queries = [{"as_of": "2023-01-02"}, {"as_of": "2023-01-06"}]
    assert [position["accrued_interest"] for position in instalments_case({**case, "queries": queries})] == [
        "0.33",
        "1.64",
    ]


def test_a_fee_counts_as_late_like_the_rest_of_a_late_payment() -> None:
    fees = [cash("F1", "2023-01-01", "10.00", "fee"), cash("F2", "2023-02-22", "103.00", "fee")]
    payments = [cash("P1", "2023-02-22", "500.00"), cash("P2", "2023-02-23", "643.00")]
    case = scheduled("charge-off-repaid", "2023-01-01", *fees, *payments, method="flat")
    assert differing("charge-off-repaid", case) == {("2023-02-23", 1, "late")}
    assert ours(case, "2023-02-23")[0]["paid_late"] == "353.33"  # 343.33 there


def test_a_late_fee_is_a_percentage_of_the_instalment_and_not_of_its_principal() -> None:
    # FEE04: 1.5 % of the 1,000.00 of principal is 15.00; of the instalment of 1,030.00 it is 15.45.
    rule = LateFeeRule(grace_days=0, percent=D("1.5"))
    rows = tuple(Instalment(due_date=day(f"2023-0{month}-01"), amount=D("1030.00")) for month in (2, 3, 4))
    terms = LoanTerms(rate=D("0"), day_count="ACT/365F", schedule=rows, late_fee=rule)
    lent = Event(id="E", kind="disburse", on=day("2023-01-01"), amount=D("3000.00"))
    state = journal(terms, [lent], through=day("2023-02-01")).state
    assert [(fee.on, fee.amount) for fee in late_fees(terms, state, day("2023-02-01"))] == [
        (day("2023-02-01"), D("15.45"))
    ]


def lines(rows: list[dict[str, Any]]) -> list[str]:
    return [" ".join(row[name] for name in ("interest", "principal", "prepayment", "outstanding")) for row in rows]


P1000, P2000 = cash("P1", "2022-12-01", "1000.00"), cash("P2", "2023-01-01", "2000.00")
# Each with what stands in our rows: interest, principal, prepayment, outstanding.
DIFFERENT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "RP01": (
        recalculated("RP01", "2022-09-01", cash("P1", "2022-12-04", "862.00"), **CUMULATIVE),
        [
            "49.32 812.68 0.00 0.00",
            "50.96 811.04 0.00 862.00",
            "49.32 812.68 0.00 862.00",
            "28.53 833.47 0.00 862.00",
            "17.63 844.37 0.00 862.00",
            "8.15 885.76 0.00 893.91",
        ],
    ),
    "RP03": (
        recalculated(
            "RP03", "2022-11-01", cash("P1", "2022-11-27", "863.00"), excess="reamortise", **CUMULATIVE, **UNIT
        ),
        [
            "42.74 819.26 1.00 0.00",
            "48.10 812.90 0.00 861.00",
            "34.31 826.69 0.00 861.00",
            "23.38 837.62 0.00 861.00",
            "17.35 843.65 0.00 861.00",
            "8.47 858.88 0.00 867.35",
        ],
    ),
    "RP07": (
        recalculated("RP07", "2022-11-01", cash("P1", "2022-12-05", "200.00"), **CUMULATIVE),
        [
            "49.32 812.68 0.00 662.00",
            "43.74 818.26 0.00 862.00",
            "34.34 827.66 0.00 862.00",
            "23.39 838.61 0.00 862.00",
            "17.35 844.65 0.00 862.00",
            "8.46 858.14 0.00 866.60",
        ],
    ),
    "RP09": (
        recalculated(
            "RP09", "2022-11-01", cash("P1", "2022-11-27", "1500.00"), excess="reamortise", **CUMULATIVE, **UNIT
        ),
        [
            "42.74 819.26 638.00 0.00",
            "40.77 689.23 0.00 730.00",
            "29.08 700.92 0.00 730.00",
            "19.82 710.18 0.00 730.00",
            "14.70 715.30 0.00 730.00",
            "7.17 727.11 0.00 734.28",
        ],
    ),
    "RP11": (
        recalculated("RP11", "2022-11-01", P1000, P2000, excess="shorten", **CUMULATIVE),
        [
            "49.32 812.68 138.00 0.00",
            "41.27 820.73 1138.00 0.00",
            "21.31 840.69 0.00 862.00",
            "11.51 850.49 0.00 862.00",
            "4.07 399.41 0.00 403.48",
            "0.00 0.00 0.00 0.00",
        ],
    ),
    "RP13": (
        recalculated("RP13", "2022-11-01", P1000, P2000, **CUMULATIVE),
        [
            "49.32 812.68 0.00 0.00",
            "41.27 820.73 0.00 0.00",
            "0.00 862.00 0.00 0.00",
            "40.55 821.45 0.00 448.00",
            "17.15 844.85 0.00 862.00",
            "8.27 838.29 0.00 846.56",
        ],
    ),
    "RP15": (
        recalculated("RP15", "2022-11-01", cash("P1", "2023-02-01", "862.00"), **CUMULATIVE),
        [
            "49.32 812.68 0.00 0.00",
            "50.96 811.04 0.00 862.00",
            "50.96 811.04 0.00 862.00",
            "23.61 838.39 0.00 862.00",
            "17.60 844.40 0.00 862.00",
            "8.70 882.45 0.00 891.15",
        ],
    ),
    "in-advance-order": (
        scheduled(
            "in-advance-order",
            "2023-01-01",
            cash("F1", "2023-01-15", "50.00", "fee"),
            cash("P1", "2023-01-15", "1180.00"),
            method="flat",
        ),
        ["30.00 1000.00 0.00 0.00", "30.00 1000.00 0.00 930.00", "30.00 1000.00 0.00 1030.00"],
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_stated_difference_is_as_stated(name: str) -> None:
    case, expected = DIFFERENT[name]
    (table,) = CASES[name]["schedules"]
    assert lines(ours(case, table["as_of"])) == expected
    assert differing(name, case)


def test_the_money_still_owed_agrees_where_only_the_display_differs() -> None:
    owed = [row["outstanding"] for row in CASES["RP11"]["schedules"][0]["rows"]]
    assert [line.split()[-1] for line in DIFFERENT["RP11"][1][: len(owed)]] == owed
    owed = [D(row["outstanding"]) for row in CASES["RP13"]["schedules"][0]["rows"]]
    mine = [D(line.split()[-1]) for line in DIFFERENT["RP13"][1]]
    assert (mine[4:], sum(mine)) == (owed[4:], sum(owed))


def test_an_interest_free_start_is_deferred_or_graced_but_not_both() -> None:
    # RS07 defers three rows' interest and all principal for six: its first four rows' interest stands elsewhere.
    case = scheduled("RS07", "2022-11-01", grace={"type": "principal", "n": 6}, **UNIT)
    found = differing("RS07", case)
    assert {(row, column) for _, row, column in found} == {
        (row, column) for row in (1, 2, 3, 4) for column in ("interest", "due", "outstanding")
    }


def test_two_scenarios_have_no_counterpart() -> None:
    everywhere = {*SAME, *DIFFERENT, "charge-off-repaid", "RS07"}
    # FEE06 pays the loan out in parts; `reschedule` states no figures.
    assert set(CASES) - everywhere == {"FEE06", "reschedule"}
    assert CASES["reschedule"]["schedules"] == []


def test_the_page_of_differences_names_every_case() -> None:
    page = (Path(__file__).parents[2] / "docs/finance/fineract-and-frappe.md").read_text()
    frappe = json.loads((Path(__file__).parents[1] / "fixtures/finance/frappe.json").read_text())["cases"]
    named = set(re.findall(r"[A-Za-z0-9-]+", " ".join(line.split("|")[1] for line in page.splitlines() if "|" in line)))
    assert {*CASES, *(case["id"] for case in frappe)} <= named
