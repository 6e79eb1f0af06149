"""Short names for tests: dates and money as they are written, and choices as they are drawn."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st

__all__ = ["ARRIVAL", "JUNK", "Amounts", "D", "day", "dollars", "lists_of", "one_of_each", "some_of", "spots"]

# Arrival in any order: a generator whose seed is drawn, not every number it gives.
ARRIVAL = st.randoms(use_true_random=True)

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


def dollars(cents: int) -> D:
    """Money from a whole number of cents: 123450 is 1234.50."""
    return D(cents).scaleb(-2)


class Amounts(Sequence[D]):
    """Dollars between two numbers of cents, in ascending order: 65,536 of them, as many small ones as large."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.range = least, most - least + 1

    def __len__(self) -> int:
        return 65_536

    def __getitem__(self, k: Any) -> Any:
        if not 0 <= k < len(self):
            raise IndexError(k)
        return dollars(self.least + round(self.range ** (k / 65_535)) - 1)


def one_of_each(*sequences: Sequence[Any]) -> Callable[[st.DrawFn], list[Any]]:
    """What draws one member of each sequence, of 65,536 at most, each as likely as the others, all in a single draw.

    A draw takes hypothesis longer than most laws take to use it, and a strategy made anew for every draw longer still.
    There are a byte or two for each sequence, so each shrinks to its first member by itself.
    """
    widths = [1 if len(each) <= 256 else 2 for each in sequences]
    assert all(0 < len(each) <= 65_536 for each in sequences)
    some_bytes = st.binary(min_size=sum(widths), max_size=sum(widths))

    def drawn(draw: st.DrawFn) -> list[Any]:
        given, at, found = draw(some_bytes), 0, []
        for each, width in zip(sequences, widths, strict=True):
            number = int.from_bytes(given[at : at + width], "big")
            found.append(each[number * len(each) >> 8 * width])
            at += width
        return found

    return drawn


def lists_of(*sequences: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    """`one_of_each` as a strategy."""
    return st.composite(one_of_each(*sequences))()


def some_of(sequence: Sequence[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """A list of none to `most` members of the sequence, in a single draw."""
    up_to = one_of_each(range(most + 1), *[sequence] * most)

    def drawn(draw: st.DrawFn) -> list[Any]:
        count, *members = up_to(draw)
        return members[:count]

    return st.composite(drawn)()


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in a JSON value."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [spot for key in keys for spot in spots(value[key])]
