"""Payments: one at a time by several clients, hundreds at a time from a bank's file, and django-hordak beside them.

    python3 run.py bench payments --clients 8

Everything happens on one server, in one run. The book is benchmarks/books.py's, in a database of its own. Each client
is a process that calls ledger.operations.receive_payment for loans of its own: a transaction each, under row-level
security, with every trigger and key, and real commits. The file goes through ledger.operations.payment_file. At the end
the books are proved. The last line is one JSON object.
"""

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from multiprocessing import get_context
from queue import Empty
from statistics import quantiles
from typing import Any

from benchmarks import _beside
from benchmarks.books import TODAY, make_book, set_django_up
from benchmarks.database import on_the_server, own_database, server_time, vacuum

Figures = dict[str, Any]
Due = tuple[int, Decimal]  # a loan's id, and what its next instalment lacks
FIGURES = {  # key -> (what it is, the figure to reach, whether more is better)
    "payments_per_s": ("payments one by one, a second", 1_500, True),
    "p95_ms": ("  95 % of them took at most, ms", 10, False),
    "file_payments_per_s": ("payments of a file, a second", 10_000, True),
    "hordak_ratio": ("times django-hordak's transfers", 2.5, True),
}
SECOND_TIME = Decimal("5.00")  # what a client pays on a loan that it has paid an instalment on already
COMMITS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
WARM_UP = 50  # payments of each client before the clock starts: its connection, plans and chart of accounts are warm
AGAIN = 25  # payments of each client that it sends once more at the end
FILE = "file"
SAMPLE = 400  # loans that are replayed afterwards


def main() -> None:
    options = read_options()
    load = os.getloadavg()[0]
    told(f"{options.loans:,} loans, {options.clients} clients, load {load:.2f}")
    with own_database(f"loanwright_payments_{options.loans}"):
        set_django_up()
        book = make_book(options.loans, told)
        vacuum()
        dues, before = read_book(book.tenant_id)
        told(f"One by one, {options.clients} clients, {options.seconds:g} s")
        figures, online = one_by_one(book.tenant_id, dues, options)
        told("django-hordak, as many clients")
        figures |= beside(figures["payments_per_s"], options)
        told(f"A file of {options.lines:,} payments, {options.processes} processes")
        from_file, placed = file(book.tenant_id, dues, options)
        figures |= from_file
        told("Proving the books")
        figures |= prove(book.tenant_id, before, [*online, *placed])
    about = {
        "benchmark": "payments",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, CPython {platform.python_version()}",
        "server": server(),
        "loans": book.loans,
        "clients": options.clients,
        "load_before": round(load, 2),
    }
    report(about, figures)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20, help="how long the clients pay")
    parser.add_argument("--loans", type=int, default=40_000)
    parser.add_argument("--lines", type=int, default=100_000, help="payments in the file")
    parser.add_argument("--processes", type=int, default=2, help="that share the file")
    parser.add_argument("--batch", type=int, default=1000, help="lines of the file in a transaction")
    parser.add_argument("--without-hordak", action="store_true", help="leave the comparison out")
    return parser.parse_args()


