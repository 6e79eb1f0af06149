"""The trial balance: every account of a company on a day, as known on a day. Debits equal credits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum

from finance.money import ZERO
from ledger import movements
from ledger.close.summary import placed_on
from ledger.mapping import Use
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
    the accounts it will be summed into. Four queries, and what this process has not yet read of the chart.
    """
    unsummed = unsummed_interest(as_of, known_on)
    accounts = list(Account.objects.select_related("legal_entity").order_by("legal_entity__name", "currency", "code"))
    moved = movements.totals([account.pk for account in accounts], as_of=as_of, known_on=known_on)
    books: dict[tuple[int, str], list[Row]] = {}
    companies: dict[int, LegalEntity] = {}
    for account in accounts:
        pending = unsummed.get(account.pk, ZERO)
        balance = moved[account.pk].balance + pending
        companies[account.legal_entity_id] = account.legal_entity
        books.setdefault((account.legal_entity_id, account.currency), []).append(
            Row(account, max(balance, ZERO), max(-balance, ZERO), pending)
        )
    return [
        TrialBalance(companies[company_id], currency, tuple(rows)) for (company_id, currency), rows in books.items()
    ]


def unsummed_interest(as_of: date, known_on: date | None = None) -> dict[int, Decimal]:
    """{account: dollars, debits positive} of interest that loans have accrued and the night has not yet summed up.

    On the accounts that the night will sum it into: the GL mapping may tell products and states of loans apart.
    """
    summed_through = Night.objects.exclude(summarised_at=None).aggregate(on=Max("business_date"))["on"]
    accruals = Accrual.objects.filter(entry=None, booked_on__lte=as_of)
    if summed_through is not None:
        accruals = accruals.filter(posted_on__gt=summed_through)
    if known_on is not None:
        accruals = accruals.filter(posted_on__lte=known_on)
    uses = ("loan__legal_entity_id", "loan__currency", "loan__product_version__product_id", "loan__state", "booked_on")
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for *named, amount in accruals.values_list(*uses).annotate(Sum("amount")).order_by():
        company, currency, product_id, state, on = named
        for role, signed in (("interest", amount), ("interest_income", -amount)):
            found[placed_on(company, currency, role, on, on, Use(product_id, state))] += signed
    return dict(found)
