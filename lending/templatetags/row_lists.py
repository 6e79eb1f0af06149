"""How a list that is declared as data (tenants.lists) is drawn: `{% row_list shown %}`."""

from collections.abc import Callable
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ledger.views.lists import ADDRESSES
from lending.templatetags import figures
from lending.templatetags.drawing import render
from lending.templatetags.meanings import BUCKETS, MEANINGS, STATES, bucket_of
from tenants.lists import Choice, Column, Shown
from tenants.lists import shown as limits

register = template.Library()

UNKNOWN = figures.UNKNOWN
WRITTEN: dict[str, Callable[[Any], str]] = {
    "text": lambda value: UNKNOWN if value in (None, "") else str(value),
    "name": lambda value: UNKNOWN if value in (None, "") else str(value),
    "wrap": lambda value: UNKNOWN if value in (None, "") else str(value),
    "money": figures.money,
    "side": lambda value: figures.money(value) if value else "",
    "count": figures.count,
    "rate": figures.rate,
    "day": figures.day,
    "weekday": figures.weekday,
    "moment": figures.moment,
}
FIGURES = ("money", "side", "count", "rate", "day", "weekday")
CLASSES = dict.fromkeys(FIGURES, "lw-figure") | {"wrap": "lw-wrap"}
CLASSES |= {"moment": "lw-nowrap", "name": "lw-name"}


@register.simple_tag(takes_context=True)
def row_list(context: Context, shown: Shown, label: str = "", views: Any = None) -> SafeString:
    """The whole of a list: filters, chips, columns, saved views, the table with its sums, pages and what can be done to
    the rows chosen. label: of the table, for who cannot see it. The page says what an empty list is for, around it.
    """
    query = shown.query
    page = shown.page
    later = shown.about is not None
    path = context["request"].path if "request" in context else ""
    values = {
        "shown": shown,
        "listing": shown.listing,
        "label": label or shown.listing.noun[1].capitalize(),
        "page": page,
        "head": [heading(shown, column) for column in shown.columns],
        "body": [[cell(context, shown, column, row) for column in shown.columns] for row in page],
        "later": address(query, part="sums", page=None) if later else "",
        "cut": cut_sentence(shown),
        "orders": orders_sentence(shown) if later else "",
        "foot": [] if later else feet(shown),
        "width": len(shown.columns),
        "kept": shown.kept(*(one.name for one in shown.listing.filters)),
        "filters": [filter_field(shown, one) for one in shown.filters if getattr(one, "in_form", True)],
        "choosable": [(column, column in shown.columns) for column in shown.listing.columns[1:]],
        "kept_with_filters": shown.kept("columns"),
        "all_columns": address(query, columns=None),
        "ordered": page.paginator.count > settings.ROWS_AT_ONCE,
        "signed": ADDRESSES.sign(f"{path}{address(query, page=None, only=None)}"),
        "csv": address(query, format="csv", page=None, only=None),
        "xlsx": address(query, format="xlsx", page=None, only=None),
        "views": views if views is not None else context.get("views"),
        "previous": address(query, page=page.previous_page_number()) if page.has_previous() else "",
        "following": address(query, page=page.next_page_number()) if page.has_next() else "",
        "clear": address(query, **{one.name: None for one in shown.listing.filters}, page=None, only=None),
        "place": place(shown, "about " if later else ""),
        "path": path,
    }
    return render(context, "row_list", **values)


@register.simple_tag(takes_context=True)
def row_list_sums(context: Context, shown: Shown) -> SafeString:
    """The sums of a long list, which come after it."""
    return render(context, "row_list_sums", shown=shown, foot=feet(shown), later="")


@register.simple_tag
def list_count(shown: Shown) -> SafeString:
    """How many the list has, beside its title: 2,101 loans, or about 1,000,000 loans."""
    number = shown.number
    about = "about " if shown.about is not None else ""
    words = f"{about}{figures.count(number)} {shown.listing.noun[number != 1]}"
    headline = shown.listing.headline
    if not about and headline and len(shown.sums) == 1 and headline in shown.sums[0].sums:
        words += f", {figures.dollars(shown.sums[0].sums[headline])}"
    return format_html('<span class="lw-count">{}</span>', words)


def place(shown: Shown, about: str) -> str:
    """Which rows are shown, out of how many: 51–100 of 2,101 loans; 1–1 of 1 loan."""
    page, number = shown.page, shown.page.paginator.count
    first, last, all_of_them = (figures.count(one) for one in (page.start_index(), page.end_index(), number))
    return f"{first}–{last} of {about}{all_of_them} {shown.listing.noun[number != 1]}"


