"""The trial balance: every account of a company on a day, as known on a day. Debits equal credits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum

from finance.money import ZERO
from ledger import movements
from ledger.models import Account, Accrual, Night
from tenants.models import LegalEntity


@dataclass(frozen=True, slots=True)
class Row:
    """An account with its balance on the side where it stands; the other side is zero.

    unsummed: the part of it that is interest the loans have accrued and no journal entry carries yet; debits positive.
    """

    account: Account
    debit: Decimal
    credit: Decimal
    unsummed: Decimal


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """One company in one currency."""

    company: LegalEntity
    currency: str
    rows: tuple[Row, ...]

    @property
    def debit(self) -> Decimal:
        return sum((row.debit for row in self.rows), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((row.credit for row in self.rows), ZERO)

    @property
    def balances(self) -> bool:
        return self.debit == self.credit


def trial_balance(as_of: date, known_on: date | None = None) -> list[TrialBalance]:
    """The books at the end of `as_of` (the day in the books), from what was posted up to `known_on` (None: all).

    True at any moment, not only after a close: interest that loans have accrued since the last night is counted with
    the accounts it will be summed into. Four queries.
    """
    unsummed = unsummed_interest(as_of, known_on)
    accounts = list(Account.objects.select_related("legal_entity").order_by("legal_entity__name", "currency", "code"))
    moved = movements.totals([account.pk for account in accounts], as_of=as_of, known_on=known_on)
    books: dict[tuple[int, str], list[Row]] = {}
    companies: dict[int, LegalEntity] = {}
    for account in accounts:
        interest = unsummed.get((account.legal_entity_id, account.currency), ZERO)
        pending = {"interest": interest, "interest_income": -interest}.get(account.role, ZERO)
        balance = moved[account.pk].balance + pending
        companies[account.legal_entity_id] = account.legal_entity
        books.setdefault((account.legal_entity_id, account.currency), []).append(
            Row(account, max(balance, ZERO), max(-balance, ZERO), pending)
        )
    return [
        TrialBalance(companies[company_id], currency, tuple(rows)) for (company_id, currency), rows in books.items()
    ]


def unsummed_interest(as_of: date, known_on: date | None = None) -> dict[tuple[int, str], Decimal]:
    """{(company, currency): dollars} of interest that loans have accrued and the night has not yet summed up."""
    summed_through = Night.objects.exclude(summarised_at=None).aggregate(on=Max("business_date"))["on"]
    accruals = Accrual.objects.filter(entry=None, booked_on__lte=as_of)
    if summed_through is not None:
        accruals = accruals.filter(posted_on__gt=summed_through)
    if known_on is not None:
        accruals = accruals.filter(posted_on__lte=known_on)
    rows = accruals.values_list("loan__legal_entity_id", "loan__currency").annotate(Sum("amount")).order_by()
    return {(company_id, currency): amount for company_id, currency, amount in rows}
