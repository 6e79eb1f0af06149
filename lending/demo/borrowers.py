"""The demo's borrowers go on as the tape says they did: they pay when an instalment falls due, or have stopped.

What becomes of a loan after the business date stands in no table of the books. It is read from the tape again, which is
where it is known from.
"""

from datetime import date
from functools import cache

from django.db.models import F

from finance.replay import accrue
from ledger.models import Instalment, Loan, LoanBalance, LoanEvent
from ledger.operations import receive_payment
from ledger.replay import state_of
from ledger.tapes import LAYOUTS
from ledger.tapes.checking import read_row
from ledger.tapes.history import Story, pays
from ledger.tapes.reading import read_tape
from ledger.terms import terms_of
from lending.demo.book import LAYOUT, TAPE


def pay_what_is_due(on: date) -> int:
    """Each borrower of the boarded book who still pays meets the instalment that falls due on `on`.

    Returns the number of payments. Running it again pays nothing twice, and an instalment that somebody met already is
    left alone.
    """
    due = Instalment.objects.filter(
        due_on=on,
        version=F("loan__balance__schedule_version"),
        loan__state=Loan.State.ACTIVE,
        loan__balance__next_due_on__lte=on,
    )
    loans = Loan.objects.filter(pk__in=due.exclude(loan__boarding_run=None).values("loan"))
    return sum(pay(loan, on) for loan in loans.order_by("pk"))


def pay(loan: Loan, on: date) -> bool:
    """Pay what the borrower would on `on`. False when that is nothing, or was paid before."""
    key, story = f"demo/{on}/loan/{loan.pk}", stories().get(loan.number)
    if story is None or LoanEvent.objects.filter(key=key).exists():
        return False
    terms, state = terms_of(loan), state_of(LoanBalance.objects.get(pk=loan.pk))
    instalment = next((k for k, row in enumerate(terms.schedule) if row.due_date == on), None)
    if instalment is None:
        return False
    accrue(terms, state, on)
    amount = pays(story, terms, state, instalment)
    if not amount:
        return False
    receive_payment(loan_id=loan.pk, amount=amount, effective_on=on, key=key, by=None, source="demo")
    return True


@cache
def stories() -> dict[str, Story]:
    """What the tape tells, by loan number."""
    layout = LAYOUTS[LAYOUT]
    tape = read_tape(TAPE, list(layout.columns))
    rows = ((row.line, read_row(row, layout, len(tape.columns))) for row in tape.rows)
    loans = (layout.to_loan(line, values) for line, (values, refusal) in rows if refusal is None)
    return {loan.number: loan.story for loan in loans}
