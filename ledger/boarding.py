"""Agreed terms become a live loan, in the caller's transaction. Its books start with the money leaving."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from finance.calendars import add_months
from finance.schedule import Schedule, ScheduleTerms, build_schedule
from ledger.day import BusinessDay, hold_business_day
from ledger.errors import NotALine
from ledger.models import Instalment, Loan, LoanBalance, ProductVersion
from ledger.operations.steps import record, seen_before
from ledger.replay import enter
from ledger.terms import ProductTerms
from parties.models import Party
from tenants.models import LegalEntity, User


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedTerms:
    """What the borrower signed. amount: dollars.  rate: percent a year.  months: number of monthly instalments.

    advance: what is paid out at first, of a loan that is drawn on later; None is all of it.
    """

    amount: Decimal
    rate: Decimal
    months: int
    disbursed_on: date
    advance: Decimal | None = None

    @property
    def paid_out(self) -> Decimal:
        """What leaves on the first day."""
        return self.amount if self.advance is None else self.advance

    @property
    def first_due_on(self) -> date:
        return add_months(self.disbursed_on, 1)


def schedule_of(agreed: AgreedTerms, product: ProductTerms) -> Schedule:
    """The schedule a loan of these terms would have; the offer shows it, boarding keeps it."""
    return build_schedule(
        ScheduleTerms(
            principal=agreed.amount,
            rate=agreed.rate,
            n=agreed.months,
            frequency=product.frequency,
            method=product.method,
            start_date=agreed.disbursed_on,
            rounding=product.rounding,
            payment_rounding=product.payment_rounding,
            payment_unit=product.payment_unit,
        )
    )


@transaction.atomic
def board_loan(
    *,
    agreed: AgreedTerms,
    product_version: ProductVersion,
    borrower: Party,
    legal_entity: LegalEntity,
    key: str,
    by: User | None,
    source: str = "staff",
) -> Loan:
    """Open the loan, copy its terms, keep its schedule and pay it out. Returns the live loan.

    The same key returns the loan it made.
    """
    day = hold_business_day()
    if event := seen_before(f"{key}/disbursement", kind="disbursement", amount=agreed.paid_out):
        earlier: Loan = Loan.objects.get(pk=event.loan_id)
        return earlier
    product = ProductTerms.of(product_version)
    if agreed.paid_out != agreed.amount and (product.policies.line is None or agreed.paid_out > agreed.amount):
        raise NotALine(paid_out=f"${agreed.paid_out:,}", amount=f"${agreed.amount:,}", product=product_version.product)
    loan = open_loan(
        number=next_loan_number(),
        agreed=agreed,
        schedule=schedule_of(agreed, product),
        servicing=product.servicing(made_on=agreed.disbursed_on, state=borrower.state),
        product_version=product_version,
        borrower=borrower,
        legal_entity=legal_entity,
        day=day,
    )
    event = record(
        loan,
        "disbursement",
        effective_on=agreed.disbursed_on,
        day=day,
        key=f"{key}/disbursement",
        by=by,
        source=source,
        amount=agreed.paid_out,
    )
    enter(loan, loan.balance, event, day)
    return loan


def open_loan(
    *,
    number: str,
    agreed: AgreedTerms,
    schedule: Schedule,
    servicing: dict[str, Any],
    product_version: ProductVersion,
    borrower: Party,
    legal_entity: LegalEntity,
    day: BusinessDay,
) -> Loan:
    """The loan, its schedule and an empty balance; nothing is posted yet."""
    loan = unsaved_loan(
        number=number,
        agreed=agreed,
        schedule=schedule,
        servicing=servicing,
        product_version=product_version,
        borrower=borrower,
        legal_entity=legal_entity,
        boarded_on=day.today,
    )
    loan.save()
    Instalment.objects.bulk_create(
        Instalment(
            loan=loan,
            number=row.k,
            due_on=row.due_date,
            amount=row.payment,
            principal=row.principal,
            interest=row.interest,
            balance_after=row.closing,
        )
        for row in schedule.rows
    )
    LoanBalance.objects.create(
        loan=loan,
        rate=agreed.rate,
        day_count=servicing["day_count"],
        rounding=servicing["rounding"],
        accrued_through=agreed.disbursed_on,
    )
    return loan


def unsaved_loan(
    *,
    agreed: AgreedTerms,
    schedule: Schedule,
    servicing: dict[str, Any],
    legal_entity: LegalEntity,
    **given: Any,
) -> Loan:
    """A loan of these terms. `given`: its other columns."""
    loan: Loan = Loan(
        legal_entity=legal_entity,
        currency=legal_entity.currency,
        amount=agreed.amount,
        rate=agreed.rate,
        terms=servicing | {"payment": str(schedule.regular_payment) if schedule.regular_payment else None},
        opened_on=agreed.disbursed_on,
        first_due_on=schedule.rows[0].due_date,
        matures_on=schedule.rows[-1].due_date,
        **given,
    )
    return loan


def next_loan_number() -> str:
    """L- and eight digits. Drawn from a sequence, so two boardings never meet; a gap says nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_loan_number')")
        (number,) = cursor.fetchone()
    return f"L-{number:08d}"
