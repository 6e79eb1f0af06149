"""The `instalments` family of cases: a loan whose interest belongs to its instalments, its events in any order, and
questions about where it stood. The shape: docs/finance/instalments.md."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from finance.errors import BadInput
from finance.events_case import read_events
from finance.inputs import parse_count, parse_date, parse_list, parse_object, parse_text
from finance.instalment_terms import InstalmentTerms
from finance.instalments import InstalmentPosition, check_event, replay_instalments
from finance.money import ZERO, parse_money
from finance.schedule_terms import parse_schedule_terms

T = TypeVar("T")
U = TypeVar("U")

_CHOICES = ("interest", "excess", "payoff_interest", "earning")
_OPTIONAL = (*_CHOICES, "allocation_order", "past_due_tolerance", "bucket_edges")


def instalments_case(case: object) -> list[dict[str, object]]:
    """Answer one case: `{loan, events, queries}` to a list of positions, one for each query.

    Raises BadInput naming the first field that is wrong.
    """
    given = parse_object(case, "", required=("loan", "events", "queries"))
    terms = read_instalment_terms(given["loan"])
    events = read_events(given["events"])
    for k, event in enumerate(events):
        check_event(terms, event, f"events[{k}].")
    queries = [_query(raw, f"queries[{k}]", terms) for k, raw in enumerate(parse_list(given["queries"], "queries"))]
    return [_answer(replay_instalments(terms, events, as_of=as_of, known_on=known_on)) for as_of, known_on in queries]


def read_instalment_terms(raw: object) -> InstalmentTerms:
    """The case's `loan`. Raises BadInput."""
    loan = parse_object(raw, "loan", required=("schedule",), optional=_OPTIONAL)
    chosen: dict[str, Any] = {name: parse_text(loan[name], f"loan.{name}") for name in _CHOICES if name in loan}
    if "allocation_order" in loan:
        parts = enumerate(parse_list(loan["allocation_order"], "loan.allocation_order"))
        chosen["allocation_order"] = tuple(parse_text(part, f"loan.allocation_order[{k}]") for k, part in parts)
    if "bucket_edges" in loan:
        edges = enumerate(parse_list(loan["bucket_edges"], "loan.bucket_edges", least=1))
        chosen["bucket_edges"] = tuple(
            parse_count(edge, f"loan.bucket_edges[{k}]", least=1, most=36_500) for k, edge in edges
        )
    if "past_due_tolerance" in loan:
        chosen["past_due_tolerance"] = parse_money(loan["past_due_tolerance"], "loan.past_due_tolerance", minimum=ZERO)
    schedule = _named("loan.schedule", parse_schedule_terms, loan["schedule"])
    return _named("loan", lambda schedule: InstalmentTerms(schedule=schedule, **chosen), schedule)


def _named(path: str, read: Callable[[T], U], value: T) -> U:
    """read(value), with the path of what it reads before the field that a refusal names."""
    try:
        return read(value)
    except BadInput as refusal:
        field = path if refusal.field == "input" else f"{path}.{refusal.field}"
        raise BadInput(**{**refusal.facts, "field": field}) from None


def _query(raw: object, field: str, terms: InstalmentTerms) -> tuple[date, date | None]:
    row = parse_object(raw, field, required=("as_of",), optional=("known_on",))
    known_on = parse_date(row["known_on"], f"{field}.known_on") if "known_on" in row else None
    as_of, start = parse_date(row["as_of"], f"{field}.as_of"), terms.schedule.start_date
    if as_of < start:
        raise BadInput(
            field=f"{field}.as_of", value=as_of.isoformat(), allowed=f"{start} or later, the day of the advance"
        )
    return as_of, known_on


def _answer(position: InstalmentPosition) -> dict[str, object]:
    answer = _shown(position)
    assert isinstance(answer, dict)
    return answer


def _shown(value: object) -> object:
    """A dataclass, and what it shows, in JSON's shape: money and dates as text. An allocation's `on` is its `date`."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    if is_dataclass(value):
        names = [each.name for each in fields(value) if each.repr]
        return {"date" if name == "on" else name: _shown(getattr(value, name)) for name in names}
    return value
