"""The steps that every operation on an application shares: lock, seen before, allowed, record."""

import json
from decimal import Decimal
from typing import Any

from django.db.models import Model

from ledger.day import BusinessDay, hold_business_day
from origination.errors import KeyReused, NotTheApplicant, OwnApplication, WrongState
from origination.models import Application, ApplicationEvent
from parties.secrets import blind_index
from tenants.current import current_tenant_id
from tenants.models import User

State = Application.State


def lock(application_id: int) -> tuple[Application, BusinessDay]:
    """The application, locked until the transaction ends, with the business date held still.

    The day first, as everywhere: two orders would deadlock with the night.
    """
    day = hold_business_day()
    application = Application.objects.select_for_update(no_key=True).get(pk=application_id)
    return application, day


def seen_before(key: str, kind: str, content: dict[str, Any], *, by: User) -> ApplicationEvent | None:
    """The event this key already made. The same key with other content, by another, or for another step is refused."""
    event = ApplicationEvent.objects.filter(key=key).first()
    if event is not None and (event.kind, event.by_id, event.content) != (kind, by.pk, digest_of(kind, content)):
        raise KeyReused(key=key)
    return event


def digest_of(kind: str, content: dict[str, Any]) -> str:
    """A keyed digest of what was asked: it may hold numbers that must not be guessed from it."""
    plain = json.dumps({name: _plain(value) for name, value in content.items()}, sort_keys=True)
    return blind_index(plain, belongs_to=f"{current_tenant_id()}/origination_applicationevent/{kind}").hex()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value.pk if isinstance(value, Model) else value)


def require_state(application: Application, *needed: State, done: str) -> None:
    """Refuse unless the application is in one of the states `needed`; `done` is the verb, as in "declined"."""
    if application.state not in needed:
        raise WrongState(
            number=application.number,
            state=application.get_state_display().lower(),
            needed=" or ".join(state.label.lower() for state in needed),
            done=done,
        )


def require_applicant(application: Application, by: User, *, act: str) -> None:
    if application.applicant_id != by.pk:
        raise NotTheApplicant(number=application.number, applicant=application.applicant.full_name, act=act)


def require_somebody_else(application: Application, by: User, *, act: str) -> None:
    """Nobody decides on their own application."""
    if application.applicant_id == by.pk:
        raise OwnApplication(number=application.number, act=act)


def record(
    application: Application,
    kind: str,
    *,
    day: BusinessDay,
    key: str,
    by: User,
    content: dict[str, Any],
    amount: Decimal | None = None,
    note: str = "",
) -> ApplicationEvent:
    """Write the event. `content` is what `seen_before` was asked with."""
    return ApplicationEvent.objects.create(
        application=application,
        kind=kind,
        recorded_on=day.today,
        by=by,
        amount=amount,
        note=note,
        key=key,
        content=digest_of(kind, content),
    )
