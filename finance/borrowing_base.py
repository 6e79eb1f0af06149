"""Asset-based lending: what receivables and inventory a lender lends against today.

The waterfall: each dollar that cannot be lent against counts under the first reason that catches it, and under no
other, so gross = eligible + all ineligibles, for the book and for every debtor.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from finance.money import ZERO, cents

# In the order in which they catch an item.
REASONS = ("affiliate", "foreign", "disputed", "over_age", "cross_age", "contra", "concentration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Who owes the invoices. contra: dollars our borrower owes them. group: debtors that count as one risk."""

    id: str
    affiliate: bool = False
    foreign: bool = False
    foreign_supported: bool = False
    contra: Decimal = ZERO
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An open item. amount: dollars still open; a credit is negative."""

    id: str
    debtor: str
    invoice_date: date
    due_date: date
    amount: Decimal
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What the facility agreement says. Percentages as percent (85 is 85 %), money in dollars, ages in days.

    concentration_overrides: group or debtor id to its own percentage; a debtor in a group follows the group.
    reserves: dollars the lender holds back.  None: no cap, no dilution test, no limit.
    """

    age_basis: Literal["invoice_date", "due_date"] = "invoice_date"
    max_age_days: int = 90
    cross_age_pct: Decimal = Decimal(50)
    cross_age_inclusive: bool = True
    concentration_pct: Decimal = Decimal(20)
    concentration_overrides: Mapping[str, Decimal] = field(default_factory=dict)
    ar_advance_rate: Decimal = Decimal(85)
    inventory_advance_rate: Decimal = Decimal(50)
    inventory_cap: Decimal | None = None
    dilution_pct: Decimal | None = None
    dilution_threshold: Decimal = Decimal(5)
    reserves: Sequence[Decimal] = ()
    facility_limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Dollars that one reason took from a debtor, and what it looked at.

    invoice: of disputed and over age.  tested: the balance the reason was measured on (of the group, for
    concentration).  limit: the cap, what we owe under contra, or the over-age dollars of a cross-aged debtor.
    group, percent, own, before: of concentration; the group or the debtor without one, its share of the base, the
    debtor's own balance, and what was charged to larger members before it.
    """

    reason: str
    amount: Decimal
    invoice: Invoice | None = None
    tested: Decimal = ZERO
    limit: Decimal = ZERO
    group: str = ""
    percent: Decimal = ZERO
    own: Decimal = ZERO
    before: Decimal = ZERO


@dataclass(slots=True)
class Standing:
    """One debtor's dollars: gross = eligible + all that is ineligible, by reason.

    exclusions: each of them, in the order of the waterfall.
    """

    gross: Decimal = ZERO
    eligible: Decimal = ZERO
    ineligible: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(REASONS, ZERO))
    exclusions: list[Exclusion] = field(default_factory=list, repr=False)

    def exclude(self, exclusion: Exclusion) -> None:
        """Move dollars from eligible to their reason."""
        self.eligible -= exclusion.amount
        self.ineligible[exclusion.reason] += exclusion.amount
        self.exclusions.append(exclusion)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseInputs:
    """What a certificate was computed from. invoices: by debtor."""

    as_of: date
    params: Params
    invoices: Mapping[str, Sequence[Invoice]]
    inventory_eligible: Decimal
    loan_outstanding: Decimal
    letters_of_credit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowingBase:
    """A borrowing base certificate. Dollars.

    concentration_base: eligible before the concentration test.  line: the base, within the facility limit.
    used: loan and letters of credit.  debtors: every debtor, in the order given.
    """

    gross: Decimal
    ineligible: dict[str, Decimal]
    eligible: Decimal
    concentration_base: Decimal
    ar_advance: Decimal
    inventory_advance: Decimal
    dilution_reserve: Decimal
    fixed_reserves: Decimal
    borrowing_base: Decimal
    line: Decimal
    used: Decimal
    debtors: dict[str, Standing]
    inputs: BaseInputs = field(repr=False)

    @property
    def total_ineligible(self) -> Decimal:
        return sum(self.ineligible.values(), ZERO)

    @property
    def availability(self) -> Decimal:
        """What may still be drawn."""
        return max(ZERO, self.line - self.used)

    @property
    def over_advance(self) -> Decimal:
        """What is drawn beyond the line."""
        return max(ZERO, self.used - self.line)


def borrowing_base(
    *,
    as_of: date,
    debtors: Sequence[Debtor],
    invoices: Sequence[Invoice],
    params: Params,
    inventory_eligible: Decimal = ZERO,
    loan_outstanding: Decimal = ZERO,
    letters_of_credit: Decimal = ZERO,
) -> BorrowingBase:
    """The borrowing base on `as_of`. Every invoice's debtor is among `debtors`; ids are unique."""
    items: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        items[invoice.debtor].append(invoice)
    standings = {debtor.id: _standing(debtor, items[debtor.id], params, as_of) for debtor in debtors}
    assert items.keys() <= standings.keys(), items.keys() - standings.keys()
    concentration_base = sum((standing.eligible for standing in standings.values()), ZERO)
    _test_concentration(debtors, standings, params, concentration_base)

    eligible = sum((standing.eligible for standing in standings.values()), ZERO)
    ar_advance = max(ZERO, _share(eligible, params.ar_advance_rate))
    inventory_advance = _share(inventory_eligible, params.inventory_advance_rate)
    if params.inventory_cap is not None:
        inventory_advance = min(inventory_advance, params.inventory_cap)
    dilution_over = max(Decimal(0), (params.dilution_pct or Decimal(0)) - params.dilution_threshold)
    dilution_reserve = max(ZERO, _share(eligible, dilution_over))
    fixed_reserves = sum(params.reserves, ZERO)
    base = max(ZERO, ar_advance + inventory_advance - dilution_reserve - fixed_reserves)
    return BorrowingBase(
        gross=sum((standing.gross for standing in standings.values()), ZERO),
        ineligible={r: sum((standing.ineligible[r] for standing in standings.values()), ZERO) for r in REASONS},
        eligible=eligible,
        concentration_base=concentration_base,
        ar_advance=ar_advance,
        inventory_advance=inventory_advance,
        dilution_reserve=dilution_reserve,
        fixed_reserves=fixed_reserves,
        borrowing_base=base,
        line=base if params.facility_limit is None else min(base, params.facility_limit),
        used=loan_outstanding + letters_of_credit,
        debtors=standings,
        inputs=BaseInputs(
            as_of=as_of,
            params=params,
            invoices=items,
            inventory_eligible=inventory_eligible,
            loan_outstanding=loan_outstanding,
            letters_of_credit=letters_of_credit,
        ),
    )


