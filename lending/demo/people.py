"""Whom one can sign in as in the demo: one person for each role, and a second borrower, who is behind.

The password is the same for all and no secret: manage.py demo refuses to run anywhere but in a demo.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings

from tenants.models import Role, User

PASSWORD = "loanwright-demo"  # noqa: S105 - shown on the demo's sign-in page
BORROWER, LATE_BORROWER = "borrower", "late.borrower"


@dataclass(frozen=True, slots=True)
class Person:
    """mailbox: the part of the address before the @.  role: one of tenants.models.Role.  known_as: on the page."""

    mailbox: str
    full_name: str
    role: str
    known_as: str

    @property
    def email(self) -> str:
        return f"{self.mailbox}@demo.loanwright.example"


PEOPLE = (
    Person(BORROWER, "Bianca Reyes", Role.BORROWER, "Borrower, up to date"),
    Person(LATE_BORROWER, "Leo Marsh", Role.BORROWER, "Borrower, behind"),
    Person("underwriter", "Uma Sandoval", Role.UNDERWRITER, "Underwriter"),
    Person("operations", "Owen Castillo", Role.OPERATIONS, "Operations"),
    Person("collections", "Cora Whitfield", Role.COLLECTIONS, "Collections"),
    Person("portfolio", "Priya Lindqvist", Role.PORTFOLIO_MANAGER, "Portfolio manager"),
    Person("auditor", "Abel Nakamura", Role.AUDITOR, "Auditor"),
    Person("administrator", "Ada Okafor", Role.ADMINISTRATOR, "Administrator"),
)


def demo_sign_ins() -> list[dict[str, str]]:
    """What the sign-in page lists: role, email, password. Nothing outside the demo."""
    if settings.ENVIRONMENT != "demo":
        return []
    return [{"role": person.known_as, "email": person.email, "password": PASSWORD} for person in PEOPLE]


def invite_people() -> dict[str, User]:
    """Make the people who are not there yet, their addresses verified. Returns all of them by mailbox."""
    invited = {}
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(
                person.email, PASSWORD, full_name=person.full_name, roles=[str(person.role)]
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        invited[person.mailbox] = user
    return invited
