"""Every published schedule, figure by figure."""

import json
from pathlib import Path

import pytest

from finance.schedule import schedule_case

CASES = json.loads((Path(__file__).parents[1] / "fixtures/finance/schedule.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['note']}")
def test_a_schedule_agrees_in_every_figure(case):
    assert schedule_case(case["input"]) == case["expected"]
