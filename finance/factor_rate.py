"""Sales-based financing at a factor rate (merchant cash advance), and the annual percentage rate it comes to.

The amount bought is advance x factor, fixed beforehand: no interest accrues, and time does not change what is owed.
Payments are a fixed amount, or a share of receipts ("specified percentage"), on every business day or by the week or
month. Sources: 10 CCR 930, 940, 942 (California: APR under Regulation Z on estimated payments, with reasonably
anticipated true-ups); 23 NYCRR 600 (New York); 12 CFR 1026, Appendix J, by `finance.apr`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from finance.apr import AprResult, Flow, apr
from finance.calendars import add_business_days, add_months, adjust, is_business_day
from finance.errors import BadInput
from finance.inputs import parse_choice
from finance.money import CENT, ZERO, cents, from_cents, rounded_quotient, to_cents
from finance.unit_periods import Unit

EVERY = ("business_day", "week", "month")
MOST_PAYMENTS = 2600


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyPayoff:
    """A factor that holds instead when all of it has been paid by `through_days` after funding."""

    through_days: int
    factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorTerms:
    """A purchase of future receipts. Raises BadInput, naming the field, for terms that have no meaning.

    advance: dollars bought with.  factor: at least 1; 1.35 buys $1.35 of receipts for a dollar.
    fees_withheld: dollars kept from the advance at funding.  every: one of EVERY; a payment that falls on a closed day
    is taken on the next open one.  payment: dollars each time; exactly one of it and `specified_percentage` of
    `monthly_receipts` (the projection of 10 CCR 930 or 931).  early_payoff: by ascending days, factors not above
    `factor`.
    """

    advance: Decimal
    factor: Decimal
    funded_on: date
    every: str = "business_day"
    payment: Decimal | None = None
    specified_percentage: Decimal | None = None
    monthly_receipts: Decimal | None = None
    fees_withheld: Decimal = ZERO
    early_payoff: tuple[EarlyPayoff, ...] = ()
    holidays: Collection[date] = ()

    def __post_init__(self) -> None:
        parse_choice(self.every, "every", EVERY)
        if self.advance < CENT:
            raise BadInput(field="advance", value=str(self.advance), allowed="0.01 or more")
        if self.factor < 1:
            raise BadInput(field="factor", value=str(self.factor), allowed="1 or more")
        if not 0 <= self.fees_withheld < self.advance:
            allowed = f"from 0.00 to less than the advance, {self.advance}"
            raise BadInput(field="fees_withheld", value=str(self.fees_withheld), allowed=allowed)
        shared = (self.specified_percentage, self.monthly_receipts)
        if (self.payment is None) == (None in shared) or (self.payment is not None and any(shared)):
            allowed = "given alone, or left out for specified_percentage and monthly_receipts"
            raise BadInput(field="payment", value=self.payment and str(self.payment), allowed=allowed)
        if self.payment is not None and self.payment < CENT:
            raise BadInput(field="payment", value=str(self.payment), allowed="0.01 or more")
        _check_early(self)

    @property
    def purchased(self) -> Decimal:
        """Receipts bought: what is paid back in all."""
        return cents(Fraction(self.advance) * Fraction(self.factor))

    @property
    def cost(self) -> Decimal:
        """The finance charge: receipts bought and fees withheld, less the advance."""
        return self.purchased - self.advance + self.fees_withheld


def projected_payments(terms: FactorTerms) -> list[Flow]:
    """Every payment until the purchased amount is collected; the last is what is left.

    Raises BadInput when that takes more than 2,600 payments: the projection then has no end worth disclosing.
    """
    each, left = to_cents(_each(terms)), to_cents(terms.purchased)
    if each * MOST_PAYMENTS < left:
        field = "payment" if terms.payment is not None else "monthly_receipts"
        value = terms.payment if terms.payment is not None else terms.monthly_receipts
        raise BadInput(
            field=field, value=str(value), allowed=f"enough to collect {terms.purchased} in {MOST_PAYMENTS} times"
        )
    flows: list[Flow] = []
    on = terms.funded_on
    while left:
        on = _next_day(terms, on, len(flows))
        flows.append(Flow(on, from_cents(min(each, left))))
        left -= min(each, left)
    return flows


def apr_equivalent(terms: FactorTerms, payments: Sequence[Flow] | None = None) -> AprResult:
    """The annual percentage rate of the projected payments, or of those given, on what is really advanced.

    Unit periods are days for daily payments (365 a year), so that weekends and holidays count as the days they are.
    Raises BadInput when less is paid than was advanced, and apr's MethodsDisagree.
    """
    unit = {"business_day": Unit("day"), "week": Unit("week"), "month": None}[terms.every]
    return apr(
        [Flow(terms.funded_on, terms.advance - terms.fees_withheld)], payments or projected_payments(terms), unit
    )


def payoff_of(terms: FactorTerms, on: date, collected: Decimal) -> Decimal:
    """What settles the purchase on a date, after `collected` dollars: no less is owed for paying early unless an early
    payoff factor holds by then."""
    return max(ZERO, cents(Fraction(terms.advance) * Fraction(factor_on(terms, on))) - collected)


def factor_on(terms: FactorTerms, on: date) -> Decimal:
    """The factor that holds when all of it is paid by a date: an early payoff's up to its day, that day included."""
    days = (on - terms.funded_on).days
    return next((early.factor for early in terms.early_payoff if days <= early.through_days), terms.factor)


def reconciliation(specified_percentage: Decimal, receipts: Decimal, collected: Decimal) -> Decimal:
    """What a true-up returns to the merchant (positive) or still collects (negative): what was collected, less the
    specified percentage of what the merchant really received."""
    return collected - cents(Fraction(receipts) * Fraction(specified_percentage) / 100)


def _check_early(terms: FactorTerms) -> None:
    days = 0
    for k, early in enumerate(terms.early_payoff):
        if early.through_days <= days:
            allowed = f"more than {days} days, each later than the last"
            raise BadInput(field=f"early_payoff[{k}].through_days", value=early.through_days, allowed=allowed)
        if not 1 <= early.factor <= terms.factor:
            allowed = f"from 1 to the factor, {terms.factor}"
            raise BadInput(field=f"early_payoff[{k}].factor", value=str(early.factor), allowed=allowed)
        days = early.through_days


def _each(terms: FactorTerms) -> Decimal:
    """One payment: as given, or the share of the receipts projected for a year, spread over its payments."""
    if terms.payment is not None:
        return terms.payment
    assert terms.specified_percentage is not None
    assert terms.monthly_receipts is not None
    a_year = {"business_day": _business_days(terms), "week": 52, "month": 12}[terms.every]
    yearly = 12 * to_cents(terms.monthly_receipts) * Fraction(terms.specified_percentage) / 100
    each = rounded_quotient(yearly.numerator, yearly.denominator * a_year)
    return from_cents(each)


def _business_days(terms: FactorTerms) -> int:
    """Open days in the year after funding."""
    end = add_months(terms.funded_on, 12)
    days = (terms.funded_on + timedelta(k) for k in range(1, (end - terms.funded_on).days + 1))
    return sum(is_business_day(day, terms.holidays) for day in days)


def _next_day(terms: FactorTerms, before: date, paid: int) -> date:
    if terms.every == "business_day":
        return add_business_days(before, 1, terms.holidays)
    if terms.every == "week":
        return adjust(terms.funded_on + timedelta(weeks=paid + 1), "following", terms.holidays)
    return adjust(add_months(terms.funded_on, paid + 1), "following", terms.holidays)
