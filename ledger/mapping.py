"""Which account takes a line: the company's GL mapping in force on the line's day, otherwise the chart's own account.

Of the rules of a version that fit, the most specific counts: first by product, then by state of the loan, then by kind
of fee. A version starts after the business date on which it is approved, so the mapping of a day that was posted on
never changes, and what a worker read once for a business date holds all day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db import connection
from django.db.models import F, Sum

from finance.loan_state import Effect
from ledger.models import Account, GLMapping, Loan, LoanEvent, Posting, ProductVersion
from ledger.models.mapping import FEE_KINDS
from ledger.recipes import lines_of
from tenants.current import current_tenant_id

# What is owed stays where the loan stands: the night moves these to the accounts that the mapping names.
BALANCES = ("principal", "interest", "fees", "unapplied")


@dataclass(frozen=True, slots=True)
class Use:
    """What a rule may ask of a line beside its role. Zero or empty is not known: only rules for any fit it."""

    product_id: int = 0
    status: str = ""
    fee_kind: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a mapping. Zero or empty: any."""

    product_id: int
    status: str
    fee_kind: str
    account_id: int

    def fits(self, use: Use) -> bool:
        return (
            self.product_id in (0, use.product_id)
            and self.status in ("", use.status)
            and self.fee_kind in ("", use.fee_kind)
        )

    @property
    def specific(self) -> tuple[bool, bool, bool]:
        return bool(self.product_id), bool(self.status), bool(self.fee_kind)


Rules = Mapping[str, Sequence[Rule]]  # by role, the most specific first
LinesByDay = dict[tuple[date, str], Decimal]
PlacedLines = dict[tuple[date, str, int], Decimal]


def rules_of(mapping: GLMapping) -> Rules:
    """The rules of one version. One query."""
    rules: defaultdict[str, list[Rule]] = defaultdict(list)
    for line in mapping.lines.all():
        rules[line.role].append(Rule(line.product_id or 0, line.status, line.fee_kind, line.account_id))
    return {role: sorted(found, key=lambda rule: rule.specific, reverse=True) for role, found in rules.items()}


def first_fit(rules: Rules, role: str, use: Use) -> int | None:
    """The account that `rules` name for the role; None when they leave it to the chart."""
    return next((rule.account_id for rule in rules.get(role, ()) if rule.fits(use)), None)


def versions(legal_entity_id: int, posted_on: date) -> tuple[tuple[date, Rules], ...]:
    """(from when, its rules) of each approved version that has started by the business date, newest first."""
    return _versions(current_tenant_id(), legal_entity_id, posted_on, connection.settings_dict["NAME"])


@lru_cache(maxsize=256)
def _versions(tenant_id: int, legal_entity_id: int, posted_on: date, database: str) -> tuple[tuple[date, Rules], ...]:
    approved = GLMapping.objects.filter(
        legal_entity_id=legal_entity_id, approved_at__isnull=False, effective_from__lte=posted_on
    )
    found = approved.order_by("-effective_from").prefetch_related("lines")
    return tuple((mapping.effective_from, rules_of(mapping)) for mapping in found)


def mapped_account(legal_entity_id: int, role: str, *, on: date, posted_on: date, use: Use) -> int | None:
    """The account of a line effective on `on`; None when the mapping leaves it to the chart."""
    for effective_from, rules in versions(legal_entity_id, posted_on):
        if effective_from <= on:
            return first_fit(rules, role, use)
    return None


def placing(legal_entity_id: int, posted_on: date, event: LoanEvent | None) -> Callable[[str, date], int | None]:
    """What the mapping says of (role, effective date) for the lines that `event` posts first."""
    if not versions(legal_entity_id, posted_on):
        return lambda role, on: None
    use = use_of(event.loan, fee_kind=event.kind) if event is not None else Use()
    return lambda role, on: mapped_account(legal_entity_id, role, on=on, posted_on=posted_on, use=use)


def use_of(loan: Loan, *, fee_kind: str = "") -> Use:
    """A line of the loan as it stands."""
    return Use(product_of(loan.product_version_id), loan.state, fee_kind if fee_kind in FEE_KINDS else "")


def product_of(version_id: int) -> int:
    return _product_of(version_id, connection.settings_dict["NAME"])


@lru_cache(maxsize=4096)  # a version stays its product's
def _product_of(version_id: int, database: str) -> int:
    product_id: int = ProductVersion.objects.values_list("product_id", flat=True).get(pk=version_id)
    return product_id


def place(loan: Loan, effects: Iterable[Effect], lines: LinesByDay, posted_on: date) -> PlacedLines:
    """The lines that bring a loan's books to its replayed `effects`, each with its account; 0 leaves it to `post`.

    A role whose account depends on the state of the loan or the kind of fee is compared account by account: a late
    fee taken back leaves the account that it went to, whatever else was charged that day.
    """
    dependent = dependent_roles(loan.legal_entity_id, posted_on)
    placed = {(on, role, 0): amount for (on, role), amount in lines.items() if role not in dependent}
    if not dependent:
        return placed
    gap: defaultdict[tuple[date, str, int], Decimal] = defaultdict(Decimal)
    charts = Account.objects.filter(legal_entity_id=loan.legal_entity_id, currency=loan.currency, is_default=True)
    chart = dict(charts.filter(role__in=dependent).values_list("role", "pk"))
    status, product_id = str(Loan.State.ACTIVE), product_of(loan.product_version_id)
    for effect in effects:
        use = Use(product_id, status, effect.kind if effect.kind in FEE_KINDS else "")
        if effect.kind != "accrual":
            for role, amount in lines_of(effect).items():
                if role in dependent:
                    account = mapped_account(loan.legal_entity_id, role, on=effect.on, posted_on=posted_on, use=use)
                    gap[effect.on, role, account or chart[role]] += amount
        if effect.kind == "charge_off":
            status = str(Loan.State.CHARGED_OFF)
    posted = Posting.objects.filter(loan=loan, account__role__in=dependent)
    rows = posted.values_list("effective_on", "account__role", "account_id")
    for on, role, account_id, amount in rows.annotate(total=Sum(F("debit") - F("credit"))).order_by():
        gap[on, role, account_id] -= amount
    return placed | {key: amount for key, amount in gap.items() if amount}


def dependent_roles(legal_entity_id: int, posted_on: date) -> frozenset[str]:
    """Roles of income and expense whose account some version lets depend on the loan's state or the kind of fee."""
    return frozenset(
        role
        for _, rules in versions(legal_entity_id, posted_on)
        for role, found in rules.items()
        if role not in BALANCES and any(rule.status or rule.fee_kind for rule in found)
    )
