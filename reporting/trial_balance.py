"""The trial balance: every account of a company on a day, as known on a day. Debits equal credits."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet, Sum

from finance.money import ZERO
from ledger import movements
from ledger.close.summary import SUMMED_ROLES, placed_on, summed_lines
from ledger.mapping import Use, products_of_moved_loans, versions
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
    accounts = list(Account.objects.select_related("legal_entity").order_by("legal_entity__name", "currency", "code"))
    unsummed = unsummed_interest(as_of, known_on, {(account.legal_entity_id, account.currency) for account in accounts})
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


def unsummed_interest(as_of: date, known_on: date | None, books: Collection[tuple[int, str]]) -> dict[int, Decimal]:
    """{account: dollars, debits positive} of interest that loans have accrued and the night has not yet summed up.

    books: every (company, currency) that has accounts. On the accounts that the night will sum it into: the GL mapping
    may tell products and states of loans apart. What of it is in suspense is no income.
    """
    summed_through = Night.objects.exclude(summarised_at=None).aggregate(on=Max("business_date"))["on"]
    accruals = Accrual.objects.filter(entry=None, booked_on__lte=as_of)
    if summed_through is not None:
        accruals = accruals.filter(posted_on__gt=summed_through)
    if known_on is not None:
        accruals = accruals.filter(posted_on__lte=known_on)
    rows = told_apart(accruals) if tells_loans_apart(books, as_of) else all_alike(accruals, *books)
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for product_id, company, currency, state, on, amount, suspended in rows:
        for role, signed in summed_lines(amount, suspended).items():
            found[placed_on(company, currency, role, on, on, Use(product_id, state))] += signed
    return dict(found)


def tells_loans_apart(books: Collection[tuple[int, str]], as_of: date) -> bool:
    """Whether loans may have their interest on different accounts."""
    mapped = (rules for company, _ in books for _, rules in versions(company, as_of))
    return len(books) != 1 or any(role in rules for rules in mapped for role in SUMMED_ROLES)


def all_alike(accruals: QuerySet[Accrual], book: tuple[int, str]) -> list[tuple[Any, ...]]:
    """As told_apart, of loans that need not be read: on a day on which all of them were paid those are many."""
    sums = accruals.values_list("booked_on").annotate(Sum("amount"), Sum("suspended")).order_by()
    return [(0, *book, "", *sums_of_day) for sums_of_day in sums]


def told_apart(accruals: QuerySet[Accrual]) -> list[tuple[Any, ...]]:
    """(product, company, currency, state of the loan, day in the books, interest, of it suspended)."""
    moved = products_of_moved_loans()
    rows = list(summed_by("loan__product_version__product_id", accruals.exclude(loan__in=moved)))
    if moved:
        by_loan = summed_by("loan_id", accruals.filter(loan__in=moved))
        rows += [(moved[loan_id], *others) for loan_id, *others in by_loan]
    return rows


def summed_by(what: str, accruals: QuerySet[Accrual]) -> QuerySet[Accrual, tuple[Any, ...]]:
    """(what, company, currency, state of the loan, day in the books, interest, of it suspended)."""
    uses = ("loan__legal_entity_id", "loan__currency", "loan__state", "booked_on")
    return accruals.values_list(what, *uses).annotate(Sum("amount"), Sum("suspended")).order_by()
