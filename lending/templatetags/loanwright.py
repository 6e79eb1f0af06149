"""The components of Loanwright's pages as template tags. docs/look-and-components.md shows how a page uses them.

The library is one of the engine's builtins: no page loads it. Each tag renders templates/components/NAME.html; a tag
with an end tag puts what it encloses where that template says `content`.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from lending.templatetags import figures, forms, row_lists
from lending.templatetags.drawing import icon, render
from lending.templatetags.meanings import BUCKETS, MEANINGS, STATES, bucket_of

register = template.Library()
register.filters.update(figures.register.filters)
register.tags.update(forms.register.tags)
register.tags.update(row_lists.register.tags)
register.simple_tag(icon)


# --- states ---------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def badge(context: Context, word: str, meaning: str = "neutral") -> SafeString:
    """A word with its shape and colour. meaning: good, attention, problem, information or neutral."""
    return render(context, "badge", word=word, meaning=meaning, shape=MEANINGS[meaning])


@register.simple_tag(takes_context=True)
def state(context: Context, value: str, word: str = "", meaning: str = "") -> SafeString:
    """The state of an object, such as "charged_off": its word (by default the state's name) and its meaning."""
    known_word, known_meaning = STATES.get(value, (str(value).replace("_", " ").capitalize(), "neutral"))
    return badge(context, word or known_word, meaning or known_meaning)


@register.simple_tag(takes_context=True)
def bucket(context: Context, value: int | str) -> SafeString:
    """The arrears bucket of a loan, from days past due (45) or the bucket's own code ("30-59")."""
    code = bucket_of(value)
    return render(context, "bucket", code=code, word=BUCKETS[code], position=list(BUCKETS).index(code))


# --- object pages ---------------------------------------------------------------------------------------------------
@register.simple_block_tag(takes_context=True)
def object_header(context: Context, content: str, kind: str, title: str, **facts: Any) -> SafeString:
    """Who and how much in the first line; inside it go `facts` and `actions`.

    facts: title_url (the page of whom the title names), number (copyable), figure (money) with figure_label and
    currency, state (and state_word, state_meaning), bucket, next (a sentence: what happens next and when), explain (the
    page that says how the figure came about).
    """
    return render(context, "object_header", content=content, kind=kind, title=title, **facts)


@register.simple_block_tag(name="facts", takes_context=True)
def fact_list(context: Context, content: str) -> SafeString:
    """A list of `fact`s, label above value, as many in a line as fit."""
    return render(context, "facts", content=content)


@register.simple_tag(takes_context=True)
def fact(context: Context, label: str, value: Any, url: str = "", info: str = "", explain: str = "") -> SafeString:
    """One labelled value, already written by a filter: {% fact "Rate" loan.rate|rate %}. None is a dash.

    explain: the page that says how the value came about; it opens in the panel beside (components/panel.html).
    """
    shown = figures.UNKNOWN if value in (None, "") else value
    return render(context, "fact", label=label, value=shown, url=url, info=info, explain=explain)


@register.simple_block_tag(name="actions", takes_context=True)
def action_list(context: Context, content: str, label: str = "Actions") -> SafeString:
    """What can be done now, and, for what cannot, why not. Encloses `action`s."""
    return render(context, "actions", content=content, label=label)


@register.simple_tag(takes_context=True)
def action(
    context: Context,
    label: str,
    url: str = "",
    key: str = "",
    why_not: str | None = "",
    primary: bool = False,
    method: str = "get",
    icon: str = "",
) -> SafeString:
    """A button that leads to `url`, or with method="post" does it. key: its single-key shortcut.

    why_not: a sentence. When it is there the button is disabled and the sentence stands beside it.
    """
    return render(
        context, "action", label=label, url=url, key=key, why_not=why_not, primary=primary, method=method, icon=icon
    )


@register.simple_block_tag(takes_context=True)
def timeline(context: Context, content: str, label: str = "Timeline") -> SafeString:
    """What happened, newest first or oldest first as the page has it. Encloses `event`s."""
    return render(context, "timeline", content=content, label=label)


@register.simple_block_tag(takes_context=True)
def event(context: Context, content: str, title: str, **facts: Any) -> SafeString:
    """One thing that happened; what it encloses is shown under it.

    facts: effective_on, recorded_at, by, reason, url, amount (money), meaning, undone (a sentence: reversed when and by
    whom; the title is then struck through and the sentence said), panel (the url opens beside the page).
    """
    meaning = facts.pop("meaning", "neutral")
    return render(context, "event", content=content, title=title, shape=MEANINGS[meaning], meaning=meaning, **facts)


# --- lists ----------------------------------------------------------------------------------------------------------
@register.simple_block_tag(takes_context=True)
def list_table(context: Context, content: str, label: str, compact: bool = False, fit: bool = False) -> SafeString:
    """A table of rows with a sticky header and first column, j/k or arrows to move and Enter to open.

    fit=True: few columns, which all fit a phone: its words go to a second line there, and no column out of sight.
    Encloses <thead>, <tbody> and, for the sums, <tfoot>. The first link of a row is what Enter opens.
    """
    return render(context, "list_table", content=content, label=label, compact=compact, fit=fit)


@register.simple_tag(takes_context=True)
def column(context: Context, label: str, sort: str = "", figure: bool = False, unit: str = "") -> SafeString:
    """A <th>. sort: the field behind ?sort=, which makes it a link; figure=True aligns right; unit: USD, days, %."""
    query = _query(context)
    current = query.get("sort", "")
    direction = {sort: "ascending", f"-{sort}": "descending"}.get(current, "") if sort else ""
    wanted = f"-{sort}" if direction == "ascending" else sort
    return render(
        context,
        "column",
        label=label,
        url=with_parameters(query, sort=wanted, page=None) if sort else "",
        direction=direction,
        figure=figure,
        unit=unit,
    )


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Page[Any], one: str = "row", many: str = "rows") -> SafeString:
    """Which rows these are, out of how many, and the way to the others; the rest of the query string stays."""
    query = _query(context)
    return render(
        context,
        "pager",
        page=page,
        one=one,
        many=many,
        previous=with_parameters(query, page=page.previous_page_number()) if page.has_previous() else "",
        following=with_parameters(query, page=page.next_page_number()) if page.has_next() else "",
    )


