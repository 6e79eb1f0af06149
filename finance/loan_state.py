"""A loan between two events: what happens to it (Event), where it stands (State), what a happening changed (Effect).

All money is Decimal dollars of two decimals; dates are business dates. What a replay makes by the thousand, here and in
finance.allocation, is a NamedTuple: as constant as a frozen dataclass, and made several times as fast.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from finance.allocation import ORDINARY, PAYOFF, PRINCIPAL_ONLY, Filled, Split
from finance.interest import NONE
from finance.money import ZERO, cents
from finance.terms import LoanTerms, NewTerms

# The order of one day. An ordinary payment stands before a principal-only one; ties are broken by id, as text.
RANKS = {
    "disburse": 0,
    "rate_change": 1,
    "fee": 2,
    "fee_waiver": 3,
    "payment": 4,
    "payoff": 6,
    "credit_applied": 6,
    "escrow_deposit": 6,
    "escrow_disbursement": 6,
    "capitalise_interest": 7,
    "capitalise_fees": 7,
    "modification": 7,
    "charge_off": 8,
    "recovery": 9,
    "late_fee": 10,
    # What is settled at the end of a day, after its late fees.
    "write_off": 11,
    "refund": 12,
    "restoration": 13,
    "nonaccrual": 14,
    "buy_back": 15,
    "sale": 16,
}
PRINCIPAL_ONLY_RANK = 5
LATE_FEE_RANK = RANKS["late_fee"]
CASH_KINDS = ("payment", "payoff", "recovery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One dated business event of a loan.

    kind: one of RANKS, or "reversal", which takes no place in the order: it removes its `target` from the history.
    on: the date it counts from.  booked: the date we knew; None is the same date.
    amount: dollars, above zero; what a charge_off or write_off takes off follows from the loan, so it bears none, and
    so do nonaccrual and restoration. A capitalise_interest or capitalise_fees adds to principal what is owed of it, at
    most `amount` when given. Of a sale it is the proceeds, of a buy_back the price.
    rate: percent a year, for a rate_change, and a modification that changes it.  new_terms: of a modification.
    principal_only: a payment that pays nothing but principal.
    purpose: of a payment, which of the loan's hierarchies allocates it.
    """

    id: str
    kind: str
    on: date
    booked: date | None = None
    amount: Decimal | None = None
    rate: Decimal | None = None
    target: str | None = None
    principal_only: bool = False
    purpose: str = ORDINARY
    new_terms: NewTerms | None = None

    @property
    def hierarchy(self) -> str:
        """The purpose under which cash is allocated: a payoff and a payment of principal have their own."""
        return PRINCIPAL_ONLY if self.principal_only else PAYOFF if self.kind == "payoff" else self.purpose

    @property
    def known(self) -> date:
        """The date we knew of it."""
        return self.booked or self.on

    @property
    def order(self) -> tuple[date, int, str]:
        """Its place in the loan's history, whatever the order of arrival."""
        rank = PRINCIPAL_ONLY_RANK if self.principal_only else RANKS[self.kind]
        return self.on, rank, self.id


@dataclass(slots=True, kw_only=True)
class Totals:
    """What happened so far, in dollars. fees_assessed includes late_fees. fees_waived is what was really lowered.

    capitalised_interest, capitalised_fees: what of them became principal.  refunded: of what was held unapplied.
    interest_waived: by modifications.
    """

    disbursed: Decimal = ZERO
    cash_in: Decimal = ZERO
    paid_principal: Decimal = ZERO
    paid_interest: Decimal = ZERO
    paid_fees: Decimal = ZERO
    fees_assessed: Decimal = ZERO
    fees_waived: Decimal = ZERO
    late_fees: Decimal = ZERO
    capitalised_interest: Decimal = ZERO
    capitalised_fees: Decimal = ZERO
    refunded: Decimal = ZERO
    interest_waived: Decimal = ZERO


