"""The instalments family of cases names the field that is wrong. Its published cases: test_calculate.py."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from finance.calculate import answer

FILE = json.loads((Path(__file__).parents[1] / "fixtures/finance/instalments.json").read_text())


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("loan",), None, "loan cannot be empty: it must be given."),
        (("loan", "schedule"), None, "loan.schedule cannot be empty: it must be given."),
        (
            ("loan", "interest"),
            "simple",
            'loan.interest cannot be "simple": it must be one of scheduled, recalculated.',
        ),
        (
            ("loan", "excess"),
            "later",
            'loan.excess cannot be "later": it must be one of next, shorten, reamortise, hold.',
        ),
        (("loan", "earning"), 78, "loan.earning cannot be 78: it must be text that is not blank."),
        (("loan", "bucket_edges"), [0], "loan.bucket_edges[0] cannot be 0: it must be a whole number from 1 to 36500."),
        (("loan", "allocation_order"), ["fees", 1], "loan.allocation_order[1] cannot be 1: it must be text"),
        (
            ("loan", "past_due_tolerance"),
            "-1.00",
            'loan.past_due_tolerance cannot be "-1.00": it must be money as text',
        ),
        (("loan", "surprise"), 1, "loan.surprise cannot be 1: it must be left out: the fields are schedule, interest,"),
        (
            ("loan", "schedule", "rate"),
            7,
            "loan.schedule.rate cannot be 7: it must be a percentage as text, zero or more",
        ),
        (("loan", "schedule"), "level", 'loan.schedule cannot be "level": it must be an object with named fields.'),
        (("events", 0, "date"), "2023-12-31", 'events[0].date cannot be "2023-12-31": it must be 2024-01-01 or later'),
        (("events", 0, "type"), "loan", 'events[0].type cannot be "loan": it must be one of'),
        (("queries", 0, "as_of"), "2023-12-31", 'queries[0].as_of cannot be "2023-12-31": it must be 2024-01-01 or'),
        (("queries", 0, "known_on"), "soon", 'queries[0].known_on cannot be "soon": it must be a date of the calendar'),
    ],
)
def test_a_wrong_case_names_the_field(path: tuple[Any, ...], value: object, sentence: str) -> None:
    case = copy.deepcopy(FILE["cases"][0])
    holder = case["input"]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    (given_back,) = answer("instalments", {"cases": [case]}).values()
    assert isinstance(given_back, dict)
    assert given_back["error"].startswith(sentence)


def test_an_event_of_the_daily_loans_is_refused_by_its_place() -> None:
    case = copy.deepcopy(FILE["cases"][0])
    case["input"]["events"].append({"id": "R", "type": "rate_change", "date": "2024-02-01", "rate": "8"})
    (given_back,) = answer("instalments", {"cases": [case]}).values()
    assert given_back == {
        "error": 'events[2].type cannot be "rate_change": it must be one of payment, payoff, fee, fee_waiver, reversal.'
    }
