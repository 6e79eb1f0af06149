"""Which applications, for whom. Each is one query, with everything that a row or a card shows.

Every application has `money` (offered, or else asked for; None in an early draft), `state_since` (since when it waits)
and `decide_by`; origination.waiting says in a sentence what waits for whom.
"""

from origination.models import Application
from tenants.models import User


def applications_to_review(*, limit: int = 50) -> list[Application]:
    """What underwriters have before them, oldest first: sent, or in review."""
    return list(Application.objects.to_review().listed().order_by("submitted_on", "id")[:limit])


def applications_to_release(*, limit: int = 50) -> list[Application]:
    """Signed and waiting for the money to be released by a second person, longest first."""
    return list(Application.objects.to_release().listed().order_by("state_since", "id")[:limit])


def applications_of(user: User) -> list[Application]:
    """A borrower's own applications, newest first, drafts included."""
    return list(Application.objects.filter(applicant=user).listed().order_by("-id"))
