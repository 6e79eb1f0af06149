"""Real instalments of a US lender, which rounds them up to the cent."""

import csv
from pathlib import Path

from finance.schedule import build_schedule
from finance.schedule_terms import ScheduleTerms
from tests.finance.shorthand import D, day

FILE = Path(__file__).parents[1] / "fixtures/finance/lendingclub.csv"


def payments(rounding: str) -> list[bool]:
    """Whether each real instalment is the level payment rounded that way."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [
            build_schedule(
                ScheduleTerms(
                    principal=D(row["principal"]).quantize(D("0.01")), rate=D(row["rate"]), n=int(row["term"]),
                    frequency="monthly", method="level", start_date=day("2018-01-15"), payment_rounding=rounding,
                )
            ).regular_payment == D(row["instalment"])
            for row in csv.DictReader(lines)
        ]  # fmt: skip


def test_every_instalment_is_the_level_payment_rounded_up_to_the_cent() -> None:
    matches = payments("up")
    assert (len(matches), sum(matches)) == (52, 52)


def test_rounded_to_the_nearest_cent_half_of_them_would_be_wrong() -> None:
    assert sum(payments("nearest")) == 25
