"""The business date of a tenant, held still while something is posted on it.

Whoever posts shares a lock on the day; whoever closes it takes the lock alone for a moment. So when a day has been
closed, nothing more is posted on it, and its interest can be summed into the books.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from tenants.current import current_tenant_id

DAY_LOCK = 7002  # the class of advisory locks on a tenant's business day; 7001 is periods


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """today: the open business date.  closing: the date being closed whose interest is not yet summed up, or None."""

    today: date
    closing: date | None

    @property
    def closed_through(self) -> date:
        """The last date whose late fees are assessed."""
        return self.today - timedelta(days=1)

    def posting_dates(self, accrued_through: date, to: date) -> list[tuple[date, date]]:
        """(effective_on, posted_on) of the accruals that bring a loan from `accrued_through` to `to`.

        A loan that the closing night has not reached yet gets that night's row first, in the books of that day.
        """
        rows = []
        if self.closing is not None and accrued_through < self.closing <= to:
            rows.append((self.closing, self.closing))
        if accrued_through < to and self.closing != to:
            rows.append((to, self.today))
        return rows


def hold_business_day() -> BusinessDay:
    """The business day of this transaction's tenant; it cannot be closed until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT today, closing FROM ledger_hold_day(%s)", [current_tenant_id()])
        today, closing = cursor.fetchone()
    return BusinessDay(today=today, closing=closing)


def take_business_day() -> None:
    """Wait until nobody posts, and let nobody post until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAY_LOCK, current_tenant_id()])
