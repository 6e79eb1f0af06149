"""Sending an application to the lender."""

from django.db import transaction

from ledger.terms import ProductTerms
from origination.applicant import identifier_of, keep_contact
from origination.catalogue import version_in_force
from origination.errors import NotComplete
from origination.models import Application, ApplicationEvent
from origination.operations.steps import State, lock, record, require_applicant, require_state, seen_before
from origination.pricing import require_offered
from tenants.models import User

# Column -> what it is called when it is missing.
NEEDED = {
    "kind": "who is borrowing",
    "name": "the legal name",
    "phone": "a phone number",
    "street": "the street",
    "city": "the city",
    "us_state": "the state",
    "postal_code": "the ZIP code",
    "annual_income": "the yearly income",
    "years_established": "the years in business or work",
    "product_version": "the product",
    "amount": "the amount",
    "months": "the number of months",
    "purpose": "what the money is for",
}


@transaction.atomic
def submit_application(*, application_id: int, key: str, by: User) -> ApplicationEvent:
    """Send the draft. From here on what it states cannot change.

    The product is taken in the version that is in force today. Refuses what is incomplete or outside its limits.
    """
    application, day = lock(application_id)
    content = {"application": application_id}
    if event := seen_before(key, "submitted", content, by=by):
        return event
    require_applicant(application, by, act="send")
    require_state(application, State.DRAFT, done="sent")
    require_complete(application)
    version = version_in_force(application.product_version.product_id, day.today)
    assert application.months is not None, application.number
    require_offered(
        ProductTerms.of(version),
        amount=application.amount,
        months=application.months,
        product=version.product.name,
    )
    application.product_version = version
    keep_contact(application, on=day.today)
    application.mark_submitted(on=day.today)
    application.save()
    return record(application, "submitted", day=day, key=key, by=by, content=content, amount=application.amount)


def missing(application: Application) -> list[str]:
    """What is still to be answered, in words and in the order of the form."""
    found = [words for column, words in NEEDED.items() if getattr(application, column) in (None, "")]
    if application.party is not None and identifier_of(application.party) is None:
        found.append(
            "the social security number" if application.kind == "person" else "the employer identification number"
        )
    return found


def require_complete(application: Application) -> None:
    if found := missing(application):
        raise NotComplete(missing=", ".join(found))
