"""What a loan owed month end by month end, beside what the schedule that was signed would have left. Reads only."""

import calendar
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finance.money import ZERO
from finance.replay import journal
from ledger.standing import Account, history

# A longer life is shown by quarter, so that a point stays wide enough to click.
MONTHS_SHOWN = 72


class Owed(NamedTuple):
    """At the end of `on`, dollars. rest: interest and fees.  agreed: principal by the schedule that was signed."""

    on: date
    principal: Decimal
    rest: Decimal
    agreed: Decimal


def balance_over_time(account: Account, *, as_of: date, known_on: date | None = None) -> list[Owed]:
    """From the month in which the loan was paid out to `as_of`, by what was known on `known_on` (None: all we know)."""
    ends = list(month_ends(account.loan.opened_on, as_of))
    if len(ends) > MONTHS_SHOWN:
        ends = [on for on in ends if on.month % 3 == 0 or on == as_of]
    played = journal(account.terms, history(account.events), through=as_of, known_on=known_on, accrue_on=ends)
    due = [row.due_on for row in account.schedules[1]]
    left = [account.loan.amount, *(row.balance_after for row in account.schedules[1])]
    points = []
    principal, rest, effects = ZERO, ZERO, iter(played.effects)
    pending = next(effects, None)
    for on in ends:
        while pending is not None and pending.on <= on:
            principal += pending.principal
            rest += pending.interest + pending.fees
            pending = next(effects, None)
        points.append(Owed(on, principal, rest, left[bisect_right(due, on)]))
    return points


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last day of each month from that of `first` up to `last`, and `last` itself."""
    year, month = first.year, first.month
    while (on := date(year, month, calendar.monthrange(year, month)[1])) < last:
        yield on
        year, month = year + month // 12, month % 12 + 1
    if first <= last:
        yield last
