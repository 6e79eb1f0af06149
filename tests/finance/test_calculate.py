"""Files of cases: every published case to the cent, and a sentence for every wrong one."""

import copy
import json
from decimal import Decimal as D
from decimal import InvalidOperation
from pathlib import Path
from random import Random
from typing import Any

import pytest

from finance.calculate import FAMILIES, answer
from finance.errors import BadInput
from tests.finance.shorthand import JUNK, spots

FILES = {
    family: json.loads((Path(__file__).parents[1] / f"fixtures/finance/{family}.json").read_text())
    for family in FAMILIES
}
CASES = [(family, case) for family, file in FILES.items() for case in file["cases"]]

# Said for the reader of an answer; a case is not judged by them.
DIAGNOSTICS = {"unit", "units_per_year", "first_payment_units", "accrued_interest_exact", "published"}


def comparable(value: Any, key: str = "") -> Any:
    """An answer as it is compared: without diagnostics, numbers as numbers, an APR to the 0.0005 points agreed."""
    if isinstance(value, dict):
        return {name: comparable(item, name) for name, item in value.items() if name not in DIAGNOSTICS}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    try:
        number = D(str(value))
    except InvalidOperation:
        return value
    return pytest.approx(number, abs=D("0.0005")) if key == "apr" else number


@pytest.mark.parametrize(("family", "case"), CASES, ids=[case["id"] for _, case in CASES])
def test_a_published_case_comes_out_to_the_cent(family: str, case: dict[str, Any]) -> None:
    answers = answer(family, {"family": family, "cases": [case]})
    assert comparable(answers) == comparable({case["id"]: case["expected"]})


def test_an_answer_has_the_shape_of_what_is_expected() -> None:
    for family, case in CASES:
        (given_back,) = answer(family, {"cases": [case]}).values()
        first = (given_back, case["expected"]) if isinstance(given_back, dict) else (given_back[0], case["expected"][0])
        assert first[0].keys() >= first[1].keys() - DIAGNOSTICS
        json.dumps(given_back)


def changed(family: str, path: str, value: Any) -> dict[str, Any]:
    """The family's first case with the field at `path` set, or left out when value is `...`."""
    case = copy.deepcopy(FILES[family]["cases"][0])
    holder: Any = case["input"]
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        holder = holder[step]
    if value is ...:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return {"cases": [{**case, "id": "wrong"}]}


