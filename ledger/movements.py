"""Account balances on any two dates, from movements instead of sums over postings.

Nobody who posts touches a movement. fold() adds what was posted since the last time, in the night and every few
minutes; what it has not reached yet is read from the postings themselves, so a balance is right at any moment.
"""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction

from finance.money import ZERO
from ledger.models import MovementFold
from ledger.sql import statement
from tenants.current import current_tenant_id


class Moved(NamedTuple):
    """What postings come to, in dollars; and how many there are."""

    debit: Decimal
    credit: Decimal
    postings: int

    @property
    def balance(self) -> Decimal:
        """Debits positive."""
        return self.debit - self.credit


NOTHING = Moved(ZERO, ZERO, 0)


class Month(NamedTuple):
    """A month of an account in the books. month: its first day.  prior_period: what of it corrects closed periods."""

    month: date
    moved: Moved
    prior_period: Decimal


def totals(accounts: Collection[int], *, as_of: date, known_on: date | None = None) -> dict[int, Moved]:
    """{account's id: what moved it} up to `as_of` in the books, posted up to `known_on` (None: all). One query."""
    rows = query(
        "SELECT account_id, sum(debit), sum(credit), sum(postings)::bigint FROM ({movements}) m GROUP BY 1",
        accounts,
        as_of,
        known_on,
    )
    return dict.fromkeys(accounts, NOTHING) | {pk: Moved(*figures) for pk, *figures in rows}


def months(account: int, *, as_of: date, known_on: date | None = None) -> list[Month]:
    """The months of an account that moved it, in order, up to both dates. One query."""
    rows = query(
        "SELECT month, sum(debit), sum(credit), sum(postings)::bigint,"
        " coalesce(sum(debit - credit) FILTER (WHERE prior_period), 0) FROM ({movements}) m GROUP BY 1 ORDER BY 1",
        [account],
        as_of,
        known_on,
    )
    return [Month(month, Moved(debit, credit, number), prior) for month, debit, credit, number, prior in rows]


def query(text: str, accounts: Collection[int], as_of: date, known_on: date | None) -> list[tuple[Any, ...]]:
    """Run `text` over ledger/sql/movements.sql."""
    given: dict[str, Any] = {
        "accounts": list(accounts),
        "as_of": as_of,
        "whole": first_of_cut_month(as_of),
        "known_on": known_on or date.max,
        "known_whole": first_of_cut_month(known_on) if known_on else date.max,
    }
    with connection.cursor() as cursor:
        cursor.execute(text.format(movements=statement("movements")), given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def first_of_cut_month(day: date) -> date:
    """The first day of the month that `day` cuts; on a month's last day, of the next one."""
    return (day + timedelta(1)).replace(day=1)


@transaction.atomic
def fold() -> int:
    """Add what was posted since the last fold to the movements. Returns the last entry that is in them.

    Two at a time wait for each other; run again, it finds nothing. Where somebody posts for long, it does nothing.
    """
    MovementFold.objects.get_or_create()
    kept = MovementFold.objects.select_for_update().get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_settled_entry(%s)", [current_tenant_id()])
        (settled,) = cursor.fetchone()
        if settled is not None and settled > kept.through_entry:
            cursor.execute(statement("fold"), {"after": kept.through_entry, "through": settled})
            kept.through_entry = settled
            kept.save()
    return int(kept.through_entry)
