"""Sixty-four threads post to a hundred loans: payments, back-dated ones, returns and fees, all keys twice."""

import os
import random
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal as D
from threading import Lock

from finance.errors import Refused
from ledger.models import LoanBalance, LoanEvent, Posting
from ledger.operations import charge_fee, receive_payment, reverse_event
from ledger.replay import difference
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.book import ALL_HOLD, Book, together

THREADS, LOANS = 64, 100
# A minute of it in the long form: LOANWRIGHT_STRESS_SECONDS=60 pytest tests/faults/test_many_at_once.py
SECONDS = float(os.environ.get("LOANWRIGHT_STRESS_SECONDS", "8"))


def test_sixty_four_threads_on_a_hundred_loans_leave_the_books_of_a_single_one(committed: str) -> None:
    book = Book(more=LOANS - 3)
    loans = [loan.pk for loan in book.loans]
    done: Counter[str] = Counter()
    paid: dict[str, D] = {}
    taken_back: set[int] = set()
    counting = Lock()

    def post(thread: int) -> None:
        chance = random.Random(thread)
        until = time.monotonic() + SECONDS
        number = 0
        while time.monotonic() < until:
            number += 1
            what = chance.choice(["payment", "payment", "payment", "back-dated", "reversal", "fee"])
            one = chance.choice(loans)
            amount = D(chance.randint(1, 2_000)) / 100
            days_back = chance.randint(1, 25) if what == "back-dated" else 0
            common = {"key": f"{thread}/{number}", "by": None}
            try:
                for _ in range(2):  # each message arrives twice
                    with book.inside():
                        if what == "fee":
                            charge_fee(loan_id=one, amount=amount, effective_on=BUSINESS_DATE, reason="x", **common)
                        elif what == "reversal":
                            event = LoanEvent.objects.filter(loan=one, kind="payment", reversals=None).first()
                            if event is None:
                                break
                            reversal = reverse_event(event_id=event.pk, reason="x", **common)
                            with counting:
                                taken_back.add(reversal.target_id)
                        else:
                            on = BUSINESS_DATE - timedelta(days_back)
                            receive_payment(loan_id=one, amount=amount, effective_on=on, **common)
                            with counting:
                                paid[common["key"]] = amount
                done[what] += 1
            except Refused:
                done["refused"] += 1

    together(*[lambda thread=thread: post(thread) for thread in range(THREADS)], patience=SECONDS + 60)
    assert sum(done.values()) > THREADS
    with book.inside():
        payments = LoanEvent.objects.filter(kind="payment")
        assert dict(payments.values_list("key", "amount")) == paid
        assert set(LoanEvent.objects.filter(kind="reversal").values_list("target", flat=True)) == taken_back
        for loan in book.loans:
            through = LoanBalance.objects.get(pk=loan.pk).accrued_through
            gap = difference(loan, through=through, late_fees_through=BUSINESS_DATE - timedelta(1))
            assert gap.nothing, (loan.number, gap.lines, gap.accruals)
        cash = sum(
            (row.debit - row.credit for row in Posting.objects.filter(account__role="cash", loan__in=loans)), D(0)
        )
        standing = sum(payments.filter(reversals=None).values_list("amount", flat=True), D(0))
        assert cash == standing - sum((loan.amount for loan in book.loans), D(0))
    book.close()
    assert book.proofs() == ALL_HOLD
