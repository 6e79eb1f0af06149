"""The only way out of origination: a signed offer becomes a live loan of the ledger."""

from datetime import date
from decimal import Decimal

from finance.schedule import Schedule
from ledger.boarding import AgreedTerms, board_loan, schedule_of
from ledger.models import Loan, ProductVersion
from ledger.terms import ProductTerms
from origination.errors import PaymentsDiffer
from origination.models import Application
from origination.words import day
from tenants.models import User


def schedule_of_offer(
    version: ProductVersion, *, amount: Decimal, rate: Decimal, months: int, paid_out_on: date
) -> Schedule:
    """The schedule that boarding would keep for these terms. rate: percent a year."""
    agreed = AgreedTerms(amount=amount, rate=rate, months=months, disbursed_on=paid_out_on)
    return schedule_of(agreed, ProductTerms.of(version))


def board(application: Application, *, on: date, by: User) -> Loan:
    """Pay out the signed offer on the business date `on`, in the caller's transaction. Returns the live loan.

    Paid out on another day than it was priced on, a loan's due dates move along. Its payments do not change, and are
    held to those that were signed: raises PaymentsDiffer where one would.
    """
    offer, version, party = application.offer, application.product_version, application.party
    assert offer is not None, application.number
    assert version is not None, application.number
    assert party is not None, application.number
    agreed = AgreedTerms(amount=offer.amount, rate=offer.rate, months=offer.months, disbursed_on=on)
    schedule = schedule_of(agreed, ProductTerms.of(version))
    if [str(row.payment) for row in schedule.rows] != [row["payment"] for row in offer.schedule]:
        raise PaymentsDiffer(number=application.number, on=day(on))
    return board_loan(
        agreed=agreed,
        product_version=version,
        borrower=party,
        legal_entity=application.legal_entity,
        key=f"application/{application.number}",
        by=by,
        source="staff",
    )
