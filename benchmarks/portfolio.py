"""How fast the portfolio is read, and what a month end adds to the night; each beside the plain way.

    python3 run.py bench portfolio [--loans 1000000] [--months 12] [--postings 10000000]

Makes a database of its own, fills it set-based with loans, their rows at each month end and postings of principal, and
drops it. The plain way to the same figures adds up the rows of the loans; the plain way to one month end adds up their
postings. All are compared to the cent before anything is timed. The page's time is the server's, from request to
response, median of ten. The last line is one JSON object.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.books import set_django_up
from benchmarks.database import own_database
from benchmarks.reads import timed

NAME = f"lw_bench_portfolio_{os.getpid()}"
LAST = date(2008, 12, 31)  # the last month end that is kept; the month after is kept by the night that is timed
NEXT = date(2009, 1, 31)
FIRST_LOAN = 1_000_000
LIMIT_MS = 500
PARTIES = """
INSERT INTO parties_party (id, tenant_id, kind, name, name_is_generated, email, phone, street, city, state, postal_code,
                           industry_code, created_at)
SELECT 1000000 + n, %(tenant)s, 'company', 'Borrower ' || n, true, '', '', '', 'CITY ' || n %% 400, 'CA', '',
       (531100 + 7 * (n %% 120))::text, now()
FROM generate_series(0, 19999) n
"""
LOANS = """
INSERT INTO ledger_loan (id, tenant_id, number, legal_entity_id, borrower_id, product_version_id, currency, amount,
                         rate, terms, opened_on, first_due_on, matures_on, state, boarded_on)
SELECT %(loan)s + n, tenant_id, 'B-' || n, legal_entity_id, 1000000 + n %% 20000, product_version_id, currency,
       10000 + n %% 900 * 1000, rate, terms, %(first)s::date - (n %% 3000)::int, first_due_on, matures_on, state,
       boarded_on
FROM ledger_loan, generate_series(0, %(loans)s::int - 1) n WHERE id = %(like)s
"""
BALANCES = """
INSERT INTO ledger_loanbalance (loan_id, tenant_id, open, disbursed, principal, accrued_units, interest, fees,
  unapplied, rate, day_count, rounding, accrued_through, schedule_version, credit, next_due_on, next_due_amount, dpd,
  past_due_amount, written_off, recovered, last_event_rank)
SELECT %(loan)s + n, %(tenant)s, true, 10000 + n %% 900 * 1000, 9000 + n %% 900 * 1000, 0, 0, 0, 0, 9, 'ACT/365F',
  'HALF_UP', %(next)s, 1, 0, %(next)s, 100, CASE WHEN n %% 9 = 0 THEN n %% 150 ELSE 0 END, 0, 0, 0, 0
FROM generate_series(0, %(loans)s::int - 1) n
"""
MONTHS = """
INSERT INTO ledger_loanmonth (tenant_id, month_end, known_on, loan_id, loans, bucket, was, dpd, principal, past_due,
  was_principal, disbursed, charged_off, recovered, received, expected, industry, city)
SELECT %(tenant)s, m.ends, m.ends, %(loan)s + n, 1, b.bucket, b.bucket, b.dpd, 9000 + n %% 900 * 1000,
  CASE WHEN b.dpd > 0 THEN 100 ELSE 0 END, 9000 + n %% 900 * 1000, 0, 0, 0, 100, 100, p.industry_code, p.city
FROM (SELECT (date_trunc('month', %(last)s::date) - k * interval '1 month' + interval '1 month - 1 day')::date
             AS ends, k
      FROM generate_series(0, %(months)s::int - 1) k) m
CROSS JOIN generate_series(0, %(loans)s::int - 1) n
CROSS JOIN LATERAL (SELECT CASE WHEN (n + m.k) %% 9 = 0 THEN (n + m.k) %% 150 ELSE 0 END AS dpd) d
CROSS JOIN LATERAL (SELECT d.dpd, (ARRAY['current', '1-29', '30-59', '60-89', '90-119', '120+'])
                    [1 + width_bucket(d.dpd, ARRAY[1, 30, 60, 90, 120])] AS bucket) b
JOIN parties_party p ON p.id = 1000000 + n %% 20000
ORDER BY m.ends, n
"""
ENTRIES = """
INSERT INTO ledger_entry (tenant_id, legal_entity_id, kind, effective_on, booked_on, posted_on, posted_at, currency,
                          lines, total, key)
SELECT %(tenant)s, %(company)s, 'disbursement', d.on_day, d.on_day, d.on_day, now(), 'USD', 2, 1.00, 'bench/' || n
FROM generate_series(0, %(entries)s::bigint - 1) n
CROSS JOIN LATERAL (SELECT %(first)s::date + (n %% 300)::int AS on_day) d ORDER BY n
"""
POSTINGS = """
INSERT INTO ledger_posting (tenant_id, entry_id, account_id, loan_id, effective_on, booked_on, posted_on, currency,
                            debit, credit)
