"""Applications in every state, made by the operations that make them in life."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tests.conftest import BUSINESS_DATE

YOU = {
    "kind": "company",
    "name": "Harbour Tools Rental LLC",
    "phone": "510-555-0142",
    "street": "12 Dock Street",
    "city": "Oakland",
    "us_state": "CA",
    "postal_code": "94607",
}
BUSINESS = {"annual_income": Decimal("480000.00"), "years_established": 7}
LOAN = {"amount": Decimal("12000.00"), "months": 12, "purpose": "A second delivery van"}
EIN = "12-3456789"


@dataclass
class Desk:
    """The operations with what every test would repeat filled in, and a new key each time unless one is given."""

    people: Any
    company: Any
    version: Any
    keys: Any

    def key(self) -> str:
        return f"k-{next(self.keys)}"

    def draft(self, by: Any = None) -> Any:
        """A draft in which everything is answered."""
        from origination.operations import save_draft, start_application

        by = by or self.people.borrower
        started = start_application(legal_entity=self.company, key=self.key(), by=by)
        loan = LOAN | {"product_version": self.version}
        for section, answers, number in (("you", YOU, ""), ("business", BUSINESS, EIN), ("loan", loan, "")):
            save_draft(
                application_id=started.application_id,
                section=section,
                answers=answers,
                identifier=number,
                key=self.key(),
                by=by,
            )
        return self.read(started.application)

    def submit(self, application: Any, **given: Any) -> Any:
        from origination.operations import submit_application

        return submit_application(
            **{"application_id": application.pk, "key": self.key(), "by": application.applicant} | given
        )

    def review(self, application: Any, **given: Any) -> Any:
        from origination.operations import start_review

        return start_review(
            **{"application_id": application.pk, "key": self.key(), "by": self.people.underwriter} | given
        )

    def approve(self, application: Any, **given: Any) -> Any:
        from origination.operations import approve_application

        terms = {"amount": application.amount, "months": application.months}
        known = {"application_id": application.pk, "key": self.key(), "by": self.people.underwriter}
        return approve_application(**terms | known | given)

    def decline(self, application: Any, **given: Any) -> Any:
        from origination.operations import decline_application

        known = {"application_id": application.pk, "key": self.key(), "by": self.people.underwriter}
        return decline_application(**{"reason": "income_insufficient"} | known | given)

    def sign(self, application: Any, **given: Any) -> Any:
        from origination.models import Agreement
        from origination.operations import accept_and_sign_offer

        agreement = Agreement.objects.filter(offer__application=application).order_by("-offer__number").first()
        known = {
            "application_id": application.pk,
            "typed_name": application.applicant.full_name,
            "consented": True,
            "document_sha256": agreement.sha256 if agreement else "",
            "ip_address": "192.0.2.7",
            "user_agent": "A browser",
            "key": self.key(),
            "by": application.applicant,
        }
        return accept_and_sign_offer(**known | given)

    def release(self, application: Any, **given: Any) -> Any:
        from origination.operations import release_funds

        return release_funds(
            **{"application_id": application.pk, "key": self.key(), "by": self.people.operations} | given
        )

    def withdraw(self, application: Any, **given: Any) -> Any:
        from origination.operations import withdraw

        return withdraw(**{"application_id": application.pk, "key": self.key(), "by": application.applicant} | given)

    def at(self, state: str, by: Any = None) -> Any:
        """An application in `state`."""
        ways: dict[str, tuple[Callable[..., Any], ...]] = {
            "draft": (),
            "submitted": (self.submit,),
            "in_review": (self.submit, self.review),
            "approved": (self.submit, self.review, self.approve),
            "declined": (self.submit, self.review, self.decline),
            "accepted": (self.submit, self.review, self.approve, self.sign),
            "funded": (self.submit, self.review, self.approve, self.sign, self.release),
            "withdrawn": (self.submit, self.withdraw),
        }
        application = self.draft(by)
        for step in ways[state]:
            step(application)
            application = self.read(application)
        return application

    @staticmethod
    def read(application: Any) -> Any:
        """As the database has it now."""
        from origination.models import Application

        return Application.objects.listed().get(pk=application.pk)


def make_desk(people: Any, company: Any, version: Any) -> Desk:
    return Desk(people, company, version, count(1))


@pytest.fixture
def desk(people: Any, company: Any, product_version: Any) -> Desk:
    return make_desk(people, company, product_version)


@pytest.fixture
def somebody(people: Any) -> Callable[..., Any]:
    """somebody("underwriter", "operations") -> another user with these roles."""
    from tenants.models import User

    numbers = count(1)

    def make(*roles: str, name: str = "Sam Other") -> Any:
        email = f"other{next(numbers)}@example.com"
        return User.objects.create_user(email, "a long password 1", full_name=name, roles=list(roles))

    return make


@pytest.fixture
def move_to(tenant: Any) -> Callable[[date], None]:
    """move_to(date(2009, 1, 15)): the business date of the tenant."""

    def move(day: date) -> None:
        tenant.business_date = day
        tenant.save(update_fields=["business_date"])

    assert tenant.business_date == BUSINESS_DATE
    return move
