"""Short names for tests: dates and money as they are written."""

from datetime import date
from decimal import Decimal as D

__all__ = ["D", "day"]


def day(text: str) -> date:
    """A date from "2024-01-31"."""
    return date.fromisoformat(text)
