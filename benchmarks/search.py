"""How fast anything is found in a lender's book, and how fast its list opens; beside the plain way.

    python3 run.py bench search [--loans 1000000]          (--keep to leave the book, and take it the next time)

Makes a database of its own, fills it with loans of as many named borrowers set-based, and drops it. What is timed is a
request of the search, from its start to its answer, in the server, under row-level security, as the application role;
beside it the same question as ILIKE of number and name, as the ORM writes it, in the same run. Whatever is drawn must
be found. Beside each time stands that of the processor, of client and server, which does not count who else uses the
machine. The last line is one JSON object.
"""

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.books import set_django_up
from benchmarks.database import exists, own_database, server_time
from benchmarks.reads import fill as fill_books

NAME = f"lw_bench_search_{os.getpid()}"
DRAWN, PLAIN = 60, 5
FIRST_ID = 2_000_000
LIMITS = {"search_p95_ms": 50, "list_p95_ms": 150}

PARTIES = """
INSERT INTO parties_party (id, tenant_id, kind, name, name_is_generated, email, phone, street, city, state, postal_code,
                           industry_code, created_at)
SELECT %(first)s + n, %(tenant)s, 'company',
       (%(one)s::text[])[1 + (n * 7919 %% cardinality(%(one)s::text[]))]
       || (%(two)s::text[])[1 + (n * 104729 / 3 %% cardinality(%(two)s::text[]))] || ' '
       || (%(trade)s::text[])[1 + (n * 1299709 / 7 %% cardinality(%(trade)s::text[]))] || ' '
       || (%(form)s::text[])[1 + n %% cardinality(%(form)s::text[])],
       true, '', '', '', 'FRESNO', 'CA', '93701', '53', now()
FROM generate_series(0, %(loans)s::bigint - 1) n
"""
LOANS = """
INSERT INTO ledger_loan (id, tenant_id, number, legal_entity_id, borrower_id, product_version_id, currency, amount,
                         rate, terms, opened_on, first_due_on, matures_on, state, boarded_on)
SELECT %(first)s + n, l.tenant_id, (1000000000 + n * 8999)::text, l.legal_entity_id, %(first)s + n,
       l.product_version_id, l.currency, l.amount, l.rate, l.terms, l.opened_on, l.first_due_on, l.matures_on, l.state,
       l.boarded_on
FROM ledger_loan l, generate_series(0, %(loans)s::bigint - 1) n WHERE l.id = %(like)s
"""
BALANCES = """
INSERT INTO ledger_loanbalance ({columns})
SELECT {values}
FROM ledger_loanbalance b, ledger_loan l, abs(l.id - %(first)s) n
WHERE b.loan_id = %(like)s AND NOT EXISTS (SELECT FROM ledger_loanbalance its WHERE its.loan_id = l.id)
"""
# What differs from the copied balance: one loan in twenty is late.
OWN = {
    "loan_id": "l.id",
    "principal": "1000 + n * 7919 %% 90000",
    "dpd": "CASE WHEN n %% 20 = 0 THEN 1 + n / 20 %% 150 ELSE 0 END",
    "past_due_amount": "CASE WHEN n %% 20 = 0 THEN 312.40 ELSE 0 END",
}


def fill(owner_url: str, loans: int) -> dict[str, Any]:
    """A lender with `loans` loans of as many companies, each with its balance."""
    from parties import generated_names as names

    given = fill_books(owner_url, 4000)
    trades = sorted({trade for found in names._TRADES.values() for trade in found})
    given |= {"first": FIRST_ID, "loans": loans, "one": list(names._BEGINNINGS), "two": list(names._ENDINGS),
              "trade": trades, "form": list(names._FORMS)}  # fmt: skip
    guarded = ("ledger_loan", "ledger_loanbalance")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, false)", [str(given["tenant"])])
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'ledger_loanbalance'::regclass AND attnum > 0"
                " AND NOT attisdropped"
            )
        ]
        balances = BALANCES.format(
            columns=", ".join(columns), values=", ".join(OWN.get(name, f"b.{name}") for name in columns)
        )
        for table in guarded:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        given["named_s"] = timed(lambda: connection.execute(PARTIES, given))
        for statement in (LOANS, balances):
            connection.execute(statement, given)  # type: ignore[call-overload]
        for table in guarded:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        connection.execute("VACUUM (ANALYZE)")
    return given