@register.simple_tag(takes_context=True)
def chips(context: Context, filters: Iterable[tuple[str, str, object]]) -> SafeString:
    """The filters that hold, each removable. filters: (parameter, label, value as shown); no value, no chip."""
    query = _query(context)
    shown = [
        {"label": label, "value": value, "url": with_parameters(query, **{name: None, "page": None})}
        for name, label, value in filters
        if value not in (None, "")
    ]
    nothing = with_parameters(query, **{name: None for name, _, _ in filters}, page=None)
    return render(context, "chips", chips=shown, clear=nothing if len(shown) > 1 else "")


@register.simple_block_tag(takes_context=True)
def empty_state(context: Context, content: str, title: str, icon: str = "inbox") -> SafeString:
    """Nothing here: what this place is for, why it is empty, when it was last checked, the one thing to do."""
    return render(context, "empty_state", content=content, title=title, icon=icon)


# --- saying things --------------------------------------------------------------------------------------------------
@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, meaning: str = "information", title: str = "") -> SafeString:
    """A message in the page. A problem or an attention is read out at once by a screen reader."""
    return render(context, "notice", content=content, meaning=meaning, shape=MEANINGS[meaning], title=title)


@register.simple_tag(takes_context=True)
def refusal(context: Context, error: Exception | str) -> SafeString:
    """A Refused, said where the person is working; safe to return alone to htmx."""
    return render(context, "refusal", error=error)


@register.simple_tag(takes_context=True)
def info(context: Context, text: str, about: str = "") -> SafeString:
    """An info mark that opens the definition of what stands beside it. about: what it defines, for its name."""
    return render(context, "info", text=text, about=about)


@register.simple_tag(takes_context=True)
def copyable(context: Context, text: object, what: str = "number") -> SafeString:
    """An id as text with a button that copies it."""
    return render(context, "copyable", text=text, what=what)


