"""What came in on the tape beside what stands in the books, to the cent."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from finance.money import ZERO
from ledger.models import BoardingRun
from ledger.tapes.checking import MEASURES, Checked, Figures, add
from ledger.tapes.errors import TapeAndBooksDiffer
from ledger.tapes.history import Story

BOOKS = Path(__file__).with_name("tie_out.sql").read_text()
NAMES = {
    "loans": ("Loans", "loans"),
    "disbursed": ("Amount paid out", "money"),
    "charge_offs": ("Loans charged off", "loans"),
    "charged_off": ("Principal charged off", "money"),
}


def tie_out(run: BoardingRun, checked: Checked) -> list[dict[str, Any]]:
    """A line for each measure, as BoardingRun.tie_out keeps it. Raises TapeAndBooksDiffer unless all differ by nothing.

    tape less refused less not_yet is expected; books less expected is difference. not_yet: charge-offs of boarded loans
    that lie after the business date. refused_by_rule: what of `refused` each rule took, with the number of rows.
    """
    totals, books = read_books(run)
    expected_of = {loan.number: expected(loan.story, run) for loan in checked.loans}
    not_yet = dict.fromkeys(MEASURES, ZERO)
    for loan in checked.loans:
        if not happened(loan.story, run):
            add(not_yet, charge_off(loan.story))
    lines = [line(measure, checked, not_yet[measure], totals[measure]) for measure in MEASURES]
    for measure, said in zip(MEASURES, lines, strict=True):
        differing = sorted(
            number
            for number in expected_of.keys() | books.keys()
            if figure(expected_of, number, measure) != figure(books, number, measure)
        )
        if differing or Decimal(said["difference"]):
            loans = ", ".join(differing[:20]) + (f" and {len(differing) - 20} more" if len(differing) > 20 else "")
            raise TapeAndBooksDiffer(
                tape=run.tape, measure=said["measure"], difference=said["difference"], loans=f"loans {loans}"
            )
    return lines


def line(measure: str, checked: Checked, not_yet: Decimal, in_books: Decimal) -> dict[str, Any]:
    tape = checked.tape[measure]
    refused = sum((figures[measure] for figures in checked.refused.values()), ZERO)
    due = tape - refused - not_yet
    name, unit = NAMES[measure]

    def text(amount: Decimal) -> str:
        return f"{amount:.0f}" if unit == "loans" else f"{amount:.2f}"

    return {
        "measure": name,
        "unit": unit,
        "tape": text(tape),
        "refused": text(refused),
        "refused_by_rule": [
            {"rule": rule, "rows": f"{figures['loans']:.0f}", "amount": text(figures[measure])}
            for rule, figures in sorted(checked.refused.items())
        ],
        "not_yet": text(not_yet),
        "expected": text(due),
        "books": text(in_books),
        "difference": text(in_books - due),
    }


def read_books(run: BoardingRun) -> tuple[Figures, dict[str, Figures]]:
    """The books' figures of all the run's loans together, and of each by its number."""
    totals: Figures = {}
    by_number: dict[str, Figures] = {}
    with connection.cursor() as cursor:
        cursor.execute(BOOKS, {"run": run.pk})
        for number, *row in cursor.fetchall():
            figures = dict(zip(MEASURES, map(Decimal, row), strict=True))
            if number is None:
                totals = figures
            else:
                by_number[number] = figures
    return totals, by_number


def expected(story: Story, run: BoardingRun) -> Figures:
    nothing = dict.fromkeys(MEASURES, ZERO)
    charged_off = charge_off(story) if happened(story, run) else {}
    return nothing | {"loans": Decimal(1), "disbursed": story.amount} | charged_off


def happened(story: Story, run: BoardingRun) -> bool:
    return story.charged_off_on is not None and story.charged_off_on <= run.business_date


def charge_off(story: Story) -> Figures:
    return {"charge_offs": Decimal(story.charged_off_principal > 0), "charged_off": story.charged_off_principal}


def figure(figures: dict[str, Figures], number: str, measure: str) -> Decimal:
    return figures[number][measure] if number in figures else ZERO
