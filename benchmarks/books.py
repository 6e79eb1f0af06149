"""Big books for benchmarks: a few hundred loans live through real operations and nights, then each is copied by SQL.

A copy has everything its original has: schedule, events, entries, postings, accruals and balance, under ids and keys
of its own. So the books of a million loans hold every proof, and are made at the speed of INSERT ... SELECT, as the
application role, under row-level security, with every trigger and key checked.
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing import get_context
from typing import Any

from benchmarks.database import as_owner

TODAY = date(2026, 3, 4)  # the business date of a finished book: nothing of it is closed yet
NIGHTS = 2  # that the originals have behind them
ORIGINALS = 400
COPIES_AT_ONCE = 20
WORKERS = 2
RATES = ("6.49", "7.125", "8.99", "11.5", "14.25", "19.9")
# name -> terms: three day counts, both roundings, with and without late fees
PRODUCTS: dict[str, dict[str, Any]] = {
    "consumer": {"day_count": "ACT/365F", "late_fee": {"grace_days": 10, "percent": "5", "flat": None}},
    "commercial": {"day_count": "ACT/360", "rounding": "HALF_EVEN"},
    "secured": {"day_count": "ACT/ACT", "late_fee": {"grace_days": 15, "percent": None, "flat": "25.00"}},
}
CATALOGUE = {
    "index": "prime",
    "margins": [{"up_to_months": 360, "margin": "2.75"}],
    "min_amount": "500.00",
    "max_amount": "5000000.00",
    "min_months": 3,
    "max_months": 360,
}


@dataclass(frozen=True)
class Book:
    """A finished book. happened: what its open business day has seen so far, by kind of event."""

    tenant_id: int
    loans: int
    happened: dict[str, int]


def make_book(loans: int, told: Callable[[str], None]) -> Book:
    """A lender with `loans` loans (to the next whole number of copies), the same for the same number."""
    from tenants.operations import open_tenant

    opened = TODAY - timedelta(NIGHTS)
    originals = min(ORIGINALS, loans)
    copies = -(-loans // originals) - 1
    tenant = open_tenant(
        name="Benchmark", slug="benchmark", hosts=["localhost"], business_date=opened, legal_entity="Benchmark LLC"
    )
    told(f"{originals:,} loans live through {NIGHTS} nights")
    live(tenant.pk, originals, opened)
    told(f"{copies:,} copies of each")
    copy_all(tenant.pk, copies)
    lie_as_posted()
    fold_movements(tenant.pk)
    seal_again(tenant.pk)
    return Book(tenant.pk, originals * (copies + 1), happened(tenant.pk))


# --- the originals --------------------------------------------------------------------------------------------------
def live(tenant_id: int, number: int, opened: date) -> None:
    """Board `number` loans, let their borrowers pay or not, and close the days before TODAY."""
    from ledger.close.night import start_night, work_night
    from ledger.operations import assess_late_fees
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        board(number, opened)
        for loan_id in loan_ids():
            pay_what_was_due(loan_id, opened)
            assess_late_fees(loan_id=loan_id, through=opened - timedelta(1), key=f"before/{loan_id}")
    for _ in range(NIGHTS):
        with tenant_context(tenant_id):
            night = start_night()
        assert work_night(tenant_id, night.pk)
    with tenant_context(tenant_id):
        for place, loan_id in enumerate(loan_ids()):
            live_a_day(place, loan_id)


def board(number: int, opened: date) -> None:
    from django.utils import timezone

    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import Product, ProductVersion
    from ledger.opening import open_books
    from parties.models import Party
    from tenants.models import LegalEntity, User

    company = LegalEntity.objects.get()
    open_books(company, first_day=date(2025, 1, 1), last_day=TODAY)
    drafter, approver = (
        User.objects.create_user(f"{name}@example.com", None, full_name=name, roles=["administrator"])
        for name in ("drafter", "approver")
    )
    versions = [
        ProductVersion.objects.create(
            product=Product.objects.create(code=name, name=name.title()),
            number=1,
            effective_from=date(2020, 1, 1),
            terms=CATALOGUE | terms,
            drafted_by=drafter,
            approved_by=approver,
            approved_at=timezone.now(),
        )
        for name, terms in PRODUCTS.items()
    ]
    for place in range(number):
        board_loan(
            agreed=AgreedTerms(
                amount=Decimal(2_000 + 137 * place % 48_000),
                rate=Decimal(RATES[place % len(RATES)]),
                months=(6, 12, 18)[place // 3 % 3],
                disbursed_on=opened - timedelta(25 + place % 46),
            ),
            product_version=versions[place % len(versions)],
            borrower=Party.objects.create(kind="person", name=f"Borrower {place + 1}"),
            legal_entity=company,
            key=f"book/{place}",
            by=None,
        )


def loan_ids() -> list[int]:
    from ledger.models import Loan

    return list(Loan.objects.order_by("pk").values_list("pk", flat=True))


def pay_what_was_due(loan_id: int, today: date) -> None:
    """Five of six borrowers met what fell due before the book was opened; the sixth did not, or only half."""
    from ledger.models import Instalment
    from ledger.operations import receive_payment

    for row in Instalment.objects.filter(loan_id=loan_id, due_on__lte=today).order_by("number"):
        amount = {0: Decimal(0), 6: row.amount / 2}.get(loan_id % 12, row.amount).quantize(Decimal("0.01"))
        if amount:
            receive_payment(
                loan_id=loan_id, amount=amount, effective_on=row.due_on, key=f"due/{loan_id}/{row.number}", by=None
            )


def live_a_day(place: int, loan_id: int) -> None:
    """What TODAY brings before its night: instalments met, payments found late or returned, one loan paid off."""
    from ledger.models import Instalment, LoanBalance, LoanEvent
    from ledger.operations import charge_fee, receive_payment, reverse_event

    common = {"key": f"today/{loan_id}", "by": None}
    due = Instalment.objects.filter(loan_id=loan_id, due_on=TODAY).first()
    payment = LoanEvent.objects.filter(loan_id=loan_id, kind="payment").first()
    if due and place % 6:
        receive_payment(loan_id=loan_id, amount=due.amount, effective_on=TODAY, **common)
    elif place % 20 == 7:
        receive_payment(loan_id=loan_id, amount=Decimal("100.00"), effective_on=TODAY, **common)
    elif place % 100 == 13:
        earlier = max(LoanBalance.objects.get(pk=loan_id).loan.opened_on, TODAY - timedelta(20))
        receive_payment(loan_id=loan_id, amount=Decimal("75.50"), effective_on=earlier, **common)
    elif place % 100 == 34 and payment:
        reverse_event(event_id=payment.pk, reason="Returned", **common)
    elif place % 50 == 41:
        charge_fee(loan_id=loan_id, amount=Decimal("15.00"), effective_on=TODAY, reason="Letter", **common)
    elif place % 200 == 99:
        receive_payment(loan_id=loan_id, amount=LoanBalance.objects.get(pk=loan_id).owed, effective_on=TODAY, **common)


# --- the copies -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Numbering:
    """How the rows of one table are numbered in their copies: row `place` of copy c is first + c x number + place."""

    table: str
    originals: list[int]
    first: int


def copy_all(tenant_id: int, copies: int) -> None:
    """Copy every original `copies` times, in two processes, and post the interest that the nights summed up."""
    from django.db import connections

    from ledger.models import Entry, Loan, LoanEvent
    from ledger.tapes.bulk import refresh_statistics
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        numberings = [
            numbering(Loan, Loan.objects.order_by("pk"), copies),
            numbering(LoanEvent, LoanEvent.objects.order_by("pk"), copies),
            numbering(Entry, Entry.objects.exclude(event=None).order_by("pk"), copies),
        ]
    connections.close_all()
    parts = [range(first, min(first + COPIES_AT_ONCE, copies)) for first in range(0, copies, COPIES_AT_ONCE)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=set_django_up) as pool:
        for _ in pool.map(copy_part, ((tenant_id, numberings, part.start, part.stop) for part in parts)):
            pass
    with tenant_context(tenant_id):
        sum_interest_of_copies(copies)
        refresh_statistics()


def set_django_up() -> None:
    import django

    django.setup()


def numbering(model: Any, rows: Any, copies: int) -> Numbering:
    """Reserve ids for the copies of `rows`."""
    from django.db import connection

    originals = list(rows.values_list("pk", flat=True))
    wanted = max(1, len(originals) * copies)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(v), max(v) FROM (SELECT nextval(pg_get_serial_sequence(%s, 'id')) v "
            "FROM generate_series(1, %s)) drawn",
            [model._meta.db_table, wanted],
        )
        first, last = cursor.fetchone()
    assert last - first == wanted - 1, "somebody else draws ids from this sequence"
    return Numbering(model._meta.db_table, originals, first)


def copy_part(order: tuple[int, list[Numbering], int, int]) -> None:
    """Copies `start` to `stop` (not included) of every original, in one transaction."""
    from ledger.models import Accrual, Entry, Instalment, Loan, LoanBalance, LoanEvent, Posting
    from tenants.current import tenant_context

    tenant_id, numberings, start, stop = order
    with tenant_context(tenant_id):
        for model, numbered in (
            (Loan, Loan), (Instalment, Loan), (LoanEvent, LoanEvent), (Entry, Entry), (Posting, Entry),
            (Accrual, Loan), (LoanBalance, Loan),
        ):  # fmt: skip
            copy_table(model, numbered, numberings, start, stop)


def copy_table(model: Any, numbered: Any, numberings: list[Numbering], start: int, stop: int) -> None:
    """INSERT ... SELECT the copies of the originals' rows in one table: those of the originals that it refers to.

    A column that refers to a numbered table follows its copy; a key or number gets the copy's; the rest is the same.
    """
    from django.db import connection

    by_table = {it.table: it for it in numberings}
    joins, columns, values = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and not field.remote_field and model._meta.db_table not in by_table:
            continue  # its own sequence
        target = field.related_model._meta.db_table if field.remote_field else None
        refers_to = model._meta.db_table if field.primary_key and not target else target
        columns.append(field.column)
        if refers_to in by_table:
            alias = f"of_{field.column}"
            inner = refers_to == numbered._meta.db_table and (field.primary_key or model._meta.db_table not in by_table)
            joins.append(
                f"{'JOIN' if inner else 'LEFT JOIN'} unnest(%({refers_to})s) WITH ORDINALITY {alias} (id, place) "
                f"ON {alias}.id = r.{field.column}"
            )
            it = by_table[refers_to]
            values.append(f"{it.first} + c * {len(it.originals)} + {alias}.place - 1")
        elif (field.column == "number" and model._meta.db_table == "ledger_loan") or field.column == "key":
            values.append(f"r.{field.column} || '-' || c")
        else:
            values.append(f"r.{field.column}")
    query = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM generate_series(%(first)s, %(last)s) c CROSS JOIN {model._meta.db_table} r {' '.join(joins)} "
        f"ORDER BY c, r.{model._meta.pk.column}"
    )
    given = {it.table: it.originals for it in numberings} | {"first": start, "last": stop - 1}
    with connection.cursor() as cursor:
        cursor.execute(query, given)


def sum_interest_of_copies(copies: int) -> None:
    """The nights of the originals summed their interest into entries; the copies' interest is as much again, each."""
    from ledger.models import Entry
    from ledger.posting import Line, post

    for entry in Entry.objects.filter(kind="accrual", event=None).prefetch_related("postings__account"):
        lines = [
            Line(row.account.role, (row.debit - row.credit) * copies, row.effective_on) for row in entry.postings.all()
        ]
        if copies:
            post(
                legal_entity_id=entry.legal_entity_id,
                currency=entry.currency,
                kind=entry.kind,
                lines=lines,
                effective_on=entry.effective_on,
                booked_on=entry.booked_on,
                posted_on=entry.posted_on,
                key=f"{entry.key}/copies",
            )