REVERSAL = {"id": "R", "type": "reversal", "date": "2024-03-01", "target": "E001"}
TARGETS = "the id of a payment, payoff, fee or fee_waiver among the events."


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("loan", ..., "loan cannot be empty: it must be given."),
        ("loan.rate", 12, 'loan.rate cannot be 12: it must be a percentage as text, zero or more, such as "12.5".'),
        ("loan.rate", "-1", 'loan.rate cannot be "-1": it must be a percentage as text, zero or more, such as "12.5".'),
        (
            "loan.day_count",
            "30/360US",
            'day_count cannot be "30/360US": it must be one of ACT/365F, ACT/360, ACT/ACT.',
        ),
        ("loan.residue", "keep", 'residue cannot be "keep": it must be one of drop, carry.'),
        ("loan.rounding", "UP", 'rounding cannot be "UP": it must be one of HALF_UP, HALF_EVEN.'),
        (
            "loan.allocation_order",
            ["fees", "fees", "principal"],
            'allocation_order cannot be "fees, fees, principal": it must be fees, interest and principal, each once.',
        ),
        (
            "loan.bucket_edges",
            [30, 1],
            "bucket_edges cannot be [30, 1]: it must be whole days from 1 up, each above the last.",
        ),
        ("loan.schedule", [], "loan.schedule cannot be []: it must be a list of at least 1."),
        (
            "loan.schedule.0.due_date",
            "2024-02-30",
            'loan.schedule[0].due_date cannot be "2024-02-30": '
            'it must be a date of the calendar as text, such as "2024-02-29".',
        ),
        (
            "events.0.type",
            "refund",
            'events[0].type cannot be "refund": '
            "it must be one of disburse, rate_change, fee, fee_waiver, payment, payoff, reversal.",
        ),
        (
            "events.0.amount",
            12000.0,
            "events[0].amount cannot be 12000.0: "
            'it must be money as text with two decimals, such as "1234.50", 0.01 or more.',
        ),
        ("events.0.amount", ..., "events[0].amount cannot be empty: it must be given."),
        (
            "events.0.principal_only",
            True,
            "events[0].principal_only cannot be true: "
            "it must be left out: the fields are id, type, date, amount, booked.",
        ),
        (
            "events.1",
            {"id": "E001", "type": "fee", "date": "2024-03-01", "amount": "5.00"},
            'events[1].id cannot be "E001": it must be different from every other event\'s id.',
        ),
        ("events.1", REVERSAL, f'events[1].target cannot be "E001": it must be {TARGETS}'),
        ("events.1", {**REVERSAL, "target": "E999"}, f'events[1].target cannot be "E999": it must be {TARGETS}'),
        (
            "queries.0.as_of",
            "20240215",
            'queries[0].as_of cannot be "20240215": it must be a date of the calendar as text, such as "2024-02-29".',
        ),
    ],
)
def test_a_wrong_events_case_gets_a_sentence(path: str, value: Any, sentence: str) -> None:
    assert answer("events", changed("events", path, value)) == {"wrong": {"error": sentence}}


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("as_of", None, "as_of"),
        ("debtors.0.affiliate", "yes", "debtors[0].affiliate"),
        ("debtors.0.contra", "-1.00", "debtors[0].contra"),
        ("debtors.1.id", "D01", "debtors[1].id"),
        ("debtors.0.rating", "A", "debtors[0].rating"),
        ("invoices.0.debtor", "D99", "invoices[0].debtor"),
        ("invoices.1.id", "INV0001", "invoices[1].id"),
        ("invoices.0.amount", "1,000.00", "invoices[0].amount"),
        ("params.age_basis", "statement_date", "params.age_basis"),
        ("params.max_age_days", "90", "params.max_age_days"),
        ("params.max_age_days", True, "params.max_age_days"),
        ("params.ar_advance_rate", "100.01", "params.ar_advance_rate"),
        ("params.concentration_overrides", {"D01": 40}, "params.concentration_overrides.D01"),
        ("params.concentration_overrides", ["D01"], "params.concentration_overrides"),
        ("params.reserves", [{"name": "rent"}], "params.reserves[0].amount"),
        ("params.limit", "1.00", "params.limit"),
        ("loan_outstanding", "-1.00", "loan_outstanding"),
    ],
)
def test_a_wrong_borrowing_base_case_names_the_field(path: str, value: Any, field: str) -> None:
    answers = answer("borrowing_base", changed("borrowing_base", path, value))
    assert answers["wrong"]["error"].startswith(f"{field} cannot be ")


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("face", "0.00", "face"),
        ("advance_rate", "101", "advance_rate"),
        ("collections", [], "collections"),
        ("collections.0.date", "2023-12-31", "collections[0].date"),
        ("collections.0.amount", "-5.00", "collections[0].amount"),
        ("clearance_days", -1, "clearance_days"),
        ("recourse", 1, "recourse"),
        ("wire_fees", ["5.00"], "wire_fees"),
        ("fee", "3", "fee.model"),
        ("fee.model", "monthly", "fee.model"),
        ("fee.step_days", 0, "fee.step_days"),
        ("fee.flat_pct", "1", "fee.flat_pct"),
        ("fee", {"model": "per_diem", "flat_pct": "1", "discount_rate": "9", "day_basis": 364}, "fee.day_basis"),
    ],
)
def test_a_wrong_factoring_case_names_the_field(path: str, value: Any, field: str) -> None:
    answers = answer("factoring", changed("factoring", path, value))
    assert answers["wrong"]["error"].startswith(f"{field} cannot be ")


def test_one_wrong_case_does_not_stop_the_others() -> None:
    good = FILES["factoring"]["cases"][0]
    file = {"cases": [{"id": "no input"}, "text", {"input": good["input"]}, good, {**good, "input": {}}]}
    answers = answer("factoring", file)
    assert answers == {
        "no input": {"error": "input cannot be empty: it must be an object with named fields."},
        "cases[1]": {"error": 'cases[1] cannot be "text": it must be an object with an id and an input.'},
        "cases[2]": {"error": "cases[2].id cannot be empty: it must be text."},
        good["id"]: good["expected"],
        "cases[4]": {
            "error": f'cases[4].id cannot be "{good["id"]}": it must be different from every other case\'s id.'
        },
    }


@pytest.mark.parametrize(
    ("family", "file", "field"),
    [
        ("matching", {"cases": []}, "family"),
        ("events", {"family": "apr", "cases": []}, "family"),
        ("events", {}, "cases"),
        ("events", [], "cases"),
    ],
)
def test_a_file_that_is_not_one_of_the_familys_cases_is_refused(family: str, file: Any, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        answer(family, file)
    assert refusal.value.field == field


@pytest.mark.parametrize("family", FAMILIES)
def test_whatever_a_case_holds_it_is_answered(family: str) -> None:
    chance = Random(4)
    short = sorted(FILES[family]["cases"], key=lambda case: len(str(case)))[:6]
    refused = 0
    for _ in range(150):
        case = copy.deepcopy(chance.choice(short))
        for _ in range(chance.randint(1, 2)):
            holder, key = chance.choice(spots(case["input"]) or [(case, "input")])
            action = chance.choice(["set", "set", "drop", "add"])
            if action == "set":
                holder[key] = copy.deepcopy(chance.choice(JUNK))
            elif action == "drop":
                del holder[key]
            elif isinstance(holder, dict):
                holder["surprise"] = copy.deepcopy(chance.choice(JUNK))
        (given_back,) = answer(family, {"cases": [case]}).values()
        assert given_back is not None
        json.dumps(given_back, allow_nan=False)
        refused += isinstance(given_back, dict) and "error" in given_back
    assert refused > 75
