"""What a loan's modifications made of it: the terms in force on a day as data, and what they were asked for with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.level_payment import PaymentRule, Spacing
from finance.loan_state import State
from finance.modifications import Change, Modification
from finance.money import ZERO
from finance.replay import journal
from finance.terms import LoanTerms
from ledger.day import BusinessDay
from ledger.errors import NoSpacing
from ledger.models import Instalment, Loan, LoanEvent, ProductVersion
from ledger.records import records_of
from ledger.terms import ProductTerms, first_terms_of

# How far apart instalments fall due, where one follows from the last.
SPACINGS = {
    "weekly": Spacing(days=7),
    "biweekly": Spacing(days=14),
    "monthly": Spacing(months=1),
    "bimonthly": Spacing(months=2),
    "quarterly": Spacing(months=3),
    "semiannual": Spacing(months=6),
    "annual": Spacing(months=12),
}
# What Loan.terms keeps beside the terms of servicing.
ASIDE = ("tape", "payment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A loan at the end of the day on which its terms are to change.

    terms, servicing: in force then, as finance takes them and as JSON.  modifications: those that stand, in order.
    """

    loan: Loan
    on: date
    terms: LoanTerms
    state: State
    servicing: dict[str, Any]
    product_version: ProductVersion
    modifications: list[LoanEvent]

    @property
    def product(self) -> ProductTerms:
        return ProductTerms.of(self.product_version)

    @property
    def rule(self) -> PaymentRule:
        """How the product rounds a payment."""
        return PaymentRule(rounding=self.product.payment_rounding, unit=self.product.payment_unit)

    @property
    def spacing(self) -> Spacing:
        """Raises NoSpacing where dates do not follow from one another."""
        frequency = self.servicing["frequency"]
        if frequency not in SPACINGS:
            raise NoSpacing(number=self.loan.number, frequency=frequency)
        return SPACINGS[frequency]

    def earlier(self, act: str) -> list[LoanEvent]:
        """Its modifications of one kind."""
        return [event for event in self.modifications if event.terms and event.terms["act"] == act]


def case_of(loan: Loan, on: date, day: BusinessDay) -> Case:
    """The loan as it stands at the end of `on`, by replaying what is known today."""
    events = records_of([loan.pk])[loan.pk].events
    played = journal(first_terms_of(loan), events, through=on, late_fees_through=min(on, day.closed_through))
    standing = standing_modifications(loan)
    in_force = next((event.terms for event in reversed(standing) if event.effective_on <= on), None)
    return Case(
        loan=loan,
        on=on,
        terms=played.terms,
        state=played.state,
        servicing=in_force["servicing"] if in_force else {k: v for k, v in loan.terms.items() if k not in ASIDE},
        product_version=product_version_of(loan, in_force),
        modifications=standing,
    )


def standing_modifications(loan: Loan) -> list[LoanEvent]:
    """Those that are not reversed, in the order they count. One query."""
    rows = LoanEvent.objects.filter(loan=loan, kind=LoanEvent.Kind.MODIFICATION, reversals=None)
    return list(rows.select_related("by").order_by("effective_on", "id"))


def product_version_of(loan: Loan, in_force: dict[str, Any] | None) -> ProductVersion:
    """The product that the loan is of under these terms of a modification; without any, the one it was boarded with."""
    if in_force is None:
        version: ProductVersion = loan.product_version
        return version
    found: ProductVersion = ProductVersion.objects.select_related("product").get(pk=in_force["product_version"])
    return found


def terms_json(
    case: Case, found: Modification, *, asked: dict[str, Any], changes: Iterable[Change] = (), **others: Any
) -> dict[str, Any]:
    """What the event keeps. changes: beyond those of the schedule.  others: what of it is not as before."""
    new = found.new_terms
    return {
        "act": asked["act"],
        "asked": asked,
        "rate": str(case.loan.rate),
        "servicing": case.servicing,
        "product_version": case.product_version.pk,
        "interest": new.interest,
        "fees": new.fees,
        "interest_waived": str(new.interest_waived),
        "fees_waived": str(new.fees_waived),
        "changes": [
            [change.name, in_json(change.before), in_json(change.after)]
            for change in (*found.changes, *changes)
            if change.before != change.after
        ],
    } | others


def in_json(value: object) -> str | int | None:
    """Money, rates and dates as text; counts and nothing as they are."""
    return value if value is None or isinstance(value, int) else str(value)


def instalments_of(event: LoanEvent, found: Modification, before: Sequence[Instalment]) -> list[Instalment]:
    """The rows of the new schedule. What of each is interest is as projected, or was agreed for those that are past."""
    assert event.version is not None
    agreed = {row.due_on: row for row in before}
    rows, closing = [], Decimal(event.loan.amount)
    to_come = iter(found.after.rows)
    for number, row in enumerate(found.terms.schedule, start=1):
        if row.due_date > found.on:
            projected = next(to_come)
            interest, closing = projected.interest, projected.closing
        else:
            was = agreed.get(row.due_date)
            interest, closing = (was.interest, was.balance_after) if was else (ZERO, closing)
        interest = min(interest, row.amount)
        rows.append(
            Instalment(
                loan=event.loan,
                event=event,
                version=event.version,
                number=number,
                due_on=row.due_date,
                amount=row.amount,
                principal=row.amount - interest,
                interest=interest,
                balance_after=closing,
            )
        )
    return rows
