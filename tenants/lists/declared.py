"""What a list is: its columns, its filters and its order, as data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from django.db.models import QuerySet

Rows = QuerySet[Any] | Sequence[Any]
# name: every list there is, filled as they are declared.
LISTS: dict[str, "RowList"] = {}
# How a cell may be written (lending/templatetags/row_lists.py). side: money of one side of the books, nothing for none.
CELLS = (
    "text", "name", "wrap", "money", "side", "count", "rate", "day", "weekday", "moment", "state", "bucket", "badge",
)  # fmt: skip
# Of Column.long. index: an index has the order, whatever is filtered.  alone: one has it, but what is filtered for may
# all be at its other end, so nothing may be filtered.  rare: few rows have any of it, and an index has those; the rows
# with none come last, whichever way the order goes.
LONG = ("", "index", "alone", "rare")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """value: how a row's is got, a path of attributes ("borrower.name") or a function of the row.

    cell: one of CELLS, or a template of the list's own, which is given `row` and `value`.
    sort: what ?sort= orders by, as the ORM names it; with "" it cannot be. nullable: it may be unknown, which is last.
    long: how a list too long to be sorted can be in this order all the same (LONG); with "" it cannot.
    sum: what is added up over all pages, as the ORM names it.  reads: the fields it needs, where `value` is a function.
    shown: without ?columns=.  url: where a cell leads.  file: the value in a file, where it is another.
    """

    key: str
    label: str
    value: str | Callable[[Any], Any]
    cell: str = "text"
    sort: str = ""
    nullable: bool = False
    long: str = ""
    unit: str = ""
    sum: str = ""
    reads: tuple[str, ...] = ()
    shown: bool = True
    url: Callable[[Any], str] | None = None
    file: Callable[[Any], Any] | None = None

    @property
    def template(self) -> str:
        """The template that draws the cell; empty where it is one of CELLS."""
        return "" if self.cell in CELLS else self.cell

    def of(self, row: Any) -> Any:
        """The value in `row`; None where something on the way is None."""
        if callable(self.value):
            return self.value(row)
        return reduce(lambda one, name: None if one is None else getattr(one, name), self.value.split("."), row)

    def in_file(self, row: Any) -> Any:
        return self.file(row) if self.file else self.of(row)

    def fields(self) -> tuple[str, ...]:
        """The fields of the ORM that it needs."""
        return self.reads or (() if callable(self.value) else (self.value.replace(".", "__"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A filter with a few values. choices: {value: words}, or a function that makes it.  any: the words for none."""

    name: str
    label: str
    choices: Mapping[str, str] | Callable[[], Mapping[str, str]]
    apply: Callable[[Any, str], Any]
    any: str = "Any"

    def read(self, text: str) -> tuple[str, str]:
        """(the value, its words); empty where `text` is none of them."""
        words = self.words().get(text, "")
        return (text, words) if words else ("", "")

    def words(self) -> Mapping[str, str]:
        return self.choices() if callable(self.choices) else self.choices

    def with_choices(self, choices: Mapping[str, str]) -> "Choice":
        """The same with the values that one page has."""
        return replace(self, choices=choices)


def in_any(most: int, *several: "QuerySet[Any]") -> tuple[list[Any], bool]:
    """The keys of at most `most` rows that are in any of `several`, and whether there are more. A query each."""
    keys = list(dict.fromkeys(key for rows in several for key in rows.values_list("pk", flat=True)[: most + 1]))
    return keys[:most], len(keys) > most


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A filter by what somebody types. in_form=False: it comes with a link alone.  words: what its chip says.

    apply: the rows that fit, of those given.  found: instead of it, where thousands may fit, as many of their keys as
    asked at most, and whether there are more.
    """

    name: str
    label: str
    apply: Callable[[Any, str], Any] | None = None
    found: Callable[[str, int], tuple[Sequence[Any], bool]] | None = None
    words: Callable[[str], str] = str
    in_form: bool = True

    def read(self, text: str) -> tuple[str, str]:
        """(the value, its words); empty where it means nothing."""
        text = text.strip()[:80]
        words = self.words(text) if text else ""
        return (text, words) if words else ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowList:
    """name: of its saved views and files.  noun: one of its rows, and many.

    columns: the first leads to the row and is always shown.  order: without ?sort=; its last field tells every two rows
    apart.  currency: where sums are by currency, the field that says which.  large: it may have a million rows: then
    its sums come after it, and until they do its count is the planner's, said as about.
    permission: who may open it, and keep views of it.  base: fields that every row needs, whatever is shown.
    headline: the column whose sum stands beside the title.
    finish: given the rows of one page or of a piece of a file, returns them with what was still missing.
    """

    name: str
    noun: tuple[str, str]
    columns: tuple[Column, ...]
    permission: str
    filters: tuple[Choice | Search, ...] = ()
    order: tuple[str, ...] = ("pk",)
    currency: str = ""
    unit: str = "USD"
    large: bool = False
    base: tuple[str, ...] = ()
    selectable: bool = False
    compact: bool = False
    headline: str = ""
    finish: Callable[[Sequence[Any]], Sequence[Any]] | None = None
    by_key: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {column.key: column for column in self.columns})
        assert len(self.by_key) == len(self.columns), self.name
        assert self.name not in LISTS, self.name
        LISTS[self.name] = self
