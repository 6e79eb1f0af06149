"""An account of the general ledger on a day: the postings that its balance is made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from django.db.models import QuerySet

from finance.money import ZERO
from ledger import movements
from ledger.close.summary import SUMMED_ROLES
from ledger.models import Account, Posting
from reporting.trial_balance import unsummed_interest


@dataclass(frozen=True, slots=True)
class AccountReport:
    """postings: in no order, not yet read.  unsummed: interest no journal entry carries yet; debits positive.

    months: what moved it month by month, in order.
    """

    account: Account
    postings: QuerySet[Posting]
    number: int
    debits: Decimal
    credits: Decimal
    unsummed: Decimal
    months: list[movements.Month]

    @property
    def by_month(self) -> list[tuple[movements.Month, Decimal]]:
        """(month, balance at its end) of the entries alone, the latest first."""
        ends = accumulate(row.moved.balance for row in self.months)
        return list(zip(self.months, ends, strict=True))[::-1]

    @property
    def balance(self) -> Decimal:
        """Debits positive: what the trial balance shows for it."""
        return self.debits - self.credits + self.unsummed

    @property
    def credit_balance(self) -> Decimal:
        return -self.balance


def account_report(account: Account, *, as_of: date, known_on: date | None = None) -> AccountReport:
    """The postings booked up to `as_of` and posted up to `known_on` (None: all). Four queries."""
    postings = Posting.objects.filter(account=account, booked_on__lte=as_of)
    if known_on is not None:
        postings = postings.filter(posted_on__lte=known_on)
    moved = movements.totals([account.pk], as_of=as_of, known_on=known_on)[account.pk]
    return AccountReport(
        account=account,
        postings=postings,
        number=moved.postings,
        debits=moved.debit,
        credits=moved.credit,
        unsummed=unsummed_of(account, as_of, known_on),
        months=movements.months(account.pk, as_of=as_of, known_on=known_on),
    )


def unsummed_of(account: Account, as_of: date, known_on: date | None = None) -> Decimal:
    """Interest in the account's balance that no journal entry carries yet; debits positive. Three queries, or none."""
    if account.role not in SUMMED_ROLES:
        return ZERO
    books = set(Account.objects.order_by().values_list("legal_entity_id", "currency").distinct())
    return unsummed_interest(as_of, known_on, books).get(account.pk, ZERO)
