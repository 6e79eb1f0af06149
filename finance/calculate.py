"""Answers a file of cases: what a lender uses to check the arithmetic against a spreadsheet."""

from collections.abc import Callable, Mapping
from typing import Any

from finance.apr import apr_case
from finance.borrowing_base_case import borrowing_base_case
from finance.errors import BadInput, Refused
from finance.events_case import events_case
from finance.factoring_case import factoring_case
from finance.inputs import parse_choice, parse_list
from finance.instalments_case import instalments_case
from finance.schedule import schedule_case

FAMILIES: dict[str, Callable[[object], object]] = {
    "schedule": schedule_case,
    "apr": apr_case,
    "events": events_case,
    "borrowing_base": borrowing_base_case,
    "factoring": factoring_case,
    "instalments": instalments_case,
}


def answer(family: str, cases: object) -> dict[str, object]:
    """Answer every case of a file: `{"family", "cases": [{"id", "input", ...}]}` to `{case id: output}`.

    `expected`, `note` and whatever else a case carries is ignored. A case that is wrong in any way is answered with
    `{"error": sentence}` and the others are answered all the same. A case without an id of its own is answered under
    its place, "cases[3]". Raises BadInput when the file is not one of cases, or is of another family.
    """
    solve = FAMILIES[parse_choice(family, "family", FAMILIES)]
    if not isinstance(cases, Mapping):
        raise BadInput(field="cases", value=cases, allowed="an object with a list named cases")
    if cases.get("family", family) != family:
        raise BadInput(field="family", value=cases["family"], allowed=f"{family}, the family asked for")
    answers: dict[str, object] = {}
    for k, case in enumerate(parse_list(cases.get("cases"), "cases")):
        name = f"cases[{k}]"
        try:
            given = _case(case, name, answers)
            name = given["id"]
            answers[name] = solve(given.get("input"))
        except Refused as refusal:
            answers[name] = {"error": str(refusal)}
    return answers


def _case(raw: object, place: str, answers: Mapping[str, object]) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadInput(field=place, value=raw, allowed="an object with an id and an input")
    name = raw.get("id")
    if not isinstance(name, str) or not name:
        raise BadInput(field=f"{place}.id", value=name, allowed="text")
    if name in answers:
        raise BadInput(field=f"{place}.id", value=name, allowed="different from every other case's id")
    return raw