SELECT e.tenant_id, e.id, line.account, %(loan)s + e.id %% %(loans)s, e.effective_on, e.booked_on, e.posted_on, 'USD',
       line.debit, line.credit
FROM ledger_entry e
CROSS JOIN LATERAL (VALUES (%(principal)s::bigint, e.total, 0.00),
                           (%(cash)s, 0.00, e.total)) line (account, debit, credit)
WHERE e.id > 1000000 ORDER BY e.id
"""
FILLED = (
    "parties_party", "ledger_loan", "ledger_loanbalance", "ledger_loanmonth", "ledger_entry", "ledger_posting",
)  # fmt: skip
BY_ROWS = """
SELECT m.month_end, m.bucket, sum(m.loans), sum(m.principal)
FROM ledger_loanmonth m JOIN ledger_loan l ON l.id = m.loan_id
WHERE m.known_on <= %(known_on)s AND l.currency = 'USD' GROUP BY 1, 2
"""
BY_POSTINGS = """
SELECT count(*), sum(principal) FROM (
  SELECT p.loan_id, sum(p.debit - p.credit) AS principal
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE a.role = 'principal' AND p.effective_on <= %(on)s AND p.posted_on <= %(known_on)s GROUP BY 1) loans
"""


def fill(owner_url: str, options: argparse.Namespace) -> dict[str, Any]:
    """A lender with one real loan, so many copies of it, a row of each at every month end, and postings."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import Account, Product, ProductVersion
    from ledger.opening import open_books
    from parties.models import Party
    from tenants.current import tenant_context
    from tenants.models import LegalEntity, User
    from tenants.operations import open_tenant

    opened = date(2008, 1, 1)
    tenant = open_tenant(name="Bench", slug="bench", hosts=["localhost"], business_date=NEXT, legal_entity="Bench LLC")
    with tenant_context(tenant.pk):
        company = LegalEntity.objects.get()
        open_books(company, first_day=opened, last_day=NEXT)
        manager = User.objects.create_user("pm@bench.example", "a long password 1", roles=["portfolio_manager"])
        terms = {"index": "prime", "margins": [{"up_to_months": 360, "margin": "2"}], "min_amount": "1.00",
                 "max_amount": "9000000.00", "min_months": 1, "max_months": 360}  # fmt: skip
        product = Product.objects.create(code="term", name="Term loan")
        version = ProductVersion.objects.create(
            product=product, number=1, effective_from=opened, terms=terms, drafted_by=manager
        )
        loan = board_loan(
            agreed=AgreedTerms(amount=Decimal("90000.00"), rate=Decimal("9"), months=120, disbursed_on=opened),
            product_version=version,
            borrower=Party.objects.create(kind="company", name="Borrower"),
            legal_entity=company,
            key="loan",
            by=None,
        )
        accounts = dict(Account.objects.values_list("role", "pk"))
    given = {
        "tenant": tenant.pk, "company": company.pk, "first": opened, "last": LAST, "next": NEXT, "loan": FIRST_LOAN,
        "loans": options.loans, "months": options.months, "entries": options.postings // 2, "like": loan.pk,
        "cash": accounts["cash"], "principal": accounts["principal"],
    }  # fmt: skip
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, false)", [str(given["tenant"])])
        connection.execute("SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), 1000000)")
        for table in FILLED:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        for statement in (PARTIES, LOANS, BALANCES, MONTHS, ENTRIES, POSTINGS):
            connection.execute(statement, given)
        for table in FILLED:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
    return given | {"manager": manager}


