"""A loan computed again from its events, beside what was posted: each balance, and each day's lines. Reads only."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from finance.money import ZERO
from finance.replay import journal
from ledger.loan_books import loan_books
from ledger.models import Loan
from ledger.recipes import desired
from ledger.records import records_of
from ledger.selectors import business_date
from ledger.standing import Account, position
from ledger.terms import first_terms_of
from ledger.words import in_words


class Beside(NamedTuple):
    """One figure twice, dollars. on: of a day's line."""

    what: str
    posted: Decimal
    replayed: Decimal
    on: date | None = None

    @property
    def difference(self) -> Decimal:
        return self.posted - self.replayed


def compared_on(account: Account, as_of: date) -> date:
    """The day on which both can be compared: interest of the open day is posted when it closes, not before."""
    balance = account.loan.balance
    return as_of if not balance.open or as_of < business_date() else min(as_of, balance.accrued_through)


def balances(account: Account, *, as_of: date, known_on: date | None = None) -> list[Beside]:
    """What was posted up to `known_on` for days up to `as_of`, beside the events known then replayed."""
    books = loan_books(account.loan.pk, as_of=as_of, known_on=known_on)
    state = position(account, as_of=as_of, known_on=known_on).state
    return [
        Beside("Principal", books.principal, state.principal),
        Beside("Interest", books.interest, state.interest),
        Beside("Fees", books.fees, state.fees),
        Beside("Held for the borrower", books.unapplied, state.unapplied),
        Beside("In escrow", books.escrow, state.escrow),
        Beside("Interest applied to principal", books.applied, state.applied),
    ]


def lines(loan: Loan) -> list[Beside]:
    """Every day's interest and every line posted to the loan, as all that is known now says, the latest first."""
    record = records_of([loan.pk])[loan.pk]
    played = journal(
        first_terms_of(loan),
        record.events,
        through=loan.balance.accrued_through,
        accrue_on=record.accrued.keys(),
        late_fees_through=business_date() - timedelta(days=1),  # the open day's are assessed when it closes
    )
    accrued, _, posted = desired(played.effects)
    rows = [
        Beside("Interest accrued", record.accrued.get(on, ZERO), accrued.get(on, ZERO), on)
        for on in record.accrued.keys() | accrued.keys()
    ]
    rows += [
        Beside(in_words(key[1]), record.posted.get(key, ZERO), posted.get(key, ZERO), key[0])
        for key in record.posted.keys() | posted.keys()
    ]
    shown = [row for row in rows if row.posted or row.replayed]
    return sorted(shown, key=lambda row: (row.on or date.min, row.what), reverse=True)
