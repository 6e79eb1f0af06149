"""How fast the books are read: balances on any two dates, the trial balance, a loan's page; each beside the plain way.

    python3 run.py bench reads [--postings 10000000]

Makes a database of its own, fills it with payments of three years set-based, and drops it. The plain way adds up
postings; both ways are compared to the cent before anything is timed. Times of the database are its own (planning and
execution, median over drawn accounts, loans and pairs of dates); a page's is the server's from request to response.
The last line is one JSON object.
"""

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.books import set_django_up
from benchmarks.database import own_database, vacuum

NAME = f"lw_bench_reads_{os.getpid()}"
FIRST, LAST = date(2006, 1, 1), date(2008, 12, 31)
DAYS = (LAST - FIRST).days + 1
LOANS, LOANS_WITH_INTEREST, EVENTS_ON_THE_PAGE, DRAWN = 20_000, 500, 1000, 40
LIMITS = {"balance_ms": 1, "loan_balance_ms": 1, "trial_balance_ms": 5, "loan_page_ms": 100}

# Every entry is a payment of four lines. One in fifty became known up to 20 days after its day in the books.
ENTRIES = """
INSERT INTO ledger_entry (tenant_id, legal_entity_id, kind, effective_on, booked_on, posted_on, posted_at, currency,
                          lines, total, key)
SELECT %(tenant)s, %(company)s, 'payment', booked_on, booked_on, posted_on, now(), 'USD', 4, 100.00 + n %% 900,
       'bench/' || n
FROM (SELECT n, posted_on, greatest(%(first)s::date,
             posted_on - CASE WHEN n %% 50 = 0 THEN (n / 50 %% 20)::int ELSE 0 END) AS booked_on
      FROM (SELECT n, %(first)s::date + (n * %(days)s / %(entries)s)::int AS posted_on
            FROM generate_series(0, %(entries)s::bigint - 1) n) days) entries ORDER BY n
"""
POSTINGS = """
INSERT INTO ledger_posting (tenant_id, entry_id, account_id, loan_id, effective_on, booked_on, posted_on, currency,
                            debit, credit)
SELECT e.tenant_id, e.id, line.account, %(loan)s + e.id * 7919 %% %(loans)s, e.effective_on, e.booked_on, e.posted_on,
       'USD', line.debit, line.credit
FROM ledger_entry e CROSS JOIN LATERAL (VALUES
  (%(cash)s::bigint, e.total, 0.00), (%(fees)s, 0.00, 5.00), (%(interest)s, 0.00, 35.00),
  (%(principal)s, 0.00, e.total - 40.00)) line (account, debit, credit)
WHERE e.id > %(after)s ORDER BY e.id
"""
ACCRUALS = """
INSERT INTO ledger_accrual (tenant_id, loan_id, effective_on, booked_on, posted_on, amount)
SELECT %(tenant)s, %(loan)s + n, day::date, day::date, day::date, 1.23
FROM generate_series(%(first)s::date, %(last)s::date, '1 day') day, generate_series(0, %(some)s::int - 1) n
ORDER BY day, n
"""
COPIED = """
INSERT INTO ledger_loan (id, tenant_id, number, legal_entity_id, borrower_id, product_version_id, currency, amount,
                         rate, terms, opened_on, first_due_on, matures_on, state, boarded_on)
SELECT %(loan)s + n, tenant_id, 'B-' || n, legal_entity_id, borrower_id, product_version_id, currency, amount, rate,
       terms, opened_on, first_due_on, matures_on, state, boarded_on
FROM ledger_loan, generate_series(0, %(loans)s::int - 1) n WHERE id = %(like)s
"""


