"""What a loan owed month end by month end, beside what the schedule that was signed would have left. Reads only."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finance.money import ZERO
from finance.replay import journal
from ledger.close.months import month_ends
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
    ends = days_shown(account.loan.opened_on, as_of)
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


def days_shown(first: date, last: date) -> list[date]:
    """The month ends from `first` to `last`, and `last` itself; none when it comes before."""
    ends = month_ends(first, last)
    return ends if last < first or ends[-1:] == [last] else [*ends, last]