def told(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {sentence}", flush=True)


def server() -> str:
    """How the server commits, in its own words."""
    rows = on_the_server(
        "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s) ORDER BY 1", [list(COMMITS)]
    )
    ((version,),) = on_the_server("SELECT current_setting('server_version')")
    return f"PostgreSQL {version}, " + ", ".join(f"{name} {value}" for name, value in rows)


@dataclass(frozen=True)
class Before:
    """What the books held before the first payment."""

    payments: int
    cash: Decimal


def read_book(tenant_id: int) -> tuple[list[Due], Before]:
    """Every open loan with what it owes next, in an order as if drawn by lot; and the books as they stand."""
    from ledger.models import LoanBalance
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        rows = LoanBalance.objects.filter(open=True, next_due_amount__gt=0).order_by("pk")
        dues = list(rows.values_list("pk", "next_due_amount"))
        payments, cash = payments_and_cash()
    random.Random(4).shuffle(dues)
    return dues, Before(payments, cash)


def payments_and_cash() -> tuple[int, Decimal]:
    """How many payments there are, and what the account of cash comes to."""
    from django.db.models import F, Sum

    from ledger.models import LoanEvent, Posting

    cash = Posting.objects.filter(account__role="cash").aggregate(total=Sum(F("debit") - F("credit")))["total"]
    return LoanEvent.objects.filter(kind="payment").count(), cash


# --- one by one -----------------------------------------------------------------------------------------------------
@dataclass
class Client:
    """What a client reports. calls: the seconds of each payment.  placed: what the books must now hold of it.

    own_s, server_s: processor time of this process and of its server process during the calls.
    """

    calls: list[float] = field(default_factory=list)
    own_s: float = 0
    server_s: float | None = None
    placed: list[Decimal] = field(default_factory=list)


def one_by_one(tenant_id: int, dues: list[Due], options: argparse.Namespace) -> tuple[Figures, list[Decimal]]:
    """`clients` processes at once, each paying the next instalment of one of its own loans after another."""
    orders = [(tenant_id, dues[k :: options.clients], options.seconds, f"online/{k}") for k in range(options.clients)]
    clients, _ = at_once(pay, orders)
    calls = sorted(seconds for client in clients for seconds in client.calls)
    cuts = quantiles(calls, n=100)
    return {
        "payments": len(calls),
        "payments_per_s": round(len(calls) / options.seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
        "client_cpu_ms": mean([client.own_s for client in clients], len(calls)),
        "server_cpu_ms": mean([client.server_s for client in clients], len(calls)),
    }, [amount for client in clients for amount in client.placed]


def mean(seconds: list[float | None], calls: int) -> float | None:
    """Milliseconds for each call."""
    return None if None in seconds else round(sum(filter(None, seconds)) / calls * 1000, 3)


def pay(order: tuple[int, list[Due], float, str], start: Callable[[], None]) -> Client:
    """One client: until the time is over, a payment after another; then its last ones again, which move nothing."""
    from ledger.operations import receive_payment
    from tenants.current import tenant_context
    from tenants.models import User

    tenant_id, dues, seconds, name = order
    with tenant_context(tenant_id):
        teller = User.objects.order_by("pk").first()
    client = Client()

    def one(number: int) -> Any:
        loan_id, amount = dues[number % len(dues)]
        if number >= len(dues):
            amount = SECOND_TIME
        with tenant_context(tenant_id):
            return receive_payment(
                loan_id=loan_id, amount=amount, effective_on=TODAY, key=f"{name}/{number}", by=teller
            )

    events = [one(number) for number in range(WARM_UP)]
    start()
    server, own = server_time(), time.process_time()
    now = time.perf_counter()
    end = now + seconds
    while now < end:
        events.append(one(len(events)))
        began, now = now, time.perf_counter()
        client.calls.append(now - began)
    client.own_s = time.process_time() - own
    client.server_s = server_time() - server if server else None
    client.placed = [event.amount for event in events]
    for number in range(max(0, len(events) - AGAIN), len(events)):
        assert one(number).pk == events[number].pk, "the same key made another event"
    return client


def at_once(work: Callable[..., Any], orders: list[Any]) -> tuple[list[Any], float]:
    """What each process returns that does `work` on one of `orders`, all starting together; and the seconds it took."""
    from django.db import connections

    connections.close_all()
    context = get_context("spawn")
    ready, answers = context.Barrier(len(orders)), context.Queue()
    processes = [
        context.Process(target=process, args=(work, k, order, ready, answers), daemon=True)
        for k, order in enumerate(orders)
    ]
    for one in processes:
        one.start()
    found: dict[int, tuple[float, float, Any]] = {}
    while len(found) < len(orders):
        try:
            number, *answer = answers.get(timeout=1)
        except Empty:
            assert not any(one.exitcode for one in processes), "a process ended before its work did"
        else:
            assert not isinstance(answer[2], BaseException), answer[2]
            found[number] = tuple(answer)
    for one in processes:
        one.join()
    took = max(ended for _, ended, _ in found.values()) - min(began for began, _, _ in found.values())
    return [found[k][2] for k in range(len(orders))], took


def process(work: Callable[..., Any], number: int, order: Any, ready: Any, answers: Any) -> None:
    """Do it in a process of its own. time.monotonic() is one clock for all of them."""
    set_django_up()
    began = time.monotonic()

    def start() -> None:
        nonlocal began
        ready.wait(timeout=300)
        began = time.monotonic()

    try:
        answer = work(order, start)
    except Exception as error:
        ready.abort()
        answer = RuntimeError(f"{type(error).__name__}: {error}")
    answers.put((number, began, time.monotonic(), answer))


# --- beside it ------------------------------------------------------------------------------------------------------
def beside(payments_per_s: float, options: argparse.Namespace) -> Figures:
    """django-hordak on the same server. Without its packages the ratio is None, and `hordak` says why."""
    if options.without_hordak:
        return {"hordak_transfers_per_s": None, "hordak_ratio": None, "hordak": "left out"}
    try:
        transfers = _beside.transfers_per_s(options.clients, options.seconds)
    except _beside.CannotCompare as why:
        return {"hordak_transfers_per_s": None, "hordak_ratio": None, "hordak": str(why)}
    return {"hordak_transfers_per_s": transfers, "hordak_ratio": round(payments_per_s / transfers, 2)}


# --- a file ---------------------------------------------------------------------------------------------------------
def file(tenant_id: int, dues: list[Due], options: argparse.Namespace) -> tuple[Figures, list[Decimal]]:
    """`lines` payments, each loan's in turn, placed by `processes` that share them."""
    orders = [(tenant_id, dues, options, part) for part in range(options.processes)]
    answers, took = at_once(place, orders)
    placed = [amount for amounts, _ in answers for amount in amounts]
    refusals = sorted({sentence for _, sentences in answers for sentence in sentences})
    return {
        "file_lines": options.lines,
        "file_placed": len(placed),
        "file_refused": options.lines - len(placed),
        "file_refusals": refusals[:3],
        "file_s": round(took, 2),
        "file_payments_per_s": round(len(placed) / took, 1),
    }, placed


def place(
    order: tuple[int, list[Due], argparse.Namespace, int], start: Callable[[], None]
) -> tuple[list[Decimal], list[str]]:
    """One process's share of the file: (amounts placed, sentences of the refusals)."""
    from ledger.operations.payment_file import PaymentLine, place_file, shares

    tenant_id, dues, options, part = order
    lines = [
        PaymentLine(loan_id=loan_id, amount=amount, effective_on=TODAY, key=str(number))
        for number in range(options.lines)
        for loan_id, amount in [dues[number % len(dues)]]
    ]
    mine = shares(lines, options.processes)[part]
    start()
    outcomes = list(place_file(tenant_id, key=FILE, lines=mine, by=None, batch=options.batch))
    return [it.line.amount for it in outcomes if it.event], [str(it.refusal) for it in outcomes if it.refusal]


# --- the books afterwards -------------------------------------------------------------------------------------------
def prove(tenant_id: int, before: Before, placed: list[Decimal]) -> Figures:
    """Every law of the books, and that they hold exactly what the clients and the file were told was placed."""
    from datetime import timedelta

    from ledger.close import proof
    from ledger.models import Entry, LoanBalance, LoanEvent
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        entries, unbalanced = proof.entries(None)
        _, apart = proof.subledger()
        payments, cash = payments_and_cash()
        loans = list(LoanBalance.objects.order_by("pk").values_list("pk", flat=True))
        sample = random.Random(5).sample(loans, min(SAMPLE, len(loans)))
        found = {
            "entries_balance": unbalanced,
            "subledger_is_gl": apart,
            "balances_are_postings": proof.balances(0, proof.LAST),
            "replay_is_ledger": proof.replay_differences(sample, late_fees_through=TODAY - timedelta(1)),
            "no_key_twice": repeated(LoanEvent) + repeated(Entry),
            "every_payment_once": wrong(payments - before.payments, len(placed)),
            "cash_is_what_was_paid": wrong(cash - before.cash, sum(placed, Decimal(0))),
        }
    return {
        "entries": entries,
        "replayed": len(sample),
        "laws": {law: not differences for law, differences in found.items()},
        "books_hold": not any(found.values()),
        "differences": {law: differences[:3] for law, differences in found.items() if differences},
    }


def repeated(model: Any) -> list[Any]:
    from django.db.models import Count

    return list(model.objects.values_list("key").annotate(times=Count("pk")).filter(times__gt=1).order_by()[:3])


def wrong(found: Any, expected: Any) -> list[str]:
    return [] if found == expected else [f"{found} instead of {expected}"]


# --- words ----------------------------------------------------------------------------------------------------------
def report(about: Figures, figures: Figures) -> None:
    print(f"\n{about['machine']}; {about['server']}")
    print(f"{about['loans']:,} loans, {about['clients']} clients, load {about['load_before']} before\n")
    print(f"{'':44}{'measured':>14}{'to reach':>14}")
    for key, (what, limit, more) in FIGURES.items():
        measured = "not measured" if figures[key] is None else f"{figures[key]:,}"
        print(f"{what:44}{measured:>14}{('>= ' if more else '< ') + f'{limit:,}':>14}")
    if why := figures.get("hordak"):
        print(f"\ndjango-hordak was not measured: {why}")
    print(f"\nOf {figures['file_lines']:,} lines {figures['file_refused']:,} were refused.")
    print(f"{figures['entries']:,} entries; {figures['replayed']:,} loans replayed. The books:")
    for law, holds in figures["laws"].items():
        print(f"  {law.replace('_', ' '):42}{'holds' if holds else 'DOES NOT HOLD':>14}")
    reached = all(
        figures[key] is not None and (figures[key] >= limit if more else figures[key] < limit)
        for key, (_, limit, more) in FIGURES.items()
    )
    print("\n" + json.dumps(about | {"reached": reached} | figures, default=str))
    if not figures["books_hold"]:
        raise SystemExit("The books do not hold: see differences.")


if __name__ == "__main__":
    main()