def fill(owner_url: str, postings: int) -> dict[str, Any]:
    """A lender with `postings` lines of payments, and one real loan with EVENTS_ON_THE_PAGE events."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import Account, Product, ProductVersion
    from ledger.opening import open_books
    from ledger.operations import receive_payment
    from parties.models import Party
    from tenants.current import tenant_context
    from tenants.models import LegalEntity, User
    from tenants.operations import open_tenant

    tenant = open_tenant(
        name="Bench", slug="bench", hosts=["localhost"], business_date=LAST, legal_entity="Bench Lending LLC"
    )
    with tenant_context(tenant.pk):
        company = LegalEntity.objects.get()
        open_books(company, first_day=FIRST, last_day=LAST)
        auditor = User.objects.create_user("auditor@bench.example", "a long password 1", roles=["auditor"])
        terms = {"index": "prime", "margins": [{"up_to_months": 360, "margin": "2"}], "min_amount": "1.00",
                 "max_amount": "9000000.00", "min_months": 1, "max_months": 360}  # fmt: skip
        product = Product.objects.create(code="term", name="Term loan")
        version = ProductVersion.objects.create(
            product=product, number=1, effective_from=FIRST, terms=terms, drafted_by=auditor
        )
        loan = board_loan(
            agreed=AgreedTerms(amount=Decimal("90000.00"), rate=Decimal("9"), months=120, disbursed_on=FIRST),
            product_version=version,
            borrower=Party.objects.create(kind="company", name="Borrower"),
            legal_entity=company,
            key="loan",
            by=None,
        )
        for day in range(1, EVENTS_ON_THE_PAGE):
            receive_payment(
                loan_id=loan.pk,
                amount=Decimal("40.00"),
                effective_on=FIRST + timedelta(day),
                key=f"p{day}",
                by=None,
            )
        accounts = dict(Account.objects.values_list("role", "pk"))
    given = {
        "tenant": tenant.pk, "company": company.pk, "first": FIRST, "last": LAST, "days": DAYS,
        "entries": postings // 4, "loan": 1_000_000, "loans": LOANS, "like": loan.pk, "some": LOANS_WITH_INTEREST,
        "after": 1_000_000,
        **{role: accounts[role] for role in ("cash", "fees", "interest", "principal")},
    }  # fmt: skip
    bulk(owner_url, given)
    return given | {"accounts": accounts, "number": loan.number, "auditor": auditor}


def bulk(owner_url: str, given: dict[str, Any]) -> None:
    """The payments. The owner switches the guards of single statements off; what they guard is proved afterwards."""
    tables = ("ledger_entry", "ledger_posting", "ledger_accrual", "ledger_loan")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, false)", [str(given["tenant"])])
        connection.execute("SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), 1000000)")
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        for statement in (COPIED, ENTRIES, POSTINGS, ACCRUALS):
            connection.execute(statement, given)
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def measured(statement: str, given: dict[str, Any]) -> float:
    """Milliseconds that the database says it took: planning and execution."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", given)
        (found,) = cursor.fetchone()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]
    return float(plan["Planning Time"] + plan["Execution Time"])


NAIVE_ACCOUNTS = (
    "SELECT account_id, sum(debit), sum(credit), count(*) FROM ledger_posting"
    " WHERE account_id = ANY(%(accounts)s::bigint[]) AND booked_on <= %(as_of)s AND posted_on <= %(known_on)s"
    " GROUP BY 1"
)


def drawn(dice: random.Random) -> tuple[date, date]:
    """A day in the books, and a day on which it was known, on or after it."""
    as_of = FIRST + timedelta(dice.randrange(30, DAYS))
    return as_of, min(LAST, as_of + timedelta(dice.randrange(0, 60)))


def account_reads(given: dict[str, Any], *, every: bool, times: int) -> tuple[float, float]:
    """Milliseconds by movements and by postings: of one account, or of every account, on drawn pairs of dates."""
    from ledger import movements
    from ledger.sql import statement

    dice, ours, plain = random.Random(7), [], []
    text = f"SELECT account_id, sum(debit), sum(credit), sum(postings) FROM ({statement('movements')}) m GROUP BY 1"
    for number in range(times):
        as_of, known_on = drawn(dice)
        one = given[dice.choice(["cash", "interest", "principal"])]
        accounts = list(given["accounts"].values()) if every else [one]
        asked = {
            "accounts": accounts, "as_of": as_of, "known_on": known_on,
            "whole": movements.first_of_cut_month(as_of), "known_whole": movements.first_of_cut_month(known_on),
        }  # fmt: skip
        ours.append(measured(text, asked))
        if number < 5:
            check_equal(movements.totals(accounts, as_of=as_of, known_on=known_on), asked)
            plain.append(measured(NAIVE_ACCOUNTS, asked))
    return statistics.median(ours), statistics.median(plain)


