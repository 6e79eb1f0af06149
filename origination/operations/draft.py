"""A draft, saved step by step until it is sent."""

from typing import Any

from django.db import connection, transaction

from ledger.day import hold_business_day
from origination.applicant import keep_identifier, keep_party
from origination.models import Application, ApplicationEvent
from origination.operations.steps import State, lock, record, require_applicant, require_state, seen_before
from tenants.models import LegalEntity, User

# What each step of the form states, in order.
SECTIONS: dict[str, tuple[str, ...]] = {
    "you": ("kind", "name", "phone", "street", "city", "us_state", "postal_code"),
    "business": ("annual_income", "years_established"),
    "loan": ("product_version", "amount", "months", "purpose"),
}


@transaction.atomic
def start_application(*, legal_entity: LegalEntity, key: str, by: User) -> ApplicationEvent:
    """Begin an application of `by`, or return the beginning of the draft that is still open: one at a time."""
    day = hold_business_day()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two windows opened at once share one draft
    content = {"legal_entity": legal_entity.pk}
    if event := seen_before(key, "started", content, by=by):
        return event
    if draft := Application.objects.filter(applicant=by, state=State.DRAFT).first():
        return ApplicationEvent.objects.get(application=draft, kind="started")
    application = Application.objects.create(
        number=next_application_number(), legal_entity=legal_entity, applicant=by, state_since=day.today
    )
    return record(application, "started", day=day, key=key, by=by, content=content)


@transaction.atomic
def save_draft(
    *, application_id: int, section: str, answers: dict[str, Any], key: str, by: User, identifier: str = ""
) -> ApplicationEvent:
    """Keep the answers of one step. answers: {column: value} for every column of SECTIONS[section].

    identifier: a social security or employer identification number as typed; empty keeps the one known before. A first
    save makes the applicant's party. Refuses an application that was sent, somebody else's, and a bad identifier.
    """
    assert set(answers) == set(SECTIONS[section]), (section, answers)
    application, day = lock(application_id)
    content = {"application": application_id, "section": section, "identifier": identifier, **answers}
    if event := seen_before(key, "saved", content, by=by):
        return event
    require_applicant(application, by, act="change")
    require_state(application, State.DRAFT, done="changed")
    for name, value in answers.items():
        setattr(application, name, value)
    if section == "you":
        application.party = keep_party(application)
    if identifier:
        keep_identifier(application, identifier, on=day.today)
    application.save()
    return record(application, "saved", day=day, key=key, by=by, content=content, note=section)


def next_application_number() -> str:
    """A- and eight digits, from a sequence, so two applications never meet; a gap says nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('origination_application_number')")
        (number,) = cursor.fetchone()
    return f"A-{number:08d}"
