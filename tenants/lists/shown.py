"""A list as one address asks for it: which rows, columns and order, what they add up to, one page of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import NullIf
from django.http import QueryDict

from tenants.lists.declared import Choice, Column, RowList, Rows, Search

ROWS = 50
PIECE = 2000  # rows of a file that are read at once
# More rows than these, by the planner's estimate, are counted and added up after the page is there.
COUNTED_AT_ONCE = 10_000
MANY = 1000  # rows that can be chosen by hand
FOUND = 2000  # rows that a search may find: they are counted and sorted while somebody waits
# Of the address: what says where one is in the list, not what it shows.
PASSING = ("page", "view", "only", "pick", "format", "part")
# The days a page is about are today's when a view is opened again.
DAYS = ("as_of", "known_on")


@dataclass(frozen=True, slots=True)
class SumRow:
    """What rows of one currency add up to, {key of a column: sum}."""

    currency: str
    number: int
    sums: dict[str, Decimal]


class Shown:
    """`listing` as `query` asks for it, of `rows`. What the address may not say is left out.

    known: the sums of all of `rows`, where the books keep them.  choices: {filter: its values on this page}.
    """

    def __init__(
        self,
        listing: RowList,
        query: QueryDict,
        rows: Rows,
        *,
        known: list[SumRow] | None = None,
        choices: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.listing, self.query, self.known = listing, query, known
        given = choices or {}
        self.filters = [
            one.with_choices(given[one.name]) if isinstance(one, Choice) and one.name in given else one
            for one in listing.filters
        ]
        self.held = not isinstance(rows, QuerySet)
        self.chips: list[tuple[str, str, str]] = []
        self.searched = False  # whether only rows that a search found are listed, which are few
        self.cut = ""  # what was typed and fits more rows than are listed
        self.values: dict[str, str] = {}
        for one in self.filters:
            value, words = one.read(query.get(one.name, ""))
            self.values[one.name] = value
            self.chips.append((one.name, one.label, words))
            if value:
                rows = self._fitting(rows, one, value)
        self.only = chosen_keys(query.get("only", ""), query.getlist("pick"))
        if self.only and not self.held:
            rows = rows.filter(pk__in=self.only)  # type: ignore[union-attr]
        self.filtered = rows
        self.columns = chosen_columns(listing, query)
        sort = query.get("sort", "")
        asked = listing.by_key.get(sort.removeprefix("-"))
        self.asked_order = asked if asked and asked.sort else None
        self.descending = sort.startswith("-")

    def _fitting(self, rows: Rows, one: Choice | Search, value: str) -> Rows:
        if isinstance(one, Choice) or one.found is None:
            assert one.apply, one.name
            fitting: Rows = one.apply(rows, value)
            return fitting
        keys, more = one.found(value, FOUND)
        self.searched = True
        self.cut = value if more else self.cut
        return rows.filter(pk__any_of=keys)  # type: ignore[union-attr]

    @property
    def is_filtered(self) -> bool:
        return any(self.values.values()) or bool(self.only)

    @cached_property
    def rows(self) -> Rows:
        """All of them in order, each with what is shown and no more."""
        if self.held:
            return self._held_in_order()
        return narrowed(self.filtered.order_by(*self._order()), self.listing, self.columns)  # type: ignore[union-attr]

    # --- their order ------------------------------------------------------------------------------------------------
    def can_sort(self, column: Column) -> bool:
        """Whether the list can be in the order of `column`; a long one only in that of an index."""
        if not column.sort or self.about is None:
            return bool(column.sort)
        return column.long in ("index", "rare") or (column.long == "alone" and not self.is_filtered)

    @cached_property
    def sorted_by(self) -> Column | None:
        """The column that it is in the order of; None for the list's own order."""
        return self.asked_order if self.asked_order and self.can_sort(self.asked_order) else None

    def _held_in_order(self) -> Sequence[Any]:
        column, rows = self.sorted_by, list(self.filtered)
        if column is None:
            return rows
        known = [row for row in rows if column.of(row) is not None]
        unknown = [row for row in rows if column.of(row) is None]
        return sorted(known, key=column.of, reverse=self.descending) + unknown

    def _order(self) -> list[Any]:
        column, order = self.sorted_by, list(self.listing.order)
        if column is None:
            return order
        if column.sort == order[0].lstrip("-"):
            same_way = self.descending == order[0].startswith("-")
            return order if same_way else [name[1:] if name.startswith("-") else f"-{name}" for name in order]
        by: Any = F(column.sort)
        key = in_direction(F("pk"), self.descending)
        # "Unknown last" keeps a descending order from its index: it is said only where something may be unknown.
        last = True if column.nullable else None
        if column.long in ("alone", "rare"):
            # A long list from the index, which tells rows of one figure apart by the key. A short one not from the
            # index: the few rows may be all at its other end.
            if self.about is None:
                by = NullIf(by, 0) if column.long == "rare" else by + 0
            return [in_direction(by, self.descending, True if self.about is None else None), key]
        ordered = in_direction(by, self.descending, last)
        return [ordered] if column.sort == order[-1].lstrip("-") else [ordered, order[-1]]

    # --- how many, and what they add up to --------------------------------------------------------------------------
    @cached_property
    def about(self) -> int | None:
        """The planner's count of a list too long to count now; None where it is counted."""
        if not self.listing.large or self.held or self.only or self.searched:
            return None
        plan = json.loads(self.filtered.order_by().values("pk").explain(format="json"))  # type: ignore[union-attr]
        rows = int(plan[0]["Plan"]["Plan Rows"])
        return rows if rows > COUNTED_AT_ONCE else None

    @cached_property
    def sums(self) -> list[SumRow]:
        """A row for each currency, over all pages: at least one where there are any rows. One query, or none."""
        if self.known is not None and not self.is_filtered:
            return self.known
        added = [column for column in self.columns if column.sum]
        if self.held:
            return self._held_sums(added)
        totals = {f"sum_{column.key}": Sum(column.sum) for column in added}
        rows = self.filtered.order_by()  # type: ignore[union-attr]
        if not self.listing.currency:
            found = rows.aggregate(how_many=Count("pk"), **totals)
            one = SumRow("", found["how_many"], {c.key: found[f"sum_{c.key}"] or Decimal(0) for c in added})
            return [one] if one.number else []
        grouped = rows.values_list(self.listing.currency).annotate(how_many=Count("pk"), **totals)
        return [
            SumRow(currency, number, {column.key: one for column, one in zip(added, figures, strict=True)})
            for currency, number, *figures in grouped.order_by(self.listing.currency)
        ]

    def _held_sums(self, added: Sequence[Column]) -> list[SumRow]:
        by_currency: dict[str, list[Any]] = {}
        for row in self.filtered:
            currency = getattr(row, self.listing.currency) if self.listing.currency else ""
            by_currency.setdefault(currency, []).append(row)
        return [
            SumRow(currency, len(rows), {c.key: sum((c.of(row) for row in rows), Decimal(0)) for c in added})
            for currency, rows in sorted(by_currency.items())
        ]

    @cached_property
    def number(self) -> int:
        """How many rows, or about how many. For a page, whose queries it makes short ones."""
        if self.listing.large or self.known is not None:
            without_helpers()
        return self.about if self.about is not None else sum(row.number for row in self.sums)

    # --- one page, or all of it -------------------------------------------------------------------------------------
    @cached_property
    def page(self) -> Page[Any]:
        paginator = Paginator(self.rows, ROWS)
        paginator.count = self.number
        page = paginator.get_page(self.query.get("page"))
        long = not self.held and (self.about is not None or self.number > COUNTED_AT_ONCE)
        page.object_list = self.finished(self._by_keys(page) if long else list(page.object_list))
        return page

    def _by_keys(self, page: Page[Any]) -> list[Any]:
        """The rows of the page of a long list: which they are is decided without all that is shown of them."""
        place = {key: position for position, key in enumerate(self._keys((page.number - 1) * ROWS))}
        rows = self.rows.order_by().filter(pk__in=list(place))  # type: ignore[union-attr]
        return sorted(rows, key=lambda row: place[row.pk])

    def _keys(self, first: int) -> list[Any]:
        """Of the page of a long list that begins after `first` rows. One query; where the rare rows end, three."""
        column, every = self.sorted_by, self.filtered
        assert isinstance(every, QuerySet)
        if column is None or column.long == "index":
            return keys_of(every.order_by(*self._order()), first)
        if column.long == "alone":  # "is not null": so that the table of the figure leads, in the order of its index
            return keys_of(every.filter(**{f"{column.sort}__isnull": False}).order_by(*self._order()), first)
        some = every.filter(**{f"{column.sort}__gt": 0}).order_by(*self._order())
        keys = keys_of(some, first)
        if len(keys) < ROWS:
            none = every.filter(**{column.sort: 0}).order_by(*self.listing.order)
            keys += keys_of(none, max(0, first - some.order_by().count()), ROWS - len(keys))
        return keys

    def finished(self, rows: Sequence[Any]) -> Sequence[Any]:
        return self.listing.finish(rows) if self.listing.finish and rows else rows

    def more_than(self, limit: int) -> bool:
        """Whether there are more rows, without counting them all."""
        if self.held:
            return len(self.filtered) > limit
        return bool(self.filtered.order_by().values("pk")[limit : limit + 1].exists())  # type: ignore[union-attr]

    def how_many(self) -> int:
        """Counted, however long it takes."""
        return len(self.filtered) if self.held else self.filtered.order_by().count()  # type: ignore[union-attr]

    def pieces(self) -> Iterator[Sequence[Any]]:
        """Every row, a piece at a time. For a file."""
        rows = iter(self.rows) if self.held else self.rows.iterator(chunk_size=PIECE)  # type: ignore[union-attr]
        while piece := list(islice(rows, PIECE)):
            yield self.finished(piece)

    def lines(self) -> Iterator[list[Any]]:
        """Every row as a file has it, without the header."""
        for piece in self.pieces():
            for row in piece:
                yield [column.in_file(row) for column in self.columns]

    @property
    def header(self) -> list[str]:
        return [column.label for column in self.columns]

    # --- the address ------------------------------------------------------------------------------------------------
    def kept(self, *without: str) -> list[tuple[str, str]]:
        """What a form of the page carries on: everything in the address but what it sets, and where one was."""
        left_out = {*without, *PASSING}
        return [(name, value) for name, values in self.query.lists() if name not in left_out for value in values]

    @property
    def to_keep(self) -> str:
        """What a saved view keeps of the address."""
        kept = QueryDict(mutable=True)
        for name, value in self.kept(*DAYS):
            kept.appendlist(name, value)
        return kept.urlencode()


