"""The trial balance: every account of a company on a day, as known on a day. Debits equal credits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce

from finance.money import ZERO
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
    booked = Q(postings__booked_on__lte=as_of)
    if known_on is not None:
        booked &= Q(postings__posted_on__lte=known_on)
    accounts = Account.objects.select_related("legal_entity").annotate(
        debits=Coalesce(Sum("postings__debit", filter=booked), ZERO),
        credits=Coalesce(Sum("postings__credit", filter=booked), ZERO),
    )
    books: dict[tuple[int, str], list[Row]] = {}
    companies: dict[int, LegalEntity] = {}
    for account in accounts.order_by("legal_entity__name", "currency", "code"):
        pending = unsummed.get((account.legal_entity_id, account.currency), {}).get(account.role, ZERO)
        balance = account.debits - account.credits + pending
        companies[account.legal_entity_id] = account.legal_entity
        books.setdefault((account.legal_entity_id, account.currency), []).append(
            Row(account, max(balance, ZERO), max(-balance, ZERO), pending)
        )
    return [
        TrialBalance(companies[company_id], currency, tuple(rows)) for (company_id, currency), rows in books.items()
    ]


def unsummed_interest(as_of: date, known_on: date | None = None) -> dict[tuple[int, str], dict[str, Decimal]]:
    """{(company, currency): {role: dollars}} of interest that loans have accrued and the night has not yet summed up.

    Debits positive; what of it is in suspense is no income.
    """
    summed_through = Night.objects.exclude(summarised_at=None).aggregate(on=Max("business_date"))["on"]
    accruals = Accrual.objects.filter(entry=None, booked_on__lte=as_of)
    if summed_through is not None:
        accruals = accruals.filter(posted_on__gt=summed_through)
    if known_on is not None:
        accruals = accruals.filter(posted_on__lte=known_on)
    rows = accruals.values_list("loan__legal_entity_id", "loan__currency").order_by()
    return {
        (company_id, currency): {"interest": amount, "interest_income": suspended - amount, "suspense": -suspended}
        for company_id, currency, amount, suspended in rows.annotate(Sum("amount"), Sum("suspended"))
    }