def found_book(loans: int) -> dict[str, Any]:
    """What `fill` returns, of a book that an earlier run kept."""
    from tenants.current import every_tenant_id, tenant_context
    from tenants.models import User

    (tenant_id,) = every_tenant_id()
    with tenant_context(tenant_id):
        auditor = User.objects.get(email="auditor@bench.example")
    return {"tenant": tenant_id, "loans": loans, "auditor": auditor, "named_s": 0.0}


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def drawn(given: dict[str, Any], dice: random.Random) -> list[tuple[str, str]]:
    """(what is typed, what must be among the answers): numbers and names, whole and begun, in order and not."""
    from parties.models import Party
    from tenants.current import tenant_context

    asked = []
    with tenant_context(given["tenant"]):
        for _ in range(DRAWN // 6):
            n = dice.randrange(given["loans"])
            number, name = str(1_000_000_000 + n * 8999), Party.objects.get(pk=FIRST_ID + n).name
            first, *rest, _form = name.split()
            asked += [
                (number, number), (number[:7], number[:7]), (name, name), (first[:5], first[:5]),
                (f"{first} {rest[0][:3]}", first), (f"{rest[0]} {first}", first),
            ]  # fmt: skip
    return asked


def opened(client: Any, address: str, query: dict[str, str], headers: dict[str, str]) -> tuple[float, str]:
    start = time.perf_counter()
    answer = client.get(address, query, headers=headers)
    took = (time.perf_counter() - start) * 1000
    assert answer.status_code == 200, (address, query, answer.status_code)
    return took, answer.content.decode()


def searches(client: Any, asked: list[tuple[str, str]]) -> list[float]:
    """Milliseconds of each, whatever was typed found."""
    times = []
    for text, wanted in asked:
        took, page = opened(client, "/find/", {"q": text}, {"HX-Request": "true"})
        assert wanted in page, (text, wanted, page)
        times.append(took)
    return times


def worked(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, and the milliseconds of processor time that it took here and in the server."""
    own, server = time.process_time(), server_time() or 0.0
    found = work()
    return found, (time.process_time() - own + (server_time() or 0.0) - server) * 1000


def plainly(given: dict[str, Any], asked: list[tuple[str, str]]) -> list[float]:
    """Milliseconds of the same as ILIKE."""
    from django.db.models import Q

    from ledger.models import Loan
    from tenants.current import tenant_context

    def ask(text: str) -> None:
        named = Loan.objects.select_related("borrower", "balance")
        assert list(named.filter(Q(number__icontains=text) | Q(borrower__name__icontains=text)).order_by("number")[:6])

    with tenant_context(given["tenant"]):
        return [timed(lambda text=text: ask(text)) * 1000 for text, _ in asked[:: len(asked) // PLAIN]]  # type: ignore[misc]


LISTS = ({}, {"sort": "-number"}, {"bucket": "90-119"}, {"bucket": "past-due"}, {"state": "active"}, {"page": "3"},
         {"page": "200"}, {"q": "cedarbrook"}, {"q": "llc"}, {"q": "leasing llc"}, {"q": "1"}, {"sort": "borrower"},
         {"sort": "-principal"}, {"sort": "principal"}, {"sort": "-past_due"}, {"sort": "past_due"}, {"sort": "-dpd"},
         {"bucket": "90-119", "sort": "-principal"}, {"columns": "number,borrower,principal"})  # fmt: skip
TIMES = 5


def lists(client: Any) -> dict[str, tuple[float, float]]:
    """{a list as it is opened, filtered or sorted: (milliseconds, those of the processor)}, after a first time."""
    found = {}
    for query in LISTS:

        def again(query: dict[str, str] = query) -> float:
            return statistics.median(opened(client, "/loans/", query, {})[0] for _ in range(TIMES))

        opened(client, "/loans/", query, {})
        took, processor = worked(again)
        name = "&".join(f"{key}={value}" for key, value in query.items()) or "as it opens"
        found[name] = (round(took, 1), round(processor / TIMES, 1))
    return found


def sums(client: Any) -> float:
    """Milliseconds of the sums that a long list fetches after it."""
    return statistics.median(opened(client, "/loans/", {"part": "sums"}, {})[0] for _ in range(3))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="leave the database there")
    options = parser.parse_args()
    name = f"loanwright_search_{options.loans}" if options.keep else NAME
    made_before = options.keep and exists(name)
    with own_database(name, keep=options.keep) as owner_url:
        os.environ["LOANWRIGHT_ENVIRONMENT"] = "demo"  # the pages are asked without HTTPS and a second factor
        set_django_up()
        run(found_book(options.loans) if made_before else fill(owner_url, options.loans), options.loans)


def signed_in(given: dict[str, Any]) -> Any:
    from django.conf import settings
    from django.test import Client

    from tenants.current import tenant_context

    settings.CACHES["default"]["KEY_PREFIX"] = NAME
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client = Client(SERVER_NAME="localhost")
    with tenant_context(given["tenant"]):
        client.force_login(given["auditor"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def run(given: dict[str, Any], loans: int) -> None:
    client, dice = signed_in(given), random.Random(11)
    asked = drawn(given, dice)
    searches(client, asked[:6])  # warms up
    times, processor = worked(lambda: searches(client, asked))
    ours, plain = sorted(times), sorted(plainly(given, asked))
    listed = lists(client)
    found = {
        "loans": loans,
        "load": round(os.getloadavg()[0], 1),
        "search_ms": round(statistics.median(ours), 1),
        "search_p95_ms": round(ours[int(len(ours) * 0.95)], 1),
        "search_worst_ms": round(ours[-1], 1),
        "search_processor_ms": round(processor / len(ours), 1),
        "search_plain_ms": round(statistics.median(plain), 1),
        "list_p95_ms": max(took for took, _ in listed.values()),
        "lists_ms": {name: took for name, (took, _) in listed.items()},
        "lists_processor_ms": {name: processor for name, (_, processor) in listed.items()},
        "sums_ms": round(sums(client), 1),
        "names_filled_s": round(given["named_s"], 1),
    }
    found["times_plain"] = round(found["search_plain_ms"] / found["search_ms"], 1)
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    filled = f"; names with their keys in {found['names_filled_s']} s" if given["named_s"] else ""
    print(f"{machine}, load {found['load']}; {loans:,} loans, {len(asked)} searches{filled}\n")
    print(f"search: median {found['search_ms']} ms, p95 {found['search_p95_ms']}, worst {found['search_worst_ms']}")
    print(f"{'':8}processor, client and server: {found['search_processor_ms']} ms in the mean")
    print(f"beside it, ILIKE: median {found['search_plain_ms']} ms, {found['times_plain']} times as long\n")
    print(f"{'list of loans':54}{'ms':>10}{'processor':>12}")
    for name, (took, processor) in listed.items():
        print(f"  {name:52}{took:10.1f}{processor:12.1f}")
    print(f"{'its sums, fetched after it':54}{found['sums_ms']:10.1f}")
    found["within"] = all(found[name] <= limit for name, limit in LIMITS.items())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