def check_equal(found: dict[int, Any], asked: dict[str, Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(NAIVE_ACCOUNTS, asked)
        summed = {pk: tuple(figures) for pk, *figures in cursor.fetchall()}
    assert {pk: tuple(moved) for pk, moved in found.items() if moved.postings} == summed


def loan_reads(given: dict[str, Any]) -> tuple[float, float]:
    """Milliseconds of one loan's balance, three years of interest by day; and of the same without the loan's index."""
    from django.db import connection

    from ledger.sql import statement

    dice, ours, plain = random.Random(8), [], []
    text = statement("loan_balance")
    for number in range(DRAWN):
        as_of, known_on = drawn(dice)
        asked = {"loan": given["loan"] + dice.randrange(LOANS_WITH_INTEREST), "as_of": as_of, "known_on": known_on}
        ours.append(measured(text, asked))
        if number < 2:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;")
                plain.append(measured(text, asked))
                cursor.execute("SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on;")
    return statistics.median(ours), statistics.median(plain)


def page_reads(given: dict[str, Any]) -> tuple[float, float]:
    """Milliseconds of the page of a loan with 1,000 events; beside it, the page with its whole schedule."""
    from django.conf import settings
    from django.test import Client

    settings.CACHES["default"]["KEY_PREFIX"] = NAME
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client = Client(SERVER_NAME="localhost")
    from tenants.current import tenant_context

    with tenant_context(given["tenant"]):
        client.force_login(given["auditor"], backend="allauth.account.auth_backends.AuthenticationBackend")

    def opened(address: str) -> float:
        times = []
        for _ in range(12):
            start = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, answer.status_code
        return statistics.median(times[2:])

    return opened(f"/loans/{given['number']}/"), opened(f"/loans/{given['number']}/?whole_schedule")


def seal_cost(given: dict[str, Any]) -> tuple[int, float]:
    """(rows, seconds) of sealing everything there is as one day."""
    from django.utils import timezone

    from ledger.close.sealing import seal_night
    from ledger.models import Night

    night = Night.objects.create(business_date=LAST, step="seal", summarised_at=timezone.now())
    start = time.perf_counter()
    seal = seal_night(night)
    return seal.leaves, time.perf_counter() - start


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postings", type=int, default=10_000_000)
    parser.add_argument("--seal", action="store_true", help="seal all rows as one day too, which takes a minute")
    options = parser.parse_args()
    with own_database(NAME) as owner_url:
        os.environ["LOANWRIGHT_ENVIRONMENT"] = "demo"  # the page is asked without HTTPS and a second factor
        set_django_up()
        run(owner_url, options)


def run(owner_url: str, options: argparse.Namespace) -> None:
    given, filled = timed(lambda: fill(owner_url, options.postings))
    from ledger import movements
    from ledger.close.proof import entries
    from ledger.close.proof import movements as prove
    from tenants.current import tenant_context

    with tenant_context(given["tenant"]):
        _, folded = timed(movements.fold)
    vacuum()  # the movements too: without statistics the first reads of them are not those of a book in use
    with tenant_context(given["tenant"]):
        (_, differ), proved = timed(prove)
        assert (differ, entries(None)[1]) == ([], [])
        account, naive_account = account_reads(given, every=False, times=DRAWN)
        trial, naive_trial = account_reads(given, every=True, times=DRAWN)
        one_loan, naive_loan = loan_reads(given)
        sealed = seal_cost(given) if options.seal else None
    page, whole_page = page_reads(given)
    found = {
        "balance_ms": round(account, 3), "balance_naive_ms": round(naive_account, 1),
        "loan_balance_ms": round(one_loan, 3), "loan_balance_naive_ms": round(naive_loan, 1),
        "trial_balance_ms": round(trial, 3), "trial_balance_naive_ms": round(naive_trial, 1),
        "loan_page_ms": round(page, 1), "loan_page_whole_schedule_ms": round(whole_page, 1),
    }  # fmt: skip
    within = all(found[name] <= limit for name, limit in LIMITS.items())
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"{machine}; {options.postings:,} postings")
    print(f"filled in {filled:.0f} s, folded in {folded:.1f} s, proved in {proved:.1f} s\n")
    print(f"{'':44}{'ms':>10}{'limit':>8}  beside")
    for name, words, beside in (
        ("balance", "account on two dates, in the database", "sum of its postings"),
        ("loan_balance", "loan on two dates, in the database", "the same without its index"),
        ("trial_balance", "trial balance on two dates, in the database", "sum of all postings"),
        ("loan_page", f"page of a loan with {EVENTS_ON_THE_PAGE:,} events", "the page with its whole schedule"),
    ):
        other = found.get(f"{name}_naive_ms", found.get(f"{name}_whole_schedule_ms"))
        print(f"{words:44}{found[f'{name}_ms']:10.3f}{LIMITS[f'{name}_ms']:8}  {beside}: {other:,.1f} ms")
    if sealed:
        rows, seconds = sealed
        print(f"\nsealing {rows:,} rows as one day: {seconds:.1f} s, {seconds / rows * 1e6:.2f} us a row")
        found |= {"sealed_rows": rows, "seal_us_a_row": round(seconds / rows * 1e6, 2)}
    about = {"benchmark": "reads", "machine": machine, "postings": options.postings, "within_limits": within}
    print(f"\n{json.dumps(about | found)}")


if __name__ == "__main__":
    main()
