"""The benchmark of payments works, on a book so small that its figures mean nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SMALL = ("--clients", "2", "--seconds", "1", "--loans", "12", "--lines", "30", "--batch", "10", "--without-hordak")


def test_a_small_run_proves_its_books_and_ends_with_its_figures() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.payments", *SMALL],
        cwd=CHECKOUT, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["benchmark"], found["loans"], found["clients"]) == ("payments", 12, 2)
    assert found["payments_per_s"] > 0
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]
    assert found["file_placed"] + found["file_refused"] == 30
    assert found["file_payments_per_s"] > 0
    assert (found["hordak_ratio"], found["hordak"], found["reached"]) == (None, "left out", False)
    assert found["laws"] == dict.fromkeys(
        (
            "entries_balance", "subledger_is_gl", "balances_are_postings", "replay_is_ledger", "no_key_twice",
            "every_payment_once", "cash_is_what_was_paid",
        ),
        True,
    )  # fmt: skip
    assert (found["books_hold"], found["differences"]) == (True, {})
