"""How a balance came about, as a tree that adds up again: down to events for a loan, down to postings for an account.

The tree is finance.explain's: each step names its rule and its parts, and `broken` finds a step that does not follow.
A loan's is arranged from the trail of its replay; an account's is opened a level at a time, because it may hold
millions of postings.
"""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, F, QuerySet, Sum

from finance.ageing import arrears
from finance.errors import Refused
from finance.explain import Step, derived, given, shown
from finance.explain_loan import BALANCES, explain_balance, explain_days_past_due, explain_past_due, explain_payoff
from finance.money import ZERO
from finance.replay import journal
from ledger import movements, standing
from ledger.models import Account, Posting

# What can be explained of a loan, in the words of its page.
LOAN_FIGURES = {
    "payoff": "Owed in all",
    "principal": "Principal",
    "interest": "Interest",
    "fees": "Fees",
    "unapplied": "Held for the borrower",
    "written_off": "Written off",
    "recovered": "Recovered",
    "escrow": "In escrow",
    "suspense": "Interest in suspense",
    "applied": "Interest applied to principal",
    "past_due": "Past due",
    "days_past_due": "Days past due",
}
# Entries of one day that are listed; the others come together in one line, so that the day still adds up.
ENTRIES_LISTED = 200
MONTHS_LISTED = 24
# Parts of a loan's sum that stand in one list; a longer one is a sum of such lists.
PARTS_LISTED = 40
# Levels of a loan's tree that are shown at once; what lies below is opened part by part.
LEVELS_SHOWN = 2
YEAR = re.compile(r"(?!0000)\d{4}")
DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
EVENT = re.compile(r"^(?P<what>.+) (?P<id>\d{12}) of (?P<on>\d{4}-\d\d-\d\d)(?P<rest>.*)$")


class NotInThisAccount(Refused):
    code = "not_in_this_account"
    message = "{within} is no year, month or day: open a part of the account's balance."


class NotInThisFigure(Refused):
    code = "not_in_this_figure"
    message = "{within} is no part of this figure: open it again from the top."


def explain_loan(account: standing.Account, what: str, *, as_of: date, known_on: date | None = None) -> Step:
    """One of LOAN_FIGURES at the end of `as_of`, from what was known on `known_on` (None: all we know)."""
    assert what in LOAN_FIGURES, what
    events = standing.history(account.events)
    played = journal(account.terms, events, through=as_of, known_on=known_on, trail=True)
    terms, state = played.terms, played.state
    if what == "payoff":
        return explain_payoff(state)
    if what in BALANCES:
        return explain_balance(state, what)
    late = arrears(terms, state, as_of)
    if what == "past_due":
        return explain_past_due(terms, state, late, as_of)
    return explain_days_past_due(late, as_of)


def explain_account(
    account: Account,
    within: str = "",
    *,
    as_of: date,
    known_on: date | None = None,
    not_in_entries: Decimal = ZERO,
) -> Step:
    """The balance of an account in the books at the end of `as_of`, debits positive.

    within: "" for its years (or months, when they are few), "2008" for the months of a year, "2008-12" for the days of
    a month, "2008-12-31" for the entries of a day. A part that can be opened names what to ask for in its detail:
    `within`, or `entry`.
    not_in_entries: interest accrued that no entry carries yet; it is part of the balance.
    """
    if not within:
        return by_year_or_month(account, as_of, known_on, not_in_entries)
    if YEAR.fullmatch(within):
        return months_of_year(account, int(within), as_of, known_on)
    first, last = days_of(within)
    postings = Posting.objects.filter(account=account, booked_on__gte=first, booked_on__lte=min(last, as_of))
    if known_on is not None:
        postings = postings.filter(posted_on__lte=known_on)
    return entries_of_day(first, postings) if first == last else days_of_month(first, postings)


def by_year_or_month(account: Account, as_of: date, known_on: date | None, not_in_entries: Decimal) -> Step:
    found = movements.months(account.pk, as_of=as_of, known_on=known_on)
    if len(found) > MONTHS_LISTED:
        parts = [year_step(year, list(rows)) for year, rows in groupby(found, key=lambda row: row.month.year)]
    else:
        parts = [month_step(row) for row in found]
    if not_in_entries:
        parts.append(given("Interest that loans have accrued and no entry carries yet", not_in_entries))
    moved = movements.totals([account.pk], as_of=as_of, known_on=known_on)[account.pk]
    return derived("sum", f"{account} on {as_of}", parts, value=moved.balance + not_in_entries)


def months_of_year(account: Account, year: int, as_of: date, known_on: date | None) -> Step:
    found = movements.months(account.pk, as_of=as_of, known_on=known_on)
    parts = [month_step(row) for row in found if row.month.year == year]
    return derived("sum", f"{year}", parts, value=total(parts))


def year_step(year: int, found: list[movements.Month]) -> Step:
    number = sum(row.moved.postings for row in found)
    moved = sum((row.moved.balance for row in found), ZERO)
    return Step(f"{year}: {counted(number)}", moved, detail={"within": f"{year}"})


