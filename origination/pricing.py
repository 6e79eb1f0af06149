"""What a loan would cost: the product's rate on a day, the schedule, and the figures that are disclosed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from finance.apr import AprResult, Flow, apr
from finance.schedule import Schedule
from ledger.models import ProductVersion
from ledger.terms import ProductTerms, index_rate
from origination.errors import NotOffered
from origination.handover import schedule_of_offer
from origination.words import dollars
from origination.words import months as in_months

# How long an offer can be signed, in days after the one on which it was made.
GOOD_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A loan of `amount` dollars over `months`, paid out on `on`. Rates are percent a year."""

    amount: Decimal
    months: int
    on: date
    index: str
    index_rate: Decimal
    margin: Decimal
    schedule: Schedule
    cost: AprResult

    @property
    def rate(self) -> Decimal:
        """The index of the day and the product's margin."""
        return self.index_rate + self.margin

    @property
    def payment(self) -> Decimal:
        return self.schedule.rows[0].payment

    @property
    def first_due_on(self) -> date:
        return self.schedule.rows[0].due_date

    @property
    def good_through(self) -> date:
        return self.on + GOOD_FOR


def price_of(version: ProductVersion, *, amount: Decimal, months: int, on: date) -> Price:
    """The price on `on` by this version of the product.

    Raises NotOffered outside the product's limits, and the ledger's refusals where it has no margin for the term or no
    index rate is known on the day.
    """
    terms = ProductTerms.of(version)
    require_offered(terms, amount=amount, months=months, product=version.product.name)
    index, margin = index_rate(terms.index, on), terms.margin_for(months, product=version.product.name)
    schedule = schedule_of_offer(version, amount=amount, rate=index + margin, months=months, paid_out_on=on)
    return Price(
        amount=amount,
        months=months,
        on=on,
        index=terms.index,
        index_rate=index,
        margin=margin,
        schedule=schedule,
        cost=apr([Flow(on, amount)], [Flow(row.due_date, row.payment) for row in schedule.rows if row.payment]),
    )


def require_offered(terms: ProductTerms, *, amount: Decimal, months: int, product: str) -> None:
    """The product's limits of amount and term, both inclusive."""
    if not terms.min_amount <= amount <= terms.max_amount:
        raise NotOffered(
            field="amount",
            product=product,
            asked=f"for {dollars(amount)}",
            least=dollars(terms.min_amount),
            most=dollars(terms.max_amount),
        )
    if not terms.min_months <= months <= terms.max_months:
        raise NotOffered(
            field="months",
            product=product,
            asked=f"over {in_months(months)}",
            least=str(terms.min_months),
            most=in_months(terms.max_months),
        )
