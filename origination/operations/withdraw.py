"""The applicant no longer wants the loan."""

from django.db import transaction

from origination.models import Application, ApplicationEvent
from origination.operations.steps import State, lock, record, require_applicant, require_state, seen_before
from tenants.models import User

WITHDRAWABLE = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.ACCEPTED)


def require_withdrawable(application: Application, by: User) -> None:
    """Until the money has left, and by the applicant alone."""
    require_applicant(application, by, act="withdraw")
    require_state(application, *WITHDRAWABLE, done="withdrawn")


@transaction.atomic
def withdraw(*, application_id: int, key: str, by: User) -> ApplicationEvent:
    """End the application at the applicant's wish. A draft is set aside with what it says."""
    application, day = lock(application_id)
    content = {"application": application_id}
    if event := seen_before(key, "withdrawn", content, by=by):
        return event
    require_withdrawable(application, by)
    application.mark_withdrawn(on=day.today)
    application.save()
    return record(application, "withdrawn", day=day, key=key, by=by, content=content)
