"""Strict reading of JSON-shaped inputs: every wrong, missing or unknown field is a BadInput that names it.

Money and rates are read by `finance.money`; here are the other kinds. A field is named by its path, "grace.n" or
"payments[3].amount". A JSON null counts as absent.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from finance.errors import BadInput
from finance.money import parse_rate

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_object(
    value: object, field: str, *, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, object]:
    """A JSON object with all `required` fields, no field beyond `optional`; absent and null ones are left out.

    field: the path of the object, "" for the input itself.
    """
    if not isinstance(value, Mapping):
        raise BadInput(field=field or "input", value=value, allowed="an object with named fields")
    prefix = f"{field}." if field else ""
    known = (*required, *optional)
    for name in value:
        if name not in known:
            raise BadInput(
                field=f"{prefix}{name}", value=value[name], allowed=f"left out: the fields are {_listed(known)}"
            )
    for name in required:
        if value.get(name) is None:
            raise BadInput(field=f"{prefix}{name}", value=None, allowed="given")
    return {name: item for name, item in value.items() if item is not None}


def parse_list(value: object, field: str, *, least: int = 0) -> Sequence[object]:
    """A JSON list of at least `least` items."""
    if isinstance(value, list | tuple) and len(value) >= least:
        return value
    raise BadInput(field=field, value=value, allowed=f"a list of at least {least}" if least else "a list")


def parse_date(value: object, field: str) -> date:
    """A date from "YYYY-MM-DD"; no times, no zones."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise BadInput(field=field, value=value, allowed='a date of the calendar as text, such as "2024-02-29"')


def parse_count(value: object, field: str, *, least: int, most: int) -> int:
    """A whole number, written as a JSON number without a point, from `least` to `most`."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise BadInput(field=field, value=value, allowed=f"a whole number from {least} to {most}")


def parse_choice(value: object, field: str, choices: Collection[str]) -> str:
    """One of `choices`, exactly as written."""
    if isinstance(value, str) and value in choices:
        return value
    raise BadInput(field=field, value=value, allowed=f"one of {_listed(choices)}")


def parse_share(value: object, field: str) -> Decimal:
    """A percentage from a JSON string, from "0" to "100"."""
    share = parse_rate(value, field)
    if share <= 100:
        return share
    raise BadInput(field=field, value=value, allowed='a percentage from "0" to "100"')


def parse_text(value: object, field: str) -> str:
    """Text that is not blank: a name or an id."""
    if isinstance(value, str) and value.strip():
        return value
    raise BadInput(field=field, value=value, allowed="text that is not blank")


def parse_flag(value: object, field: str) -> bool:
    """A JSON true or false."""
    if isinstance(value, bool):
        return value
    raise BadInput(field=field, value=value, allowed="true or false")


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)