@register.simple_tag(takes_context=True)
def stat(context: Context, label: str, value: str, **facts: Any) -> SafeString:
    """A tile with one figure. facts: note (a line under it), url (its rows), info (its definition), meaning."""
    return render(context, "stat", label=label, value=value, **facts)


@register.simple_tag(takes_context=True)
def progress(
    context: Context, label: str, done: int, total: int, url: str = "", note: str = "", noun: str = ""
) -> SafeString:
    """Long work: what is being done and how far. With a url it asks again each second until done equals total."""
    values = {"label": label, "done": done, "total": total, "note": note, "noun": noun}
    return render(context, "progress", **values, url="" if done >= total else url)


@register.simple_tag(takes_context=True)
def steps(context: Context, names: Iterable[str] | str, current: int) -> SafeString:
    """How far an application is. names: a list, or a text with commas. current: from 1; past the end all are done."""
    listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    marked = [
        {"name": name, "position": position, "done": position < current, "current": position == current}
        for position, name in enumerate(listed, start=1)
    ]
    return render(context, "steps", steps=marked)


@register.simple_tag(takes_context=True)
def sums(
    context: Context, rows: Iterable[tuple[str, Decimal]], total: str = "", currency: str = "USD", label: str = ""
) -> SafeString:
    """Lines of money that add up. rows: (what, amount); total: the words of the last line, which is their sum."""
    listed = [(what, Decimal(amount)) for what, amount in rows]
    added = sum((amount for _, amount in listed), Decimal("0.00"))
    return render(context, "sums", rows=listed, total=total, sum=added, currency=currency, label=label)


@register.simple_tag(takes_context=True)
def chart(context: Context, data: Mapping[str, Any], title: str, **facts: Any) -> SafeString:
    """A chart and the same data as a table. The page must fill {% block charts %} with components/chart_scripts.html.

    data: {"kind": "line" | "bar" | "stacked" | "ranked" (bars that lie), "x": [labels], "series": [{"name", "data":
    [Decimal or None], and "bucket": code for the arrears colours, "urls": [the rows behind each of its points]}],
    "urls": [the rows behind each x, for lines without]}.
    facts: unit, x_label, info (the definition), id (when a page has several charts), level (of the heading, 3
    unless told).
    """
    rows = [
        (label, [(line["data"][index], (line.get("urls") or [""] * (index + 1))[index]) for line in data["series"]])
        for index, label in enumerate(data["x"])
    ]
    series = [
        {
            "name": line["name"],
            "data": [None if point is None else str(point) for point in line["data"]],
            "position": list(BUCKETS).index(line["bucket"]) if "bucket" in line else None,
            "urls": line.get("urls", []),
        }
        for line in data["series"]
    ]
    drawn = {"kind": data["kind"], "x": list(data["x"]), "series": series, "urls": list(data.get("urls", []))}
    drawn |= {"unit": facts.get("unit", ""), "x_label": facts.get("x_label", "")}
    name = facts.setdefault("id", "chart")
    # Not in a <script>: htmx takes those out of what it swaps in, as the page's policy asks it to.
    return render(
        context,
        "chart",
        title=title,
        drawn=drawn,
        figures=json.dumps(drawn),
        data_id=f"{name}-data",
        rows=rows,
        series=series,
        **facts,
    )


# --- the shell ------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def two_dates(context: Context) -> SafeString:
    """The bar that says a page shows another day (as_of) or what was known on another day (known_on)."""
    as_of, known_on = context.get("as_of"), context.get("known_on")
    today = context.get("business_date")
    if not (as_of and as_of != today) and not (known_on and known_on != today):
        return mark_safe("")
    now = with_parameters(_query(context), as_of=None, known_on=None, page=None)
    return render(context, "two_dates", as_of=as_of or today, known_on=known_on, business_date=today, now=now)


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET if request else QueryDict()


def with_parameters(query: QueryDict, **changes: object) -> str:
    """A relative link with the query string changed: None takes a parameter away."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
