"""How long each page of the staff takes on the server, with how many queries, on a big book and on a small one.

    python3 run.py bench pages --loans 1000000          (--keep to use the book of `bench night --keep`)

The book is that of the night's benchmark; the small one has a hundredth of its loans. Each page is asked ten times, as
a person of the role whose page it is, under row-level security; its time is the median from request to response, beside
that of the processor, of client and server, which does not count who else uses the machine. Its queries must be as many
on both books. Beside it, in the same run, the list of loans in the plain way: every loan counted, summed and skipped.
The last line is one JSON object.
"""

import argparse
import gzip
import json
import os
import platform
import statistics
import time
from typing import Any

from benchmarks.books import make_book, set_django_up
from benchmarks.database import exists, own_database, server_time, vacuum

LIMIT_MS, LIMIT_QUERIES = 150, 25
LATER_MS = 5_000  # what a page fetches once it is there
TIMES = 10
# name: role, address, and its limit where it has its own
PAGES: dict[str, tuple[str, str, int]] = {
    "home of operations": ("operations", "/", LIMIT_MS),
    "home of the portfolio manager": ("portfolio_manager", "/", LIMIT_MS),
    "its changes, after it": ("portfolio_manager", "/?part=changes", LATER_MS),
    "its book by days late, after it": ("portfolio_manager", "/?part=book", LATER_MS),
    "operations' last close, after it": ("operations", "/?part=night", LATER_MS),
    "home of the auditor": ("auditor", "/", LIMIT_MS),
    "home of collections": ("collections", "/", LIMIT_MS),
    "loans": ("operations", "/loans/", LIMIT_MS),
    "loans, one state": ("operations", "/loans/?state=active", LIMIT_MS),
    "loans, the last numbers first": ("operations", "/loans/?sort=-number", LIMIT_MS),
    "loans, most principal first": ("operations", "/loans/?sort=-principal", LIMIT_MS),
    "loans past due, most money first": ("collections", "/loans/?bucket=past-due&sort=-past_due", LIMIT_MS),
    "loans, the sums after them": ("operations", "/loans/?part=sums", LATER_MS),
    "a loan": ("operations", "/loans/{loan}/", LIMIT_MS),
    "a loan on another day": ("operations", "/loans/{loan}/?as_of={yesterday}", LIMIT_MS),
    "an explanation": ("operations", "/loans/{loan}/explain/payoff/", LIMIT_MS),
    "a recalculation": ("auditor", "/loans/{loan}/recalculation/", LIMIT_MS),
    "a payment's form": ("operations", "/loans/{loan}/take-payment/", LIMIT_MS),
    "search": ("operations", "/find/?q={loan}", 50),
    "trial balance": ("auditor", "/books/trial-balance/", LIMIT_MS),
    "an account": ("auditor", "/books/accounts/1200/", LIMIT_MS),
    "journal": ("auditor", "/books/journal/", LIMIT_MS),
    "periods": ("auditor", "/books/periods/", LIMIT_MS),
    "ageing": ("auditor", "/books/ageing/", LIMIT_MS),
    "ageing, its sums after it": ("auditor", "/books/ageing/?part=buckets", LATER_MS),
    "proof": ("auditor", "/books/proof/", LIMIT_MS),
    "end of day": ("operations", "/books/night/", LIMIT_MS),
    "its loans behind, after it": ("operations", "/books/night/?part=behind", LATER_MS),
    "portfolio": ("portfolio_manager", "/portfolio/", 500),
    "control room": ("administrator", "/admin/", LIMIT_MS),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true", help="take the night's book when it is there, and leave it")
    options = parser.parse_args()
    big, plain = measured(options.loans, keep=options.keep)
    small, _ = measured(max(options.loans // 100, 100), keep=False)
    report(options.loans, big, small, plain)


def measured(loans: int, *, keep: bool) -> tuple[dict[str, dict[str, Any]], float]:
    """{page: its figures} on a book of so many loans, and the milliseconds of the plain list."""
    name = f"loanwright_night_{loans}" if keep else f"lw_bench_pages_{os.getpid()}_{loans}"
    made_before = keep and exists(name)
    with own_database(name, keep=keep):
        set_django_up()
        point_to(name)
        book = None if made_before else make_book(loans, lambda line: print(line, flush=True))
        if not made_before:
            vacuum()
        from benchmarks.night import found_book

        tenant_id = (book or found_book()).tenant_id
        clients, given = signed_in(tenant_id)
        found = {}
        for page, (role, address, limit) in PAGES.items():
            found[page] = ask(clients[role], address.format(**given)) | {"limit_ms": limit}
        return found, plain_list(tenant_id)


def point_to(name: str) -> None:
    """Let Django, which may have been set up for another book, use the database `name`."""
    from django.db import connections

    connections.close_all()
    connections["default"].settings_dict["NAME"] = name


def signed_in(tenant_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A client for each role, and what the addresses need."""
    from datetime import timedelta

    from django.conf import settings
    from django.test import Client

    from ledger.models import Loan
    from ledger.selectors import business_date
    from tenants.current import tenant_context
    from tenants.models import User

    settings.MFA_REQUIRED_FOR_STAFF = False  # who asks here is nobody
    settings.CACHES["default"]["KEY_PREFIX"] = f"bench-{os.getpid()}"
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    clients = {}
    with tenant_context(tenant_id):
        for role in sorted({role for role, _, _ in PAGES.values()}):
            mailbox = f"{role}-{os.getpid()}@bench.example"
            user = User.objects.create_user(mailbox, None, full_name=role, roles=[role], toured=True)
            clients[role] = Client(SERVER_NAME="localhost")
            clients[role].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        loan = Loan.objects.filter(state="active").order_by("pk").first()
        assert loan is not None
        given = {"loan": loan.number, "yesterday": (business_date() - timedelta(1)).isoformat()}
    return clients, given


def ask(client: Any, address: str) -> dict[str, Any]:
    """The figures of one page: median of TIMES, after two that count for nothing."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times: list[float] = []
    own, server = 0.0, 0.0
    for again in range(-2, TIMES):
        if not again:
            own, server = time.process_time(), server_time() or 0.0
        start = time.perf_counter()
        answer = client.get(address, secure=True)
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    processor = (time.process_time() - own + (server_time() or 0.0) - server) * 1000 / TIMES
    with CaptureQueriesContext(connection) as queries:
        client.get(address, secure=True)
    weight = len(gzip.compress(answer.content)) / 1000
    return {
        "ms": round(statistics.median(times[2:]), 1),
        "most_ms": round(max(times[2:]), 1),
        "processor_ms": round(processor, 1),
        "queries": len(queries),
        "kb": round(weight, 1),
    }


def plain_list(tenant_id: int) -> float:
    """Milliseconds of a page in the middle of the list, the way that a pager of the framework takes it."""
    from django.core.paginator import Paginator
    from django.db.models import Sum

    from ledger.models import Loan
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        start = time.perf_counter()
        rows = Loan.objects.select_related("borrower", "balance").order_by("number")
        pages = Paginator(rows, 50)
        list(pages.page(max(pages.num_pages // 2, 1)))
        rows.aggregate(Sum("balance__principal"), Sum("balance__interest"), Sum("balance__past_due_amount"))
        return (time.perf_counter() - start) * 1000


def report(loans: int, big: dict[str, Any], small: dict[str, Any], plain: float) -> None:
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"\n{machine}, load {os.getloadavg()[0]:.1f}; {loans:,} loans, and a hundredth of them\n")
    print(f"{'':34}{'ms':>8}{'most':>8}{'limit':>7}{'processor':>11}{'small':>8}{'queries':>9}{'small':>7}{'kB':>7}")
    within = True
    for page, row in big.items():
        few = small[page]
        good = row["ms"] <= row["limit_ms"] and row["queries"] <= LIMIT_QUERIES and row["queries"] == few["queries"]
        within &= good
        figures = (
            f"{row['ms']:8.1f}{row['most_ms']:8.1f}{row['limit_ms']:7}{row['processor_ms']:11.1f}"
            f"{few['ms']:8.1f}{row['queries']:9}{few['queries']:7}{row['kb']:7.1f}"
        )
        print(f"{page:34}{figures}{'' if good else '  *'}")
    print(f"\nthe list of loans in the plain way: {plain:,.0f} ms")
    about = {"benchmark": "pages", "machine": machine, "loans": loans, "within_limits": within}
    print("\n" + json.dumps(about | {"plain_list_ms": round(plain, 1), "pages": big, "small": small}))


if __name__ == "__main__":
    main()