def month_step(row: movements.Month) -> Step:
    detail = {"within": f"{row.month:%Y-%m}"}
    return Step(f"{row.month:%B %Y}: {counted(row.moved.postings)}", row.moved.balance, detail=detail)


def days_of_month(first: date, postings: QuerySet[Posting]) -> Step:
    rows = postings.values_list("booked_on").annotate(moved=Sum(F("debit") - F("credit")), number=Count("pk"))
    parts = [
        Step(f"{day}: {counted(number)}", moved, detail={"within": day.isoformat()})
        for day, moved, number in rows.order_by("booked_on")
    ]
    return derived("sum", f"{first:%B %Y}", parts, value=total(parts))


def entries_of_day(day: date, postings: QuerySet[Posting]) -> Step:
    rows = postings.values_list("entry_id", "entry__kind", "loan__number").annotate(moved=Sum(F("debit") - F("credit")))
    parts = [
        Step(
            f"Entry {entry}, {kind.replace('_', ' ')}{f', loan {number}' if number else ''}",
            moved,
            detail={"entry": str(entry)},
        )
        for entry, kind, number, moved in rows.order_by("entry_id", "loan__number")[:ENTRIES_LISTED]
    ]
    in_all = postings.aggregate(moved=Sum(F("debit") - F("credit")), lines=Count("entry_id", distinct=True))
    rest = (in_all["moved"] or ZERO) - total(parts)
    others = in_all["lines"] - len({part.detail["entry"] for part in parts})
    if rest or others > 0:
        words = f"{others:,} more entries of the day" if others else "The other lines of the last entry"
        parts.append(given(words, rest))
    return derived("sum", f"{day}", parts, value=in_all["moved"] or ZERO)


def days_of(within: str) -> tuple[date, date]:
    """The first and the last day of a month or a day as text. Raises NotInThisAccount."""
    try:
        if len(within) == len("2008-12"):
            first = date.fromisoformat(f"{within}-01")
            return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
        day = date.fromisoformat(within)
    except ValueError:
        raise NotInThisAccount(within=within[:20]) from None
    return day, day


def counted(number: int) -> str:
    return f"{number:,} posting{'' if number == 1 else 's'}"


def total(parts: list[Step]) -> Decimal:
    return sum((money(part) for part in parts), ZERO)


def money(step: Step) -> Decimal:
    """The figure of a step of the books: every one of them is an amount."""
    assert isinstance(step.value, Decimal)
    return step.value


@dataclass(frozen=True, slots=True)
class Node:
    """A step as a page shows it. event, entry: the ids of what it names.  opens: the `within` that opens it.

    open: its parts are shown from the start.
    """

    label: str
    figure: str
    rule: str
    event: int | None
    entry: str
    opens: str
    open: bool
    parts: "tuple[Node, ...]"


def in_groups(step: Step) -> Step:
    """The tree with every long sum as a sum of sums, each named by its first and last day."""
    parts = tuple(in_groups(part) for part in step.parts)
    while step.rule == "sum" and len(parts) > PARTS_LISTED:
        runs = [parts[first : first + PARTS_LISTED] for first in range(0, len(parts), PARTS_LISTED)]
        parts = tuple(derived("sum", span(run), run, step.unit) for run in runs)
    return replace(step, parts=parts)


def span(run: tuple[Step, ...]) -> str:
    """What a run of parts is called: by the days that its first and its last part name."""
    named = [day for part in (run[0], run[-1]) for day in DAY.findall(part.label)]
    return f"{named[0]} to {named[-1]}: {len(run)} lines" if named else f"{len(run)} lines"


def below(step: Step, within: str) -> Step:
    """The part of a tree that `within` opens: "2.0" is the first part of the third. Raises NotInThisFigure."""
    try:
        for place in within.split("."):
            step = step.parts[int(place)]
    except (ValueError, IndexError):
        raise NotInThisFigure(within=within[:20]) from None
    return step


def node(step: Step, within: str = "", *, levels: int = LEVELS_SHOWN, is_open: bool = True) -> Node:
    """The tree of `step` in words: an event without the number of its row, which becomes a link instead.

    within: where in the whole tree it stands.  levels: how many below it are shown; parts further down are opened.
    A chain of steps that each follow from one other is open to its end, and is one level.
    """
    label, event = step.label, None
    if found := EVENT.match(label):
        label, event = f"{found['what']} of {found['on']}{found['rest']}", int(found["id"])
    parts = step.parts if levels else ()
    openable = [number for number, part in enumerate(parts) if part.parts]
    chained = openable[0] if is_open and len(openable) == 1 else None
    return Node(
        label=DAY.sub(lambda day: f"{date.fromisoformat(day[0]):%-d %b %Y}", label),
        figure=shown(step).replace("-", "−"),  # a true minus
        rule="" if step.rule == "given" else step.rule,
        event=event,
        entry=step.detail.get("entry", ""),
        opens=step.detail.get("within", "" if levels or not step.parts else within),
        open=is_open,
        parts=tuple(
            node(
                part,
                f"{within}.{number}".lstrip("."),
                levels=levels if number == chained else levels - 1,
                is_open=number == chained,
            )
            for number, part in enumerate(parts)
        ),
    )