def without_helpers() -> None:
    """No parallel workers in the rest of the transaction: they take longer to start than fifty rows to be found."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def in_direction(by: Any, descending: bool, nulls_last: bool | None = None) -> Any:
    return by.desc(nulls_last=nulls_last) if descending else by.asc(nulls_last=nulls_last)


def keys_of(rows: QuerySet[Any], first: int, number: int = ROWS) -> list[Any]:
    """One query."""
    return list(rows.values_list("pk", flat=True)[first : first + number])


def chosen_keys(listed: str, picked: Sequence[str]) -> list[int]:
    """Rows chosen by hand: ?only=1,2 and a ?pick= for each box that is ticked."""
    texts = [*listed.split(","), *picked]
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19][:MANY]


def chosen_columns(listing: RowList, query: QueryDict) -> tuple[Column, ...]:
    """?columns=a,b or ?columns=a&columns=b, in that order; the first of the list is always there."""
    wanted = [key for text in query.getlist("columns") for key in text.split(",")]
    chosen = [listing.by_key[key] for key in dict.fromkeys(wanted) if key in listing.by_key]
    if not chosen:
        return tuple(column for column in listing.columns if column.shown)
    first = listing.columns[0]
    return (first, *(column for column in chosen if column is not first))


def narrowed(rows: QuerySet[Any], listing: RowList, columns: Sequence[Column]) -> QuerySet[Any]:
    """Only what the columns read, and the rows they read it from, in one query."""
    fields = {field for column in columns for field in column.fields()} | set(listing.base)
    related = {field.rpartition("__")[0] for field in fields if "__" in field}
    if related:
        rows = rows.select_related(*sorted(related))
    return rows.only(*sorted(fields)) if fields else rows
