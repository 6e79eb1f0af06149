"""What the companies of a tenant owe each other: a pair of accounts, one in the books of each. Reads, but for opening
the pair when it is first needed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum

from finance.money import ZERO
from ledger.models import Account, Posting
from tenants.models import LegalEntity

# role: (kind, first part of the code, words before the other company's name)
PAIR = {"due_from": ("asset", "1900", "Due from"), "due_to": ("liability", "2900", "Due to")}


def pair_account(company: LegalEntity, other: LegalEntity, role: str) -> Account:
    """The account of `company` for what is due from or to `other`, opened when there is none."""
    kind, code, words = PAIR[role]
    found = Account.objects.filter(legal_entity=company, role=role, currency=company.currency, counterparty=other)
    account: Account | None = found.first()
    if account is None:
        account = Account.objects.create(
            legal_entity=company,
            code=f"{code}-{other.pk}",
            name=f"{words} {other.name}"[:80],
            kind=kind,
            role=role,
            currency=company.currency,
            is_default=False,
            counterparty=other,
        )
    return account


@dataclass(frozen=True, slots=True)
class Pair:
    """What `debtor` owes `creditor`: as the creditor's books say it, and as the debtor's do."""

    creditor: LegalEntity
    debtor: LegalEntity
    due_from: Decimal
    due_to: Decimal

    @property
    def difference(self) -> Decimal:
        return self.due_from - self.due_to


def pairs(*, through: date | None = None) -> list[Pair]:
    """Every two companies with an account between them, by what counts through `through` (None: all). Two queries."""
    counted = Q() if through is None else Q(effective_on__lte=through)
    accounts = Account.objects.filter(role__in=PAIR).select_related("legal_entity", "counterparty")
    rows = Posting.objects.filter(counted, account__in=accounts).values_list("account_id")
    net = dict(rows.annotate(net=Sum(F("debit") - F("credit"))).order_by())
    companies: dict[int, LegalEntity] = {}
    owed: dict[tuple[int, int], list[Decimal]] = {}
    for account in accounts.order_by("legal_entity__name", "code"):
        assert account.counterparty is not None
        companies |= {account.legal_entity_id: account.legal_entity, account.counterparty.pk: account.counterparty}
        creditor, debtor = account.legal_entity_id, account.counterparty.pk
        if account.role == "due_to":
            creditor, debtor = debtor, creditor
        sides = owed.setdefault((creditor, debtor), [ZERO, ZERO])
        amount = net.get(account.pk, ZERO)
        sides[account.role == "due_to"] += -amount if account.role == "due_to" else amount
    return [
        Pair(companies[creditor], companies[debtor], due_from, due_to)
        for (creditor, debtor), (due_from, due_to) in owed.items()
    ]


def unmatched_pairs(company_id: int, *, through: date) -> list[str]:
    """Where the books of `company_id` and another company differ on what one owes the other, as sentences."""
    return [
        f"{pair.creditor} says that {pair.debtor} owes it ${pair.due_from:,.2f}; {pair.debtor} says ${pair.due_to:,.2f}"
        for pair in pairs(through=through)
        if company_id in (pair.creditor.pk, pair.debtor.pk) and pair.difference
    ]
