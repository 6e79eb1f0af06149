"""What the books hold of loans on any two dates, summed in the database: their postings, and their interest by day.

ledger.standing replays a loan's events, interest to the very day; this is what was posted, which is what an auditor
adds up. On the day of a close the two agree, and the nightly proof says so.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from finance.money import ZERO
from ledger.sql import statement


class LoanBooks(NamedTuple):
    """Dollars. principal: as the borrower owes it.  unapplied, escrow: held for the borrower.

    applied: interest paid on non-accrual, which lowers principal in the books and not what is owed.
    """

    principal: Decimal
    interest: Decimal
    fees: Decimal
    unapplied: Decimal
    escrow: Decimal
    applied: Decimal

    @property
    def owed(self) -> Decimal:
        return self.principal + self.interest + self.fees


def loan_books(loan_id: int, *, as_of: date, known_on: date | None = None) -> LoanBooks:
    """What the books hold at the end of `as_of`, from what was posted up to `known_on` (None: all). One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement("loan_balance"), {"loan": loan_id, "as_of": as_of, "known_on": known_on or date.max})
        rows = cursor.fetchall()
    held: dict[str, Decimal] = {}
    for role, amount in rows:
        held[role] = held.get(role, ZERO) + (amount or ZERO)
    return LoanBooks(
        principal=held.get("principal", ZERO),
        interest=held.get("interest", ZERO),
        fees=held.get("fees", ZERO),
        unapplied=-held.get("unapplied", ZERO),
        escrow=-held.get("escrow", ZERO),
        applied=-held.get("applied", ZERO),
    )
