"""The underwriter's part: review, then approve with an offer or decline for a reason."""

from decimal import Decimal

from django.db import transaction

from finance.money import cents
from ledger.models import ProductVersion
from origination.agreement import write_agreement
from origination.errors import UnknownReason
from origination.models import Application, ApplicationEvent, Offer
from origination.operations.steps import (
    State,
    lock,
    record,
    require_somebody_else,
    require_state,
    seen_before,
)
from origination.pricing import Price, price_of
from origination.reasons import REASON_BY_CODE
from origination.words import months as in_months
from tenants.models import User


def require_startable(application: Application, by: User) -> None:
    """Whether `by` can start the review now; from approved it takes the unsigned offer back."""
    require_state(application, State.SUBMITTED, State.APPROVED, done="reviewed")
    require_somebody_else(application, by, act="review")


def require_decidable(application: Application, by: User, *, done: str) -> None:
    """Whether `by` can approve or decline now."""
    require_state(application, State.IN_REVIEW, done=done)
    require_somebody_else(application, by, act="decide on")


@transaction.atomic
def start_review(*, application_id: int, key: str, by: User) -> ApplicationEvent:
    """Take the application up. An approved one that is not signed yet loses its offer and can be decided again."""
    application, day = lock(application_id)
    content = {"application": application_id}
    if event := seen_before(key, "review_started", content, by=by):
        return event
    require_startable(application, by)
    again = application.state == State.APPROVED
    application.mark_in_review(by=by, on=day.today)
    application.save()
    note = "The offer was taken back." if again else ""
    return record(application, "review_started", day=day, key=key, by=by, content=content, note=note)


@transaction.atomic
def approve_application(
    *, application_id: int, amount: Decimal, months: int, key: str, by: User, note: str = ""
) -> ApplicationEvent:
    """Offer `amount` dollars over `months`, at today's index and the product's margin for that term.

    Makes the offer and its agreement; the applicant has until its `good_through` to sign. amount and months may differ
    from what was asked for, within the product's limits; outside them it is refused.
    """
    application, day = lock(application_id)
    content = {"application": application_id, "amount": amount, "months": months, "note": note}
    if event := seen_before(key, "approved", content, by=by):
        return event
    require_decidable(application, by, done="approved")
    price = price_of(version_of(application), amount=cents(amount), months=months, on=day.today)
    offer = make_offer(application, price, by)
    write_agreement(offer)
    application.mark_approved(by=by, on=day.today, offer=offer, note=note)
    application.save()
    return record(
        application,
        "approved",
        day=day,
        key=key,
        by=by,
        content=content,
        amount=offer.amount,
        note=f"{in_months(months)} at {offer.rate.normalize():f} %",
    )


@transaction.atomic
def decline_application(*, application_id: int, reason: str, key: str, by: User, note: str = "") -> ApplicationEvent:
    """Decline for the principal `reason`, a code of origination.reasons. `note` stays in the file."""
    application, day = lock(application_id)
    content = {"application": application_id, "reason": reason, "note": note}
    if event := seen_before(key, "declined", content, by=by):
        return event
    require_decidable(application, by, done="declined")
    if reason not in REASON_BY_CODE:
        raise UnknownReason(reason=reason)
    application.mark_declined(by=by, on=day.today, reason=reason, note=note)
    application.save()
    told = REASON_BY_CODE[reason].sentence
    return record(application, "declined", day=day, key=key, by=by, content=content, note=told)


def version_of(application: Application) -> ProductVersion:
    """The version of the product that the application was sent under."""
    assert application.product_version_id is not None, application.number
    return ProductVersion.objects.select_related("product").get(pk=application.product_version_id)


def make_offer(application: Application, price: Price, by: User) -> Offer:
    """Keep the price as the application's next offer."""
    schedule = price.schedule
    return Offer.objects.create(
        application=application,
        number=application.offers.count() + 1,
        amount=price.amount,
        months=price.months,
        index=price.index,
        index_rate=price.index_rate,
        margin=price.margin,
        rate=price.rate,
        payment=price.payment,
        final_payment=schedule.final_payment,
        total_of_payments=schedule.total_payments,
        finance_charge=price.cost.finance_charge,
        apr=price.cost.rate,
        priced_on=price.on,
        first_due_on=price.first_due_on,
        good_through=price.good_through,
        schedule=[
            {
                "due_on": row.due_date.isoformat(),
                "payment": str(row.payment),
                "principal": str(row.principal),
                "interest": str(row.interest),
                "balance": str(row.closing),
            }
            for row in schedule.rows
        ],
        made_by=by,
    )
