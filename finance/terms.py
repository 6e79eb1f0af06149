"""The terms a daily simple-interest loan is serviced under: all that replay needs beside the events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Literal

from finance.allocation import PARTS, Hierarchy, usual
from finance.errors import BadInput
from finance.inputs import parse_choice
from finance.money import ROUNDINGS, ZERO

# Daily interest must be additive: a month taken in two halves earns what it earns whole. 30/360 is not.
DAILY_DAY_COUNTS = ("ACT/365F", "ACT/360", "ACT/ACT")
CHOICES = ("carry", "capitalise", "waive")
RESIDUES = ("drop", "carry")
PREPAYMENTS = ("advance", "curtail")
CASH_METHODS = ("cash_basis", "cost_recovery")
RESTORATIONS = ("as_collected", "at_once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """What the schedule asks for on one date: dollars, interest and principal together.

    interest: how much of it the schedule calls interest; only hierarchies that go instalment by instalment ask.
    """

    due_date: date
    amount: Decimal
    interest: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeCap:
    """The most that law allows: no fee before `grace_days` after the due date, and none above `percent` or `flat`.

    percent: of the instalment as scheduled, or where `basis` is "unpaid", of what is unpaid of it.  flat: dollars.
    With both, `combine` takes the greater or the lesser; with neither, the law sets no amount.
    """

    grace_days: int = 0
    percent: Decimal | None = None
    flat: Decimal | None = None
    combine: str = "lesser"
    basis: str = "instalment"
    citation: str = ""

    def __post_init__(self) -> None:
        if self.grace_days < 0:
            raise BadInput(field="grace_days", value=self.grace_days, allowed="a whole number of days, zero or more")
        for name, value in (("percent", self.percent), ("flat", self.flat)):
            if value is not None and value < 0:
                raise BadInput(field=name, value=str(value), allowed="zero or more")
        parse_choice(self.combine, "combine", ("greater", "lesser"))
        parse_choice(self.basis, "basis", ("instalment", "unpaid"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeRule:
    """A fee, once per instalment, when it is still unmet at the end of the day `grace_days` after its due date.

    percent: of the scheduled instalment amount, so that a part payment does not change the fee the note promises.
    flat: dollars. With both, `combine` takes the greater, the lesser or the sum.
    assessed_from: instalments due before this date bear no fee (a loan boarded in mid-life).
    cap: what law allows; the later day and the lower amount of contract and law hold.
    """

    grace_days: int
    percent: Decimal | None = None
    flat: Decimal | None = None
    combine: Literal["greater", "lesser", "sum"] = "greater"
    assessed_from: date | None = None
    cap: LateFeeCap | None = None

    def __post_init__(self) -> None:
        if self.grace_days < 0:
            raise BadInput(field="grace_days", value=self.grace_days, allowed="a whole number of days, zero or more")
        if self.percent is None and self.flat is None:
            raise BadInput(field="percent", value=None, allowed="given when there is no flat fee")
        for name, value in (("percent", self.percent), ("flat", self.flat)):
            if value is not None and value < 0:
                raise BadInput(field=name, value=str(value), allowed="zero or more")
        parse_choice(self.combine, "combine", ("greater", "lesser", "sum"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """The note. Raises BadInput, naming the field, for terms that cannot be serviced.

    rate: percent a year at the start; rate changes are events.  day_count: one of DAILY_DAY_COUNTS.
    schedule: instalments, oldest first.  allocation_order: the three PARTS, first paid first.
    hierarchies: by purpose, beside or instead of those that follow from the order (finance.allocation.usual).
    prepayments: "advance" meets instalments to come, as far as the money goes; "curtail" the next one at most, so that
    what is beyond it shortens the loan and does not excuse a payment.
    residue: what happens to the sub-cent difference when interest is paid in full: "drop" or "carry".
    past_due_tolerance: dollars an instalment may be short and still count as met.
    bucket_edges: the first day of each arrears bucket.
    nonaccrual_cash: what a payment of interest is while the loan is on non-accrual: "cash_basis" income,
    "cost_recovery" a return of principal in the books.  restoration: what becomes of interest in suspense when it is
    restored: "as_collected" income when paid, "at_once" income that day.
    small_balance: dollars; what is owed at most when it is written off to close the loan.
    version: which schedule of the loan this is, the first one being 1; late fees are named after it.
    cumulative: derived; dollars due up to and with each instalment.
    """

    rate: Decimal
    day_count: str
    schedule: tuple[Instalment, ...]
    allocation_order: tuple[str, ...] = PARTS
    rounding: str = "HALF_UP"
    residue: str = "drop"
    past_due_tolerance: Decimal = ZERO
    bucket_edges: tuple[int, ...] = (1, 30, 60, 90, 120)
    late_fee: LateFeeRule | None = None
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)
    prepayments: str = "advance"
    nonaccrual_cash: str = "cash_basis"
    restoration: str = "as_collected"
    small_balance: Decimal = ZERO
    version: int = 1
    cumulative: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.rate < 0:
            raise BadInput(field="rate", value=str(self.rate), allowed="a percentage, zero or more")
        parse_choice(self.day_count, "day_count", DAILY_DAY_COUNTS)
        parse_choice(self.rounding, "rounding", ROUNDINGS)
        parse_choice(self.residue, "residue", RESIDUES)
        parse_choice(self.prepayments, "prepayments", PREPAYMENTS)
        parse_choice(self.nonaccrual_cash, "nonaccrual_cash", CASH_METHODS)
        parse_choice(self.restoration, "restoration", RESTORATIONS)
        if sorted(self.allocation_order) != list(PARTS):
            shown = ", ".join(self.allocation_order)
            raise BadInput(field="allocation_order", value=shown, allowed="fees, interest and principal, each once")
        for name in ("past_due_tolerance", "small_balance"):
            if getattr(self, name) < 0:
                raise BadInput(field=name, value=str(getattr(self, name)), allowed="zero or more")
        edges = self.bucket_edges
        if not edges or edges[0] < 1 or any(low >= high for low, high in pairwise(edges)):
            raise BadInput(field="bucket_edges", value=list(edges), allowed="whole days from 1 up, each above the last")
        _check_schedule(self.schedule)
        object.__setattr__(self, "cumulative", tuple(accumulate(row.amount for row in self.schedule)))

    def hierarchy(self, purpose: str) -> Hierarchy:
        """How a payment of that purpose is allocated. Raises BadInput for one that the loan does not know."""
        if own := self.hierarchies.get(purpose):
            return own
        known = usual(self.allocation_order)
        if purpose not in known:
            parse_choice(purpose, "purpose", known.keys() | self.hierarchies.keys())
        return known[purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What a modification agrees. It states the terms in full, so the last modification of a loan governs.

    terms: from its day on.  interest, fees: what becomes of what is owed of them by then: "carry" leaves it owed,
    "capitalise" adds all of it to principal, "waive" forgives it, at most `interest_waived` or `fees_waived` dollars.
    """

    terms: LoanTerms
    interest: str = "carry"
    fees: str = "carry"
    interest_waived: Decimal = ZERO
    fees_waived: Decimal = ZERO

    def __post_init__(self) -> None:
        parse_choice(self.interest, "interest", CHOICES)
        parse_choice(self.fees, "fees", CHOICES)


def _check_schedule(schedule: tuple[Instalment, ...]) -> None:
    for k, row in enumerate(schedule):
        if row.amount < 0:
            raise BadInput(field=f"schedule[{k}].amount", value=str(row.amount), allowed="zero or more")
        if k and row.due_date < schedule[k - 1].due_date:
            raise BadInput(
                field=f"schedule[{k}].due_date",
                value=row.due_date.isoformat(),
                allowed=f"{schedule[k - 1].due_date} or later, as instalments stand in the order of their dates",
            )
