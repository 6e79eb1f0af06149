"""The end of day of a big book, by real Celery workers, beside the same accrual loan by loan through the ORM.

    python3 run.py bench night --loans 1000000          (--runs 3 for medians, --keep to use the book again)

Each run closes one business day of a copy of the same book (benchmarks/books.py): the whole night, as production runs
it, under row-level security and with every trigger and key. Then a sample of the loans is accrued row by row for the
next day. The last line is one JSON object.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.books import TODAY, Book, make_book, set_django_up
from benchmarks.database import CHECKOUT, copy_of, exists, own_database, vacuum

Figures = dict[str, Any]
FIGURES = {  # key -> (what it is, the figure to reach, whether more is better)
    "accrual_loans_per_s": ("interest accrued, loans/s", 100_000, True),
    "baseline_ratio": ("times the row-by-row ORM way", 300, True),
    "end_of_day_s": ("whole end of day without the replay, s", 60, False),
    "worker_peak_mb": ("peak memory of a worker, MB", 300, False),
}


def main() -> None:
    options = read_options()
    name = f"loanwright_night_{options.loans}"
    told(f"{options.loans:,} loans, {options.workers} workers, load {os.getloadavg()[0]:.2f}")
    made_before = options.keep and exists(name)
    with own_database(name, keep=options.keep):
        set_django_up()
        book = found_book() if made_before else make_book(options.loans, told)
        if not made_before:
            vacuum()
        runs = []
        for number in range(options.runs):
            told(f"Run {number + 1}: copying the book")
            with copy_of(name, f"{name}_run"):
                runs.append(run(book, options))
            told(f"  {summary(runs[-1])}")
    report(book, options, runs)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--sample", type=int, default=1_000, help="loans of the row-by-row way")
    parser.add_argument("--keep", action="store_true", help="leave the book in the database server for the next time")
    return parser.parse_args()


def told(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {sentence}", flush=True)


def found_book() -> Book:
    """The book that an earlier benchmark kept."""
    from benchmarks.books import happened
    from ledger.models import Loan
    from tenants.current import every_tenant_id, tenant_context

    (tenant_id,) = every_tenant_id()
    with tenant_context(tenant_id):
        loans = Loan.objects.count()
    return Book(tenant_id, loans, happened(tenant_id))


# --- one run --------------------------------------------------------------------------------------------------------
def run(book: Book, options: argparse.Namespace) -> Figures:
    """Close the day with real workers; then the sample row by row."""
    load = os.getloadavg()[0]
    with celery(options.workers) as worker:
        began = time.monotonic()
        order(book)
        wait_for_the_night(book)
        seconds = time.monotonic() - began
        peak = peak_memory(worker.pid)
    figures = read_night(book) | {"worker_peak_mb": round(peak, 1), "load_before": round(load, 2)}
    figures["end_of_day_s"] = round(seconds - figures["steps_s"]["replay"], 2)
    figures["with_replay_s"] = round(seconds, 2)
    baseline = row_by_row(book, options.sample)
    figures["baseline_loans_per_s"] = round(baseline)
    figures["baseline_ratio"] = round(figures["accrual_loans_per_s"] / baseline)
    return figures


@contextmanager
def celery(workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """`celery worker` as run.py starts it, once it answers; its queue is its own."""
    from lending.celery import app

    os.environ["LOANWRIGHT_NIGHT_WORKERS"] = str(workers)
    command = [sys.executable, "-m", "celery", "-A", "lending", "worker", "--concurrency", str(workers)]
    process = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--loglevel", "WARNING"], cwd=CHECKOUT
    )
    try:
        while not app.control.ping(timeout=0.5):
            assert process.poll() is None, "the worker ended"
        yield process
    finally:
        process.terminate()
        process.wait()


def order(book: Book) -> None:
    """What the page's button does."""
    from lending.tasks import order_advance
    from tenants.current import tenant_context

    with tenant_context(book.tenant_id):
        order_advance(TODAY + timedelta(1))


def wait_for_the_night(book: Book) -> None:
    from ledger.models import Night
    from tenants.current import tenant_context

    while True:
        with tenant_context(book.tenant_id):
            if Night.objects.filter(business_date=TODAY).exclude(finished_at=None).exists():
                return
        time.sleep(0.1)


def peak_memory(parent: int) -> float:
    """The most that any worker process under `parent` ever held, in MB: VmHWM, which is ru_maxrss from outside."""
    peaks = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        except OSError:
            continue
        if str(parent) in (status["PPid"].strip(), folder.name) and "VmHWM" in status:
            peaks.append(int(status["VmHWM"].split()[0]) / 1024)
    return max(peaks)