def _share(amount: Decimal, percent: Decimal) -> Decimal:
    return cents(Fraction(amount) * Fraction(percent) / 100)


def _standing(debtor: Debtor, items: Sequence[Invoice], params: Params, as_of: date) -> Standing:
    """One debtor through the waterfall, up to and with contra."""
    gross = sum((item.amount for item in items), ZERO)
    standing = Standing(gross=gross, eligible=gross)
    if debtor.affiliate:
        standing.exclude(Exclusion(reason="affiliate", amount=gross))
    elif debtor.foreign and not debtor.foreign_supported:
        standing.exclude(Exclusion(reason="foreign", amount=gross))
    else:
        _test_items(standing, items, params, as_of)
        tested = max(ZERO, standing.eligible)
        amount = min(tested, debtor.contra)
        standing.exclude(Exclusion(reason="contra", amount=amount, tested=tested, limit=debtor.contra))
    return standing


def _test_items(standing: Standing, items: Sequence[Invoice], params: Params, as_of: date) -> None:
    """Disputed, over age, cross age.

    A disputed item is out whatever its sign. Only positive items grow old: an old credit stays, and shrinks neither
    the over-age amount nor the cross-age share, which counts disputed items on both of its sides.
    """
    positive = over_age = ZERO
    for item in items:
        is_old = item.amount > 0 and (as_of - getattr(item, params.age_basis)).days > params.max_age_days
        positive += max(ZERO, item.amount)
        over_age += item.amount if is_old else ZERO
        if item.disputed:
            standing.exclude(Exclusion(reason="disputed", amount=item.amount, invoice=item))
        elif is_old:
            standing.exclude(Exclusion(reason="over_age", amount=item.amount, invoice=item))
    if over_age > 0:
        share = Fraction(over_age) * 100 / Fraction(positive)
        if share > params.cross_age_pct or (params.cross_age_inclusive and share == params.cross_age_pct):
            rest = standing.eligible
            standing.exclude(Exclusion(reason="cross_age", amount=rest, tested=positive, limit=over_age))


def _test_concentration(
    debtors: Sequence[Debtor], standings: Mapping[str, Standing], params: Params, base: Decimal
) -> None:
    """Charge what a group, or a debtor without one, has above its share of `base`: once, largest member first."""
    groups: defaultdict[tuple[bool, str], list[str]] = defaultdict(list)
    for debtor in debtors:
        # A group and a debtor may bear the same name.
        groups[debtor.group is not None, debtor.group or debtor.id].append(debtor.id)
    for (_, name), members in groups.items():
        percent = params.concentration_overrides.get(name, params.concentration_pct)
        # A book whose credits outweigh it has no room for anyone, but no less than none.
        cap = max(ZERO, _share(base, percent))
        tested = sum((standings[member].eligible for member in members), ZERO)
        before = ZERO
        for member in sorted(members, key=lambda m: (-standings[m].eligible, m)):
            if tested - cap - before <= 0:
                break
            own = standings[member].eligible
            amount = min(tested - cap - before, own)
            exclusion = Exclusion(
                reason="concentration",
                amount=amount,
                tested=tested,
                limit=cap,
                group=name,
                percent=percent,
                own=own,
                before=before,
            )
            standings[member].exclude(exclusion)
            before += amount
