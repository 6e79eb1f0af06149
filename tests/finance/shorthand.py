"""Short names for tests: dates and money as they are written."""

from datetime import date
from decimal import Decimal as D
from typing import Any

__all__ = ["JUNK", "D", "day", "spots"]

# What may stand in a JSON file where something else belongs.
JUNK: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 10**40, 1.5, float("nan"), float("inf"),
    "", "  ", "0", "100", "5.0", "0.00", "-1.00", "1e5", "NaN", "Infinity", "99999999999999.99", "999999", "１２.00",
    "é\n", "\u202e", "x" * 500, "2024-02-30", "0001-01-01", "9999-12-31", "monthly",
    [], {}, [[]], [None], {"n": 1}, {"type": None, "date": []},
)  # fmt: skip


def day(text: str) -> date:
    """A date from "2024-01-31"."""
    return date.fromisoformat(text)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in a JSON value."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [spot for key in keys for spot in spots(value[key])]
