"""Fixtures every test may use. A test runs as the application role, inside one tenant, and is rolled back."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import hypothesis
import pytest

BUSINESS_DATE = date(2008, 12, 31)


# A busy machine draws examples slowly: how long that takes says nothing about our work.
hypothesis.settings.register_profile(
    "loanwright", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("loanwright")


def redis_database(number: int) -> str:
    """The address of another numbered database of the same server."""
    plain = os.environ["REDIS_URL"].partition("?")[0]
    return f"{plain}?db={number}" if plain.startswith("unix:") else f"{plain.rsplit('/', 1)[0]}/{number}"


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("django"):  # tests/finance runs without it
        return
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    # Each worker of a parallel run has its own cache, hence its own sessions and lock-outs; and a database of its own
    # for it, because emptying a cache empties the whole database.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.CACHES["default"]["KEY_PREFIX"] = f"test-{worker}-{os.getpid()}"
    settings.CACHES["default"]["LOCATION"] = redis_database(12 + int(worker[2:]) % 4)


def point_to(name: str) -> None:
    """Let this process, threads included, use the database `name`."""
    from django.db import connections

    connections["default"].close()
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """One clone of the template for each worker."""
    from tests import database  # not above: tests/finance needs no database, and loads none

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with database.clone(f"lw_test_{worker}_{os.getpid()}") as name, django_db_blocker.unblock():
        point_to(name)
        yield
        point_to(name)


@dataclass
class People:
    underwriter: Any
    operations: Any
    collections: Any
    portfolio_manager: Any
    auditor: Any
    administrator: Any
    borrower: Any


def make_tenant(name: str = "Test Lending", host: str = "testserver") -> Any:
    """A tenant at `host` with the business date 31 December 2008."""
    from tenants.operations import open_tenant

    return open_tenant(
        name=name,
        slug=name.lower().replace(" ", "-"),
        hosts=[host],
        business_date=BUSINESS_DATE,
        legal_entity=f"{name} LLC",
    )


@pytest.fixture
def tenant(db: None) -> Iterator[Any]:
    """The tenant the test works in."""
    from tenants.current import tenant_context

    made = make_tenant()
    with tenant_context(made.pk):
        yield made


@pytest.fixture
def company(tenant: Any) -> Any:
    """The tenant's legal entity, with its chart of accounts and the months of 2008 and January 2009 open."""
    from ledger.opening import open_books
    from tenants.models import LegalEntity

    entity = LegalEntity.objects.get()
    open_books(entity, first_day=date(2008, 1, 1), last_day=date(2009, 1, 31))
    return entity


def make_people() -> People:
    from tenants.models import Role, User

    return People(
        **{
            role: User.objects.create_user(
                f"{role}@example.com",
                "a long password 1",
                full_name=role.replace("_", " ").title(),
                roles=[role],
                toured=True,  # tests/journeys/test_shell.py begins the tour by itself
            )
            for role in Role.values
        }
    )


@pytest.fixture
def people(tenant: Any) -> People:
    """One user for each role."""
    return make_people()


PRODUCT_TERMS = {
    "index": "prime",
    "margins": [{"up_to_months": 83, "margin": "2.25"}, {"up_to_months": 360, "margin": "2.75"}],
    "min_amount": "1000.00",
    "max_amount": "5000000.00",
    "min_months": 3,
    "max_months": 360,
}
LATE_FEE = {"grace_days": 10, "percent": "5", "flat": None, "combine": "greater"}


def make_product_version(drafted_by: Any, approved_by: Any, **terms: Any) -> Any:
    from django.utils import timezone

    from ledger.models import IndexRate, Product, ProductVersion

    IndexRate.objects.get_or_create(index="prime", effective_on=date(2007, 9, 18), defaults={"rate": Decimal("7.75")})
    product = Product.objects.create(code=f"term-{Product.objects.count() + 1}", name="Term loan")
    return ProductVersion.objects.create(
        product=product,
        number=1,
        effective_from=date(2000, 1, 1),
        terms=PRODUCT_TERMS | terms,
        drafted_by=drafted_by,
        approved_by=approved_by,
        approved_at=timezone.now(),
    )


@pytest.fixture
def product_version(people: People) -> Any:
    """A level monthly term loan, ACT/365F, prime plus margin, no late fee."""
    return make_product_version(people.administrator, people.portfolio_manager)


@pytest.fixture
def borrower(tenant: Any) -> Any:
    from parties.models import Party

    return Party.objects.create(kind="company", name="Harbour Tools Rental LLC", city="Oakland", state="CA")


@pytest.fixture
def make_loan(company: Any, people: People, product_version: Any, borrower: Any) -> Callable[..., Any]:
    """make_loan(amount, rate, months, disbursed_on) -> a live loan, paid out on that day."""
    from ledger.boarding import AgreedTerms, board_loan

    numbers = count(1)

    def make(
        amount: str = "12000.00",
        rate: str = "9.5",
        months: int = 12,
        disbursed_on: date = date(2008, 9, 30),
        version: Any = None,
        to: Any = None,
    ) -> Any:
        return board_loan(
            agreed=AgreedTerms(amount=Decimal(amount), rate=Decimal(rate), months=months, disbursed_on=disbursed_on),
            product_version=version or product_version,
            borrower=to or borrower,
            legal_entity=company,
            key=f"loan-{next(numbers)}",
            by=people.operations,
        )

    return make


@pytest.fixture
def loan(make_loan: Callable[..., Any]) -> Any:
    """$12,000.00 at 9.5 % over 12 months, paid out on 30 September 2008; nothing paid back yet."""
    return make_loan()


@pytest.fixture
def client_of() -> Callable[[Any], Any]:
    """client_of(user) -> a test client signed in as that person, on the tenant's address."""
    from django.test import Client

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own in which everything is really committed: for threads, workers and browsers.

    Returns its name. Set tenants up with make_tenant(), and work inside tenant_context().
    """
    from django.db import connections

    from tests import database

    before = connections.settings["default"]["NAME"]
    with database.clone(f"{before}_committed") as name, django_db_blocker.unblock():
        point_to(name)
        try:
            yield name
        finally:
            connections.close_all()
            point_to(before)