def read_night(book: Book) -> Figures:
    """What the night did and how long each step took, from its own tables."""
    from ledger.close.progress import progress
    from ledger.close.steps import STEPS
    from ledger.models import LoanEvent, Night
    from tenants.current import tenant_context

    with tenant_context(book.tenant_id):
        night = Night.objects.get(business_date=TODAY)
        lines = dict(zip((step.name for step in STEPS), progress(night), strict=True))
        proofs = {proof.law: proof for proof in night.proofs.all()}
        assert all(proof.holds for proof in proofs.values()), {law: p.differences[:3] for law, p in proofs.items()}
        assert not night.exceptions.exists(), list(night.exceptions.values_list("step", "sentence")[:3])
        seconds = {name: round(line.took.total_seconds(), 2) if line.took else 0.0 for name, line in lines.items()}
        replay = proofs["replay_is_ledger"]
        return {
            "accrual_loans_per_s": round(lines["accrue"].done / lines["accrue"].took.total_seconds()),
            "accrued": lines["accrue"].done,
            "aged": lines["age"].done,
            "late_fees": LoanEvent.objects.filter(kind="late_fee", recorded_on=TODAY, source="night").count(),
            "steps_s": seconds,
            "replayed": replay.compared,
            "replay_share": round(replay.compared / book.loans, 4),
            "replay_loans_per_s": round(replay.compared / seconds["replay"]),
            "balances_compared": proofs["balances_are_postings"].compared,
        }


# --- beside it ------------------------------------------------------------------------------------------------------
def row_by_row(book: Book, sample: int) -> float:
    """Loans a second where each is locked, accrued by finance/, posted and saved through the ORM, a transaction each.

    One process: how systems do it that treat the night as a loop.
    """
    from ledger.models import LoanBalance
    from tenants.current import tenant_context

    with tenant_context(book.tenant_id):
        loans = list(LoanBalance.objects.filter(open=True).order_by("pk").values_list("pk", flat=True)[:sample])
    accrue_one(book, loans[0])  # the connection and the chart of accounts are warm
    began = time.perf_counter()
    for loan_id in loans[1:]:
        accrue_one(book, loan_id)
    return (len(loans) - 1) / (time.perf_counter() - began)


def accrue_one(book: Book, loan_id: int) -> None:
    from finance.interest import simple_interest, to_units
    from ledger.models import Accrual, LoanBalance
    from ledger.posting import Line, post
    from ledger.replay import state_of
    from tenants.current import tenant_context

    on = TODAY + timedelta(1)
    with tenant_context(book.tenant_id):
        balance = (
            LoanBalance.objects.select_for_update(no_key=True, of=("self",)).select_related("loan").get(pk=loan_id)
        )
        state, loan = state_of(balance), balance.loan
        before = state.interest
        state.accrued += simple_interest(state.principal, state.rate, balance.day_count, balance.accrued_through, on)
        amount = state.interest - before
        Accrual.objects.create(loan=loan, effective_on=on, booked_on=on, posted_on=on, amount=amount)
        if amount:
            post(
                legal_entity_id=loan.legal_entity_id,
                currency=loan.currency,
                kind="accrual",
                lines=[Line("interest", amount, on, loan_id), Line("interest_income", -amount, on, loan_id)],
                effective_on=on,
                posted_on=on,
                key=f"row-by-row/{loan_id}",
            )
        balance.accrued_units, balance.interest, balance.accrued_through = to_units(state.accrued), state.interest, on
        balance.save(update_fields=["accrued_units", "interest", "accrued_through"])


# --- words ----------------------------------------------------------------------------------------------------------
def summary(figures: Figures) -> str:
    return ", ".join(f"{key} {figures[key]:,}" for key in FIGURES)


def report(book: Book, options: argparse.Namespace, runs: list[Figures]) -> None:
    """The table and, last, one line of JSON: medians of the runs; steps and counts are the last run's."""
    last = runs[-1]
    medians = {
        key: statistics.median(it[key] for it in runs)
        for key in (*FIGURES, "baseline_loans_per_s", "replay_loans_per_s", "with_replay_s")
    }
    print(f"\n{book.loans:,} loans, {options.workers} workers, median of {len(runs)}")
    print(f"{'':44}{'measured':>14}{'to reach':>14}")
    for key, (what, limit, more) in FIGURES.items():
        print(f"{what:44}{medians[key]:>14,}{('>= ' if more else '<= ') + f'{limit:,}':>14}")
    print(f"\nThe day had brought {', '.join(f'{n:,} {kind}' for kind, n in book.happened.items())}.")
    print(f"The night aged {last['aged']:,} loans and assessed {last['late_fees']:,} late fees.")
    for step, seconds in last["steps_s"].items():
        print(f"  {step:42}{seconds:>14.2f} s")
    reached = all(medians[key] >= limit if more else medians[key] <= limit for key, (_, limit, more) in FIGURES.items())
    machine = f"{os.cpu_count()} cores, {platform.machine()}, CPython {platform.python_version()}"
    print(
        "\n"
        + json.dumps(
            {
                "benchmark": "night",
                "machine": machine,
                "loans": book.loans,
                "workers": options.workers,
                "runs": len(runs),
                "reached": reached,
            }
            | last
            | medians
            | {"load_before": [it["load_before"] for it in runs]}
        )
    )


if __name__ == "__main__":
    main()