@dataclass(slots=True, kw_only=True)
class State:
    """Where a loan stands at the end of the day `accrued_through`; built anew, or from stored figures.

    rate: percent a year in force.  accrued: exact unpaid interest of the days before `accrued_through`.
    credit: cash that went to interest and principal and so fills instalments (not fees, not principal_only).
    written_off: what a charge-off wrote off and nobody has recovered yet.  recovered: cash after the charge-off.
    escrow: held for the borrower's taxes and insurance; below zero it was advanced by the lender.
    nonaccrual, suspense, applied: finance.recognition.  sold: the loan as its owner has it; None while that is us.
    trail: what accrue() and apply() did, in order, for finance.explain_loan; None keeps none.
    """

    rate: Decimal
    rounding: str = "HALF_UP"
    principal: Decimal = ZERO
    accrued: Fraction = NONE
    fees: Decimal = ZERO
    unapplied: Decimal = ZERO
    accrued_through: date | None = None
    credit: Decimal = ZERO
    charged_off: bool = False
    written_off: Decimal = ZERO
    recovered: Decimal = ZERO
    escrow: Decimal = ZERO
    nonaccrual: bool = False
    suspense: Decimal = ZERO
    applied: Decimal = ZERO
    sold: "State | None" = None
    totals: Totals = field(default_factory=Totals)
    trail: "list[Accrued | Applied] | None" = field(default=None, repr=False, compare=False)
    # What was rounded last, how, and what it came to: an event asks for its interest half a dozen times.
    _rounded: tuple[Fraction, str, Decimal] = field(default=(NONE, "", ZERO), init=False, repr=False, compare=False)

    @classmethod
    def opening(cls, terms: LoanTerms) -> "State":
        """A loan signed but not yet paid out."""
        return cls(rate=terms.rate, rounding=terms.rounding)

    @property
    def gone(self) -> bool:
        """Charged off or sold: it does not age, and bears no late fee."""
        return self.charged_off or self.sold is not None

    @property
    def interest(self) -> Decimal:
        """Interest owed, rounded; also what the books hold as receivable.

        Under residue "carry" the exact figure may stand up to half a cent below zero; owed is then nothing.
        """
        exact, rounding, rounded = self._rounded
        if exact is not self.accrued or rounding != self.rounding:
            rounded = max(ZERO, cents(self.accrued, self.rounding)) if self.accrued else ZERO
            self._rounded = self.accrued, self.rounding, rounded
        return rounded

    def settle_interest(self, amount: Decimal, residue: str) -> None:
        """Lower the interest owed by `amount`. Once all of it is settled, "drop" forgets the sub-cent difference."""
        if amount == self.interest > 0 and residue == "drop":
            self.accrued = NONE
        elif amount:
            self.accrued -= Fraction(amount)


class Effect(NamedTuple):
    """What one event, or one accrual, changed: signed changes of each balance, in dollars.

    kind: "accrual" (then event is None), or what the event did: a payment after a charge-off is a "recovery", a
    recovery of a loan that is not charged off a "payment".
    cash: in is positive.  principal, interest, fees: what the borrower owes; up is positive.
    unapplied: what is held for the borrower; up is positive.
    income: interest earned in this effect: all of an accrual's interest, and zero elsewhere but for one case. When
    a part payment leaves an exact half cent under HALF_EVEN, what is owed may fall by a cent more or less than was
    paid, and that cent is (negative or positive) income of the payment's effect.
    written_off: the change of what stands written off.  recovered: cash taken against it.
    escrow: what is held for taxes and insurance; up is positive.
    suspense, applied: of `income`, the part that the lender does not recognise (finance.recognition).
    gain: of a sale or a buy-back, its proceeds or price beside what the books carried.
    interest_waived, fees_waived: what a modification forgave; up is positive.

    Every effect of cash obeys cash = unapplied + escrow + recovered + income - principal - interest - fees; a sale or
    buy-back obeys cash = gain + unapplied + suspense + applied - principal - interest - fees.
    """

    on: date
    kind: str
    event: str | None = None
    cash: Decimal = ZERO
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fees: Decimal = ZERO
    unapplied: Decimal = ZERO
    income: Decimal = ZERO
    written_off: Decimal = ZERO
    recovered: Decimal = ZERO
    escrow: Decimal = ZERO
    suspense: Decimal = ZERO
    applied: Decimal = ZERO
    gain: Decimal = ZERO
    interest_waived: Decimal = ZERO
    fees_waived: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrued:
    """Interest of the days from `start` (counted) to `end` (not counted) at one balance and rate, in exact dollars.

    suspended: of what was posted of it, in rounded dollars, the part that is no income (finance.recognition).
    """

    start: date
    end: date
    principal: Decimal
    rate: Decimal
    day_count: str
    interest: Fraction
    suspended: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One event as it was applied. due: what was owed before it.  settled: the change of the exact interest owed.

    filled: of a payment, its pots in the order of the hierarchy.  credit: how much of it fills instalments.
    held: what was held unapplied before it.
    """

    event: Event
    effect: Effect
    due: Split
    settled: Fraction
    filled: tuple[Filled, ...] = ()
    credit: Decimal = ZERO
    held: Decimal = ZERO
