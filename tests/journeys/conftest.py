"""A running Loanwright for a browser: web server and worker of their own, on a database of their own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import database
from tests.conftest import make_people, make_product_version, make_tenant, redis_database

# Playwright keeps an event loop in this thread; what the tests ask of the database here is not inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "a long password 1"


@dataclass
class Running:
    """Where it answers, and the tenant it serves."""

    url: str
    tenant: Any
    people: Any


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def redis_of_its_own() -> str:
    """Another numbered database of the same server, so that no other worker takes our messages."""
    return redis_database(4 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8)


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: Any) -> Path:
    """The folder of collected files, which every server of this process serves."""
    state: Path = tmp_path_factory.mktemp("collected")
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = os.environ | {"LOANWRIGHT_STATE": str(state), "LOANWRIGHT_ENVIRONMENT": "demo"}
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    return state / "static"


@pytest.fixture
def running(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any, static_files: Path
) -> Iterator[Running]:
    """Loanwright with one lender, its people and two products, served by gunicorn with a Celery worker."""
    from django.db import connections

    from tests.conftest import point_to

    before = connections.settings["default"]["NAME"]
    state, port = tmp_path_factory.mktemp("state"), free_port()
    with database.clone(f"{before}_journey") as name, django_db_blocker.unblock():
        point_to(name)
        tenant, people = furnish()
        connections.close_all()
        environment = os.environ | {
            "DATABASE_URL": database.on(os.environ["DATABASE_URL"], name),
            "DATABASE_OWNER_URL": "",
            "REDIS_URL": redis_of_its_own(),
            "LOANWRIGHT_STATE": str(state),
            "LOANWRIGHT_ENVIRONMENT": "demo",
        }
        (state / "static").symlink_to(static_files)
        python = [sys.executable, "-m"]
        web = [
            *python,
            "gunicorn",
            "lending.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "4",
            "--no-control-socket",
        ]
        worker = [
            *python,
            "celery",
            "-A",
            "lending",
            "worker",
            "--concurrency",
            "1",
            "--pool",
            "solo",
            "--loglevel",
            "WARNING",
        ]
        log = (state / "log").open("w")
        children = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) for command in (web, worker)
        ]
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", children[0], state / "log")
            yield Running(f"http://127.0.0.1:{port}", tenant, people)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=20)
            connections.close_all()
            point_to(before)


def furnish() -> tuple[Any, Any]:
    """One lender, open for business on 31 December 2008."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from ledger.opening import open_books
    from tenants.current import tenant_context
    from tenants.models import LegalEntity

    tenant = make_tenant("Journey Lending", host="*")
    with tenant_context(tenant.pk):
        open_books(LegalEntity.objects.get(), first_day=date(2008, 12, 1), last_day=date(2009, 1, 31))
        people = make_people()
        for person in vars(people).values():
            person.password = make_password(PASSWORD, hasher="pbkdf2_sha256")  # as the server reads it
            person.save()
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        make_product_version(people.administrator, people.portfolio_manager, **OFFERED)
    return tenant, people


OFFERED: dict[str, Any] = {}


def wait_for(url: str, child: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert child.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def visit(browser: Browser, running: Running) -> Iterator[Callable[..., Page]]:
    """visit() -> a page of a fresh visitor. A script that fails, or a broken security policy, fails the test."""
    contexts, complaints = [], []

    def fresh(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": running.url, "reduced_motion": "reduce"} | options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        return page

    yield fresh
    for number, context in enumerate(contexts):
        if folder := os.environ.get("SCREENSHOTS"):  # where to look at how a journey ended
            context.pages[0].screenshot(path=f"{folder}/visitor-{number}.png", full_page=True)
        context.close()
    assert complaints == []


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()


def money(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "").replace("−", "-"))


@pytest.fixture
def loan(running: Running) -> str:
    """The number of a loan of the borrower's, paid out on 15 December 2008."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import ProductVersion
    from parties.models import Party, PortalAccess
    from tenants.current import tenant_context
    from tenants.models import LegalEntity

    with tenant_context(running.tenant.pk):
        party = Party.objects.create(kind="company", name="Harbour Tools Rental LLC", city="Oakland", state="CA")
        PortalAccess.objects.create(user=running.people.borrower, party=party)
        made = board_loan(
            agreed=AgreedTerms(
                amount=Decimal("12000.00"), rate=Decimal("9.5"), months=12, disbursed_on=date(2008, 12, 15)
            ),
            product_version=ProductVersion.objects.get(),
            borrower=party,
            legal_entity=LegalEntity.objects.get(),
            key="loan",
            by=running.people.operations,
        )
        return str(made.number)


@pytest.fixture
def fork(running: Running, loan: str) -> int:
    """The id of a what-if of the loan, with a scenario that does something and one that does nothing."""
    from ledger.forks.steps import Step
    from ledger.models import Loan
    from ledger.operations.forks import add_act, add_scenario, open_fork
    from tenants.current import tenant_context

    with tenant_context(running.tenant.pk):
        by = running.people.operations
        made = open_fork(loan_id=Loan.objects.get(number=loan).pk, title="What does a fee cost?", by=by)
        fee = Step("charge_fee", "k", {"amount": "25.00", "effective_on": "2008-12-31", "reason": "Returned cheque"})
        add_act(fork_id=made.pk, number=1, step=fee, by=by)
        add_scenario(fork_id=made.pk, by=by)
        return int(made.pk)


def proposed_fee(people: Any) -> Any:
    """What collections propose for a loan of another borrower's, and a second person commits: a fee of $25.00."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.forks.steps import Step
    from ledger.models import ProductVersion
    from ledger.operations.forks import add_act, open_fork, propose_fork
    from parties.models import Party
    from tenants.models import LegalEntity

    loan = board_loan(
        agreed=AgreedTerms(amount=Decimal("9000.00"), rate=Decimal("8"), months=12, disbursed_on=date(2008, 12, 15)),
        product_version=ProductVersion.objects.get(),
        borrower=Party.objects.create(kind="company", name="Quay Rentals LLC"),
        legal_entity=LegalEntity.objects.earliest("pk"),
        key="other",
        by=people.operations,
    )
    fork = open_fork(loan_id=loan.pk, title="What does a fee cost?", by=people.collections)
    fee = Step("charge_fee", "k", {"amount": "25.00", "effective_on": "2008-12-31", "reason": "Returned cheque"})
    add_act(fork_id=fork.pk, number=1, step=fee, by=people.collections)
    return propose_fork(fork_id=fork.pk, number=1, reason="The cheque came back.", by=people.collections)