def asked(query: str, **given: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def check_equal(scope: Any) -> float:
    """Both ways to the outstanding by bucket give the same, to the cent. Returns the seconds of the plain one."""
    from reporting.portfolio.sums import by_bucket

    rows, seconds = timed(lambda: asked(BY_ROWS, known_on=scope.known_on))
    plain = {(month, bucket): (loans, principal) for month, bucket, loans, principal in rows}
    months = by_bucket(scope, date.min)
    kept = {(month, key): (one.loans, one.principal) for month, found in months.items() for key, one in found.items()}
    assert kept == plain
    return seconds


def page_data(scope: Any) -> None:
    """What the page reads and draws, without its HTML."""
    from reporting.portfolio.sums import kept_months
    from reporting.views.portfolio import page_of, rows_of

    kept = kept_months(scope.known_on, scope.month)
    assert kept is not None
    page_of(scope, kept, "dollars", "", rows_of(scope, None, several=False))


def median_ms(work: Callable[[], object], times: int = 10) -> float:
    return statistics.median(timed(work)[1] for _ in range(times)) * 1000


def opened(given: dict[str, Any]) -> Callable[[str], float]:
    """open(address) -> milliseconds of the server."""
    from django.conf import settings
    from django.test import Client

    from tenants.current import tenant_context

    settings.CACHES["default"]["KEY_PREFIX"] = NAME
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client = Client(SERVER_NAME="localhost")
    with tenant_context(given["tenant"]):
        client.force_login(given["manager"], backend="allauth.account.auth_backends.AuthenticationBackend")

    def once(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    def open_it(address: str) -> float:
        once(address)
        return median_ms(lambda: once(address))

    return open_it


def month_end(loans: int) -> tuple[float, float]:
    """Seconds of keeping the month NEXT in the chunks of the night, and of adding it up."""
    from ledger.close.months import keep_month, sum_months
    from ledger.close.steps import BY_NAME

    size, start = BY_NAME["keep_month"].chunk_size, time.perf_counter()
    for first in range(FIRST_LOAN, FIRST_LOAN + loans, size):
        keep_month(NEXT, range(first, min(first + size, FIRST_LOAN + loans)))
    return time.perf_counter() - start, timed(sum_months)[1]


def run(owner_url: str, options: argparse.Namespace) -> None:
    given, filled = timed(lambda: fill(owner_url, options))
    from ledger.close.months import sum_months
    from reporting.portfolio.sums import Scope
    from tenants.current import tenant_context

    scope = Scope(LAST, NEXT, "USD")
    with tenant_context(given["tenant"]):
        _, summed = timed(sum_months)
    with tenant_context(given["tenant"]):
        by_rows = check_equal(scope)
        _, by_postings = timed(lambda: asked(BY_POSTINGS, on=LAST, known_on=NEXT))
        data = median_ms(lambda: page_data(scope))
    opening = opened(given)
    found: dict[str, Any] = {
        "page_ms": round(opening(f"/portfolio/?as_of={LAST}"), 1),
        "page_known_on_ms": round(opening(f"/portfolio/?as_of={LAST}&known_on={NEXT - timedelta(1)}"), 1),
        "data_ms": round(data, 1),
        "rows_of_a_bucket_ms": round(opening(f"/portfolio/rows/?what=bucket&month={LAST}&key=60-89"), 1),
        "rows_of_a_city_ms": round(opening(f"/portfolio/rows/?what=city&month={LAST}&key=CITY+7"), 1),
        "naive_rows_ms": round(by_rows * 1000, 1),
        "naive_postings_ms": round(by_postings * 1000, 1),
    }
    with tenant_context(given["tenant"]):
        kept, added = month_end(options.loans)
    found |= {"keep_month_s": round(kept, 1), "keep_loans_per_s": round(options.loans / kept), "sum_s": round(added, 1)}
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"{machine}; {options.loans:,} loans, {options.months} months, {options.postings:,} postings")
    print(f"filled in {filled:.0f} s, {options.months} months added up in {summed:.1f} s\n")
    print(f"{'the page, on the server':44}{found['page_ms']:10.1f} ms, limit {LIMIT_MS}")
    print(f"{'the page as known on an earlier day':44}{found['page_known_on_ms']:10.1f} ms, limit {LIMIT_MS}")
    print(f"{'its figures alone':44}{data:10.1f} ms")
    print(f"{'beside: outstanding by bucket from the rows':44}{found['naive_rows_ms']:10.1f} ms")
    print(f"{'beside: one month end from the postings':44}{found['naive_postings_ms']:10.1f} ms")
    print(f"{'the rows of a bucket':44}{found['rows_of_a_bucket_ms']:10.1f} ms")
    print(f"{'the rows of a city':44}{found['rows_of_a_city_ms']:10.1f} ms")
    print(f"{'a month end kept by the night':44}{kept:10.1f} s, {options.loans / kept:,.0f} loans/s")
    print(f"{'and added up':44}{added:10.1f} s")
    within = max(found["page_ms"], found["page_known_on_ms"]) <= LIMIT_MS
    about = {"benchmark": "portfolio", "machine": machine, "loans": options.loans, "months": options.months,
             "postings": options.postings, "within_limits": within}  # fmt: skip
    print(f"\n{json.dumps(about | found)}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--postings", type=int, default=10_000_000)
    options = parser.parse_args()
    with own_database(NAME) as owner_url:
        os.environ["LOANWRIGHT_ENVIRONMENT"] = "demo"  # the page is asked without HTTPS and a second factor
        set_django_up()
        run(owner_url, options)


if __name__ == "__main__":
    main()
