"""An account of the general ledger on a day: the postings that its balance is made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from finance.money import ZERO
from ledger.models import Account, Posting
from reporting.trial_balance import unsummed_interest


@dataclass(frozen=True, slots=True)
class AccountReport:
    """postings: newest first, not yet read.  unsummed: interest no journal entry carries yet; debits positive."""

    account: Account
    postings: QuerySet[Posting]
    number: int
    debits: Decimal
    credits: Decimal
    unsummed: Decimal

    @property
    def balance(self) -> Decimal:
        """Debits positive: what the trial balance shows for it."""
        return self.debits - self.credits + self.unsummed

    @property
    def credit_balance(self) -> Decimal:
        return -self.balance


def in_words(kind: str) -> str:
    """The kind of an entry as a person reads it."""
    return kind.replace("_", " ").capitalize()


def account_report(account: Account, *, as_of: date, known_on: date | None = None) -> AccountReport:
    """The postings booked up to `as_of` and posted up to `known_on` (None: all). Three queries."""
    postings = Posting.objects.filter(account=account, booked_on__lte=as_of)
    if known_on is not None:
        postings = postings.filter(posted_on__lte=known_on)
    totals = postings.aggregate(number=Count("pk"), debits=Sum("debit"), credits=Sum("credit"))
    interest = ZERO
    if account.role in ("interest", "interest_income", "suspense"):
        found = unsummed_interest(as_of, known_on)
        interest = found.get((account.legal_entity_id, account.currency), {}).get(account.role, ZERO)
    return AccountReport(
        account=account,
        postings=postings.select_related("entry__event", "loan").order_by("-booked_on", "-pk"),
        number=totals["number"],
        debits=totals["debits"] or ZERO,
        credits=totals["credits"] or ZERO,
        unsummed=interest,
    )