def lie_as_posted() -> None:
    """A book's interest lies on disk day after day, as it was posted, which its block-range index lives on."""
    for statement in (
        "CREATE INDEX accrual_as_posted ON ledger_accrual (posted_on, id)",
        "CLUSTER ledger_accrual USING accrual_as_posted",
        "DROP INDEX accrual_as_posted",
    ):
        as_owner(statement)  # type: ignore[arg-type]


def fold_movements(tenant_id: int) -> None:
    """What the copies posted, into the movements: in a living book no more than a day's postings wait for it."""
    from ledger.movements import fold
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        fold()


def seal_again(tenant_id: int) -> None:
    """The nights sealed the originals' rows; their days are sealed anew, with the copies' rows in them."""
    from ledger.close.sealing import seal_night
    from ledger.models import Night
    from tenants.current import tenant_context

    as_owner("""
        ALTER TABLE ledger_seal DISABLE TRIGGER USER;
        ALTER TABLE ledger_sealblock DISABLE TRIGGER USER;
        TRUNCATE ledger_seal, ledger_sealblock;
        ALTER TABLE ledger_seal ENABLE TRIGGER USER;
        ALTER TABLE ledger_sealblock ENABLE TRIGGER USER;
    """)
    with tenant_context(tenant_id):
        for night in Night.objects.order_by("business_date"):
            seal_night(night)


def happened(tenant_id: int) -> dict[str, int]:
    """How many events of each kind TODAY brought, those that count from an earlier day apart."""
    from django.db.models import Count, F, Q

    from ledger.models import LoanEvent
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        rows = LoanEvent.objects.filter(recorded_on=TODAY).values_list("kind")
        back = Count("pk", filter=Q(effective_on__lt=F("recorded_on")))
        counted = rows.annotate(number=Count("pk"), back_dated=back).order_by("kind")
        return {
            name: number
            for kind, all_of_it, late in counted
            for name, number in ((kind, all_of_it - late), (f"{kind}, back-dated", late))
            if number
        }


if __name__ == "__main__":
    import sys

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lending.settings")
    set_django_up()
    print(make_book(int(sys.argv[1]), print))
