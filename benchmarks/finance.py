"""How fast the arithmetic is: a schedule, a replay and an annual percentage rate, each beside a plain Decimal loop.

    python -m benchmarks.finance

Times are processor time, the best of several runs, so that a busy machine does not matter. The last line is one JSON
object. The plain loops do the least that gives the same figures, without dates, checks, odd periods or arrears; both
results are compared before anything is timed.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from finance.apr import Flow, apr
from finance.replay import Event, replay
from finance.schedule import ScheduleTerms, build_schedule
from finance.terms import Instalment, LoanTerms

CENT, RUNS = Decimal("0.01"), 30
START, PRINCIPAL, RATE = date(2024, 1, 15), Decimal("200000.00"), Decimal("6.5")
MORTGAGE = ScheduleTerms(principal=PRINCIPAL, rate=RATE, n=360, frequency="monthly", method="level", start_date=START)


@dataclass(frozen=True)
class Timing:
    """Milliseconds of processor time. limit: what the product promises."""

    name: str
    ms: float
    limit_ms: float
    beside: str
    beside_ms: float


def main() -> None:
    """Time everything, print a table and, last, the same as one line of JSON."""
    timings = [schedule(), servicing(), rate()]
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"{machine}\n")
    print(f"{'':34}{'ms':>8}{'limit':>8}  beside")
    for timing in timings:
        print(f"{timing.name:34}{timing.ms:8.2f}{timing.limit_ms:8.1f}  {timing.beside}: {timing.beside_ms:.2f} ms")
    print()
    within = all(timing.ms <= timing.limit_ms for timing in timings)
    print(
        json.dumps(
            {
                "benchmark": "finance",
                "machine": machine,
                "within_limits": within,
                "timings": [asdict(t) for t in timings],
            }
        )
    )


def schedule() -> Timing:
    """A level schedule of 360 rows."""
    built, plain = build_schedule(MORTGAGE), plain_schedule()
    assert [(row.interest, row.principal) for row in built.rows] == plain
    ms = best(lambda: build_schedule(MORTGAGE))
    return Timing("schedule of 360 rows", ms, 3, "plain Decimal loop", best(plain_schedule))


def plain_schedule() -> list[tuple[Decimal, Decimal]]:
    """Interest and principal of each row."""
    rate = RATE / 1200
    payment = cents(PRINCIPAL * rate / (1 - (1 + rate) ** -360))
    balance, rows = PRINCIPAL, []
    for k in range(360):
        interest = cents(balance * rate)
        principal = payment - interest if k < 359 else balance
        balance -= principal
        rows.append((interest, principal))
    return rows


def servicing() -> Timing:
    """Ten years of a loan that pays each month, replayed from its 121 events."""
    dates = [row.due_date for row in build_schedule(MORTGAGE).rows[:120]]
    payment = Decimal("1300.00")
    terms = LoanTerms(
        rate=RATE, day_count="ACT/365F", schedule=tuple(Instalment(due_date=on, amount=payment) for on in dates)
    )
    events = [Event(id="start", kind="disburse", on=START, amount=PRINCIPAL)]
    events += [Event(id=f"{k:03}", kind="payment", on=on, amount=payment) for k, on in enumerate(dates)]

    def ours() -> Decimal:
        return replay(terms, events, as_of=dates[-1]).state.principal

    def plain() -> Decimal:
        balance, before = PRINCIPAL, START
        for on in dates:
            balance -= payment - cents(balance * RATE * (on - before).days / 36500)
            before = on
        return balance

    assert ours() == plain()
    return Timing("replay of ten years of payments", best(ours), 5, "plain Decimal loop", best(plain))


def rate() -> Timing:
    """The annual percentage rate of 360 payments, found by two methods and compared."""
    payments = [Flow(row.due_date, row.payment) for row in build_schedule(MORTGAGE).rows]
    advances = [Flow(START, Decimal("195000.00"))]
    amounts = [flow.amount for flow in payments]

    def ours() -> Decimal:
        return apr(advances, payments).rate

    def plain() -> Decimal:
        """By halving, one period to the month."""
        low, high = Decimal(0), Decimal("0.1")
        with localcontext() as context:
            context.prec = 28
            while high - low > Decimal("1E-17"):
                middle = (low + high) / 2
                back = 1 / (1 + middle)
                worth = Decimal(0)
                for amount in reversed(amounts):
                    worth = (worth + amount) * back
                low, high = (middle, high) if worth > advances[0].amount else (low, middle)
            return (1200 * low).quantize(Decimal("1E-12"), ROUND_HALF_UP)

    assert ours() == plain(), (ours(), plain())
    return Timing("APR of 360 payments, twice", best(ours), 20, "plain Decimal loop, once", best(plain))


def best(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, the least of RUNS."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return round(min(times) * 1000, 3)


def cents(amount: Decimal) -> Decimal:
    """Half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


if __name__ == "__main__":
    main()
