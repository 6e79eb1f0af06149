"""The `events` family of cases: a loan, its events in any order, and questions about where it stood."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from finance.errors import BadInput
from finance.inputs import parse_choice, parse_count, parse_date, parse_flag, parse_list, parse_object, parse_text
from finance.loan_state import Event
from finance.money import CENT, parse_money, parse_rate, round_to
from finance.replay import Position, replay
from finance.terms import Instalment, LoanTerms

# What each type of event carries beside its id, type, date and booked: (required, optional).
_CARRIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "disburse": (("amount",), ()),
    "rate_change": (("rate",), ()),
    "fee": (("amount",), ()),
    "fee_waiver": (("amount",), ()),
    "payment": (("amount",), ("principal_only",)),
    "payoff": (("amount",), ()),
    "reversal": (("target",), ()),
}
_REVERSIBLE = ("payment", "payoff", "fee", "fee_waiver")
_TOTALS = ("disbursed", "cash_in", "paid_principal", "paid_interest", "paid_fees", "fees_assessed", "fees_waived")
_EIGHT_DECIMALS = Decimal("0.00000001")
_LOAN_REQUIRED = ("rate", "day_count", "schedule")
_LOAN_OPTIONAL = ("allocation_order", "bucket_edges", "past_due_tolerance", "residue", "rounding")


def events_case(case: object) -> list[dict[str, object]]:
    """Answer one case: `{loan, events, queries}` to a list of positions, one for each query.

    Raises BadInput naming the first field that is wrong.
    """
    fields = parse_object(case, "", required=("loan", "events", "queries"))
    terms = read_terms(fields["loan"])
    events = read_events(fields["events"])
    queries = [_query(raw, f"queries[{k}]") for k, raw in enumerate(parse_list(fields["queries"], "queries"))]
    return [_answer(replay(terms, events, as_of=as_of, known_on=known_on)) for as_of, known_on in queries]


def read_terms(raw: object) -> LoanTerms:
    """The case's `loan`. Raises BadInput."""
    loan = parse_object(raw, "loan", required=_LOAN_REQUIRED, optional=_LOAN_OPTIONAL)
    rows = parse_list(loan["schedule"], "loan.schedule", least=1)
    chosen: dict[str, Any] = {
        name: parse_text(loan[name], f"loan.{name}") for name in ("residue", "rounding") if name in loan
    }
    if "allocation_order" in loan:
        parts = parse_list(loan["allocation_order"], "loan.allocation_order")
        chosen["allocation_order"] = tuple(
            parse_text(part, f"loan.allocation_order[{k}]") for k, part in enumerate(parts)
        )
    if "bucket_edges" in loan:
        edges = enumerate(parse_list(loan["bucket_edges"], "loan.bucket_edges", least=1))
        chosen["bucket_edges"] = tuple(
            parse_count(e, f"loan.bucket_edges[{k}]", least=1, most=36_500) for k, e in edges
        )
    if "past_due_tolerance" in loan:
        chosen["past_due_tolerance"] = parse_money(loan["past_due_tolerance"], "loan.past_due_tolerance")
    return LoanTerms(
        rate=parse_rate(loan["rate"], "loan.rate"),
        day_count=parse_text(loan["day_count"], "loan.day_count"),
        schedule=tuple(_instalment(row, f"loan.schedule[{k}]") for k, row in enumerate(rows)),
        **chosen,
    )


def _instalment(raw: object, field: str) -> Instalment:
    row = parse_object(raw, field, required=("due_date", "amount"))
    return Instalment(
        due_date=parse_date(row["due_date"], f"{field}.due_date"), amount=parse_money(row["amount"], f"{field}.amount")
    )


def read_events(raw: object) -> list[Event]:
    """The case's `events`. Raises BadInput, also for an id used twice and for a reversal of what cannot be reversed."""
    events: dict[str, Event] = {}
    rows = parse_list(raw, "events")
    for k, row in enumerate(rows):
        event = _event(row, f"events[{k}]")
        if event.id in events:
            raise BadInput(field=f"events[{k}].id", value=event.id, allowed="different from every other event's id")
        events[event.id] = event
    for k, event in enumerate(events.values()):
        if event.target is None:
            continue
        target = events.get(event.target)
        if target is None or target.kind not in _REVERSIBLE:
            allowed = f"the id of a {', '.join(_REVERSIBLE[:-1])} or {_REVERSIBLE[-1]} among the events"
            raise BadInput(field=f"events[{k}].target", value=event.target, allowed=allowed)
    return list(events.values())


def _event(raw: object, field: str) -> Event:
    kind = parse_choice(raw.get("type") if isinstance(raw, Mapping) else None, f"{field}.type", _CARRIES)
    required, optional = _CARRIES[kind]
    row = parse_object(raw, field, required=("id", "type", "date", *required), optional=("booked", *optional))
    return Event(
        id=parse_text(row["id"], f"{field}.id"),
        kind=kind,
        on=parse_date(row["date"], f"{field}.date"),
        booked=parse_date(row["booked"], f"{field}.booked") if "booked" in row else None,
        amount=parse_money(row["amount"], f"{field}.amount", minimum=CENT) if "amount" in row else None,
        rate=parse_rate(row["rate"], f"{field}.rate") if "rate" in row else None,
        target=parse_text(row["target"], f"{field}.target") if "target" in row else None,
        principal_only=parse_flag(row.get("principal_only", False), f"{field}.principal_only"),
    )


def _query(raw: object, field: str) -> tuple[date, date | None]:
    row = parse_object(raw, field, required=("as_of",), optional=("known_on",))
    known_on = parse_date(row["known_on"], f"{field}.known_on") if "known_on" in row else None
    return parse_date(row["as_of"], f"{field}.as_of"), known_on


def _answer(position: Position) -> dict[str, object]:
    state, arrears = position.state, position.arrears
    return {
        "as_of": position.as_of.isoformat(),
        "known_on": position.known_on and position.known_on.isoformat(),
        "principal": str(state.principal),
        "accrued_interest": str(state.interest),
        "accrued_interest_exact": f"{round_to(state.accrued, _EIGHT_DECIMALS):.8f}",
        "fees": str(state.fees),
        "unapplied": str(state.unapplied),
        "payoff": str(position.payoff),
        "net_payoff": str(position.net_payoff),
        "dpd": arrears.dpd,
        "bucket": arrears.bucket,
        "past_due_amount": str(arrears.past_due_amount),
        "instalments_satisfied": arrears.instalments_satisfied,
        "next_due_date": arrears.next_due_date and arrears.next_due_date.isoformat(),
        "rate": str(state.rate),
        "totals": {name: str(getattr(state.totals, name)) for name in _TOTALS},
        "allocations": [
            {
                "event": allocation.event,
                "date": allocation.on.isoformat(),
                "fees": str(allocation.fees),
                "interest": str(allocation.interest),
                "principal": str(allocation.principal),
                "unapplied": str(allocation.unapplied),
            }
            for allocation in position.allocations
        ],
    }
