"""The applicant accepts the offer by signing its agreement."""

from django.db import transaction

from ledger.day import BusinessDay
from origination.agreement import CONSENT, same_name
from origination.errors import AgreementChanged, ConsentMissing, NameDiffers, OfferEnded
from origination.models import Application, ApplicationEvent, Signature
from origination.operations.steps import State, lock, record, require_applicant, require_state, seen_before
from origination.words import day as in_words
from tenants.models import User


@transaction.atomic
def accept_and_sign_offer(
    *,
    application_id: int,
    typed_name: str,
    consented: bool,
    document_sha256: str,
    ip_address: str | None,
    user_agent: str,
    key: str,
    by: User,
) -> ApplicationEvent:
    """Sign the agreement whose text has the digest `document_sha256`: the one that was on the applicant's screen.

    Refuses anybody but the applicant, an offer that has ended or was replaced, another name, and missing consent.
    """
    application, day = lock(application_id)
    content = {"application": application_id, "typed_name": typed_name, "document": document_sha256}
    if event := seen_before(key, "signed", content, by=by):
        return event
    require_applicant(application, by, act="sign")
    require_state(application, State.APPROVED, done="signed")
    offer = application.offer
    assert offer is not None, application.number
    require_good(application, day)
    if document_sha256 != offer.agreement.sha256:
        raise AgreementChanged(number=application.number)
    if not same_name(typed_name, by):
        raise NameDiffers(name=by.full_name)
    if not consented:
        raise ConsentMissing()
    Signature.objects.create(
        offer=offer,
        signed_by=by,
        typed_name=typed_name,
        consent=CONSENT,
        document_sha256=document_sha256,
        ip_address=ip_address or None,
        user_agent=user_agent[:400],
        signed_on=day.today,
    )
    application.mark_accepted(by=by, on=day.today)
    application.save()
    return record(application, "signed", day=day, key=key, by=by, content=content, amount=offer.amount, note=typed_name)


def require_good(application: Application, day: BusinessDay) -> None:
    """Whether the offer can still be signed on the business date."""
    assert application.offer is not None, application.number
    if day.today > application.offer.good_through:
        raise OfferEnded(number=application.number, through=in_words(application.offer.good_through))
