"""Payments that leave nothing to judge, placed by the database in one call: ledger_take_payments.

A payment of today on a loan that pays as agreed is most of what a lender receives. The call locks the loans, computes
what finance/ would, and writes what ledger.writing would; it leaves alone whatever is not such a payment, and says
nothing of it. So the answer is never a refusal: what it does not return goes to ledger.replay.enter.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection

from finance.money import CENT
from ledger.arrays import array_text, nullable_array_text, plain_array_text
from ledger.instances import fresh
from ledger.mapping import Use, mapped_account, product_of
from ledger.models import Loan, LoanEvent
from ledger.posting import NoAccount, account_id
from tenants.current import current_tenant_id
from tenants.models import User
from tenants.prepared import prepared_cursor

LONGEST_KEY = 100  # what an event's key may have, so that those of its entries and consequences fit their columns
ROLES = ("cash", "principal", "interest", "fees")
MOST_PLACES = 64  # so many travel with each call

# {(tenant, database, business date): {(company, product version, currency): account of each of ROLES}}, of the loans
# seen here on that day. A mapping starts on a later day than it was approved, so what holds on a day holds all day.
Place = tuple[int, int, str]
_places: dict[tuple[int, str, date], dict[Place, tuple[int, ...]]] = {}

STATEMENT = (
    "SELECT * FROM ledger_take_payments($1, $2, $3, $4, $5::bigint[], $6::numeric[], $7::text[], "
    "$8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[])"
)


def is_plain(amount: Decimal, key: str) -> bool:
    """Whether the database may look at it: an amount above zero in whole cents, and a key that fits."""
    return amount > 0 and amount == amount.quantize(CENT) and len(key) <= LONGEST_KEY


def take_plain(
    loan_ids: Sequence[int],
    amounts: Sequence[Decimal | None],
    keys: Sequence[str],
    *,
    effective_on: date,
    by: User | None,
    source: str,
) -> dict[int, LoanEvent]:
    """Place those of the payments that are plain; {their index: their event}. All loans stay locked.

    amounts: dollars, None for a loan that is only to be locked. Each loan, and each key, has one amount at most.
    """
    places = known_places(effective_on)
    if not places:
        return {}
    companies, versions, currencies = zip(*places, strict=True)
    with prepared_cursor() as cursor:
        cursor.execute(
            STATEMENT,
            [
                *(current_tenant_id(), effective_on, by.pk if by else None, source),
                *(plain_array_text(loan_ids), nullable_array_text(amounts), array_text(keys)),
                *(plain_array_text(companies), plain_array_text(versions), array_text(currencies)),
                *map(plain_array_text, zip(*places.values(), strict=True)),
            ],
        )
        placed = cursor.fetchall()
    common = {
        "tenant_id": current_tenant_id(),
        "kind": LoanEvent.Kind.PAYMENT.value,
        "effective_on": effective_on,
        "recorded_on": effective_on,
        "by_id": by.pk if by else None,
        "source": source,
    }
    events = {}
    for line, event_id, recorded_at in placed:
        k = line - 1
        event = fresh(
            LoanEvent,
            id=event_id,
            recorded_at=recorded_at,
            loan_id=loan_ids[k],
            amount=amounts[k],
            key=keys[k],
            **common,
        )
        event._state.adding, event._state.db = False, connection.alias
        events[k] = event
    return events


def known_places(on: date) -> dict[Place, tuple[int, ...]]:
    """The accounts that payments of the business date `on` go to, as far as learnt here."""
    return _places.get((current_tenant_id(), connection.settings_dict["NAME"], on), {})


def learn_place(loan: Loan, on: date) -> bool:
    """From the loan of a payment placed on the business date `on`: the next of its kind may be plain.

    True when that is new.
    """
    day = current_tenant_id(), connection.settings_dict["NAME"], on
    place = loan.legal_entity_id, loan.product_version_id, loan.currency
    known = _places.get(day, {})
    if place in known or len(known) == MOST_PLACES or loan.balance.schedule_version > 1:
        return False
    use = Use(product_of(loan.product_version_id), Loan.State.ACTIVE)
    try:
        accounts = [
            mapped_account(loan.legal_entity_id, role, on=on, posted_on=on, use=use)
            or account_id(loan.legal_entity_id, loan.currency, role)
            for role in ROLES
        ]
    except NoAccount:
        return False  # the payment that needs it says so
    for other in list(_places):  # of a copy: other threads learn too
        if other[:2] == day[:2] and other[2] < on:
            _places.pop(other, None)
    _places[day] = {**known, place: tuple(accounts)}
    return True
