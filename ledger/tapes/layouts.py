"""What a layout is: how a kind of tape is read, which rows it refuses, and what it corrects.

A layout is data: the columns with their kinds, the rules that refuse a row, and those that correct a value. Every row
meets the rules in order and is refused by the first one it breaks; corrections are made on rows that are boarded.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finance.money import ZERO
from ledger.tapes.history import Story
from ledger.terms import ProductTerms

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field is read. read: from its text, raising ValueError.  wanted: what it must be, in words."""

    read: Callable[[str], Any]
    wanted: str


def matching(pattern: str, wanted: str) -> Kind:
    """Text that is the whole of `pattern`."""

    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(value)
        return value

    return Kind(read, wanted)


def read_whole(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise ValueError(value)
    return int(value)


def read_dollars(value: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", value):
        raise ValueError(value)
    return Decimal(value) + ZERO


CODE = Kind(str, "a code")
WHOLE = Kind(read_whole, "a whole number of at most six digits")
DOLLARS = Kind(read_dollars, "dollars, with at most two decimals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a row is checked against beside itself. seen: the loan numbers of earlier rows, and their lines."""

    business_date: date
    product: ProductTerms
    first_index_day: date | None
    in_the_books: frozenset[str]
    seen: dict[str, int] = field(default_factory=dict)


def no_facts(row: Values, setting: Setting) -> dict[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to refuse a row. broken: whether the row breaks it.

    sentence: says what cannot be and what would make it possible; filled with `value`, the text that stands in
    `column`, and with `facts`.
    """

    name: str
    column: str
    broken: Callable[[Values, Setting], bool]
    sentence: str
    facts: Callable[[Values, Setting], dict[str, object]] = no_facts


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that is replaced. corrected: what it becomes; the same value needs no correction; None is unknown."""

    name: str
    column: str
    corrected: Callable[[Values], str | None]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeLoan:
    """A row that is a loan. about: facts of the tape that nothing here acts on, kept with the loan."""

    line: int
    number: str
    city: str
    state: str
    postal_code: str
    industry_code: str
    months: int
    story: Story
    about: dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A kind of tape. number, amount, charged_off: the columns of the loan's number and of what is tied out.

    to_loan: a good row, from its line and values.
    """

    name: str
    title: str
    columns: Mapping[str, Kind]
    number: str
    amount: str
    charged_off: str
    rules: tuple[Rule, ...]
    corrections: tuple[Correction, ...]
    to_loan: Callable[[int, Values], TapeLoan]
