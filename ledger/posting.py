"""Journal entries and their postings: post() is the only way in. ledger.writing is how they reach the tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db import connection

from finance.errors import Refused
from ledger.mapping import placing
from ledger.models import Account, Entry, LoanEvent, Period
from ledger.writing import Draft, Movement, write
from tenants.current import current_tenant_id


class NoAccount(Refused):
    code = "no_account"
    message = "The chart of accounts has no {role} account in {currency}: add one, and post again."


class NoOpenPeriod(Refused):
    code = "no_open_period"
    message = "No period from {on} on is open: open one, and post again."


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry: `amount` is signed, debits positive. account_id: 0 is the one the mapping names."""

    role: str
    amount: Decimal
    effective_on: date
    loan_id: int | None = None
    account_id: int = 0


def post(
    *,
    legal_entity_id: int,
    currency: str,
    kind: str,
    lines: Sequence[Line],
    effective_on: date,
    posted_on: date,
    key: str,
    event: LoanEvent | None = None,
    booked_on: date | None = None,
    reverses: Entry | None = None,
) -> Entry:
    """Write one balanced entry. The database refuses it unless it balances and its period is open.

    booked_on: given when the caller already knows the day in the books; otherwise the first open one.
    """
    entry = draft(
        legal_entity_id=legal_entity_id,
        currency=currency,
        kind=kind,
        lines=lines,
        effective_on=effective_on,
        posted_on=posted_on,
        key=key,
        event=event,
        booked_on=booked_on,
        reverses=reverses,
    )
    (pk,) = write([Movement(entry=entry)])
    return Entry.objects.get(pk=pk)


def draft(
    *,
    legal_entity_id: int,
    currency: str,
    kind: str,
    lines: Sequence[Line],
    effective_on: date,
    posted_on: date,
    key: str,
    event: LoanEvent | None = None,
    booked_on: date | None = None,
    reverses: Entry | None = None,
) -> Draft:
    """The entry that post() writes, to be written together with what belongs to it."""
    mapped = placing(legal_entity_id, posted_on, event)
    chart = current_tenant_id(), legal_entity_id, currency, connection.settings_dict["NAME"]
    return Draft(
        legal_entity_id=legal_entity_id,
        currency=currency,
        kind=kind,
        effective_on=effective_on,
        booked_on=booked_on or booking_day(legal_entity_id, effective_on, posted_on),
        posted_on=posted_on,
        key=key,
        lines=[
            (
                line.account_id or mapped(line.role, line.effective_on) or _account_id(*chart, line.role),
                line.loan_id,
                line.effective_on,
                line.amount,
            )
            for line in lines
        ],
        event_id=event.pk if event else None,
        reverses_id=reverses.pk if reverses else None,
    )


def reverse(entry: Entry, *, posted_on: date, key: str, event: LoanEvent | None = None) -> Entry:
    """Write the contra of `entry`, linked to it. An entry is reversed once."""
    roles = {account.pk: account.role for account in Account.objects.filter(postings__entry=entry)}
    lines = [
        Line(
            roles[posting.account_id],
            posting.credit - posting.debit,
            posting.effective_on,
            posting.loan_id,
            posting.account_id,
        )
        for posting in entry.postings.all()
    ]
    return post(
        legal_entity_id=entry.legal_entity_id,
        currency=entry.currency,
        kind=f"{entry.kind}_reversed",
        lines=lines,
        effective_on=entry.effective_on,
        posted_on=posted_on,
        key=key,
        event=event,
        reverses=entry,
    )


def booking_day(legal_entity_id: int, effective_on: date, posted_on: date) -> date:
    """The day in the books of something effective on `effective_on`: that day, or the first open one after it."""
    if effective_on == posted_on:
        return effective_on
    return booking_days(legal_entity_id, {effective_on})[effective_on]


def booking_days(legal_entity_id: int, effective: Collection[date]) -> dict[date, date]:
    """{effective date: its day in the books}: each day itself, or the first open one after it. One query."""
    if not effective:
        return {}
    months = Period.objects.filter(legal_entity_id=legal_entity_id, ends_on__gte=min(effective), closed_at=None)
    open_months = list(months.order_by("starts_on").values_list("starts_on", "ends_on"))
    found = {}
    for day in effective:
        month = next((starts_on for starts_on, ends_on in open_months if ends_on >= day), None)
        if month is None:
            raise NoOpenPeriod(on=day.isoformat())
        found[day] = max(day, month)
    return found


def account_id(legal_entity_id: int, currency: str, role: str) -> int:
    """The account that plays `role` for the company in that currency where no mapping names another."""
    return _account_id(current_tenant_id(), legal_entity_id, currency, connection.settings_dict["NAME"], role)


@lru_cache(maxsize=4096)  # an account's role never changes, and it is never deleted
def _account_id(tenant_id: int, legal_entity_id: int, currency: str, database: str, role: str) -> int:
    found = Account.objects.filter(legal_entity_id=legal_entity_id, currency=currency, role=role, is_default=True)
    pk = found.values_list("pk", flat=True).first()
    if pk is None:
        raise NoAccount(role=role, currency=currency)
    return pk