def cut_sentence(shown: Shown) -> str:
    """What is said above a list of a search that fits more rows than are listed; empty otherwise."""
    if not shown.cut:
        return ""
    many, most = shown.listing.noun[1], figures.count(limits.FOUND)
    return f"More than {most} {many} fit “{shown.cut}”. These are {most} of them: add a word, or more of the number."


def orders_sentence(shown: Shown) -> str:
    """What a long list can be in the order of, and what it was asked for and is not."""
    labels = [f"“{column.label}”" for column in shown.listing.columns if shown.can_sort(column)]
    few = f"fewer than {figures.count(limits.COUNTED_AT_ONCE)}"
    *most, last = labels
    said = f"A list this long can be in the order of {', '.join(most)}{' or ' if most else ''}{last}; {few}, in any."
    if shown.asked_order and shown.sorted_by is None:
        said = f"It is not in the order of “{shown.asked_order.label}”. {said}"
    return said


def heading(shown: Shown, column: Column) -> dict[str, Any]:
    sorted_now = shown.sorted_by is column
    turned = f"-{column.key}" if sorted_now and not shown.descending else column.key
    return {
        "label": column.label,
        "figure": CLASSES.get(column.cell) == "lw-figure",
        "unit": column.unit,
        "direction": ("descending" if shown.descending else "ascending") if sorted_now else "",
        "url": address(shown.query, sort=turned, page=None) if shown.can_sort(column) else "",
    }


PICK = (
    '<input type="checkbox" class="form-check-input lw-pick" name="pick" value="{}" form="bulk-{}"'
    ' aria-label="Choose {}">{}'
)


def cell(context: Context, shown: Shown, column: Column, row: Any) -> SafeString:
    """A cell of the table; the first of a row has its link, and the box that chooses it."""
    value = column.of(row)
    inside = inner(context, column, row, value)
    url = column.url(row) if column.url else ""
    if url:
        inside = format_html('<a href="{}">{}</a>', url, inside)
    if shown.listing.selectable and column is shown.columns[0]:
        inside = format_html(PICK, row.pk, shown.listing.name, value, inside)
    kind = CLASSES.get(column.cell, "")
    if column.cell == "name":
        return format_html('<td class="lw-name" title="{}">{}</td>', value, inside)
    return format_html('<td class="{}">{}</td>', kind, inside) if kind else format_html("<td>{}</td>", inside)


def inner(context: Context, column: Column, row: Any, value: Any) -> str:
    if write := WRITTEN.get(column.cell):
        return write(value)
    if value is None and column.cell in ("state", "bucket", "badge"):
        return UNKNOWN
    if column.cell == "state":
        word, meaning = STATES.get(value, (str(value).replace("_", " ").capitalize(), "neutral"))
        return render(context, "badge", word=word, meaning=meaning, shape=MEANINGS[meaning])
    if column.cell == "badge":
        word, meaning = value
        return render(context, "badge", word=word, meaning=meaning, shape=MEANINGS[meaning])
    if column.cell == "bucket":
        code = bucket_of(value)
        return render(context, "bucket", code=code, word=BUCKETS[code], position=list(BUCKETS).index(code))
    engine = context.template.engine  # type: ignore[union-attr]
    made = engine.get_template(column.template).render(context.new({"row": row, "value": value, **shared(context)}))
    return mark_safe(made)  # noqa: S308 - a template's own output


def shared(context: Context) -> dict[str, Any]:
    return {name: context[name] for name in ("request", "csrf_token", "user", "perms") if name in context}


def feet(shown: Shown) -> list[list[tuple[str, bool]]]:
    """Under the list: for each currency (text, whether a figure) of each column. Nothing where nothing adds up."""
    if not any(column.sum for column in shown.columns):
        return []
    lines = []
    for row in shown.sums:
        line, currency = [(f"All {figures.count(row.number)}", False)], row.currency
        for column in shown.columns[1:]:
            if column.sum:
                line.append((figures.money(row.sums[column.key]), True))
            else:
                line.append((currency, False))
                currency = ""
        lines.append(line)
    return lines


def filter_field(shown: Shown, one: Any) -> dict[str, Any]:
    value = shown.values[one.name]
    options = one.words().items() if isinstance(one, Choice) else None
    return {"name": one.name, "label": one.label, "value": value, "options": options, "any": getattr(one, "any", "")}


def address(query: Any, **changes: object) -> str:
    """A relative link with the query string changed: None takes a parameter away."""
    changed = query.copy()
    for name in ("part", "format", "pick"):
        changed.pop(name, None)
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
