"""The staff's forms as tables, for the journeys of misuse: what is typed wrong into each, and what can be sent.

Nothing is lost, nothing is done twice, and a sentence says what to do.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Running, proposed_fee, sign_in

# address -> (what is typed, the field that is wrong, the sentence beside it)
WRONG: dict[str, dict[str, tuple[dict[str, str], str, str]]] = {
    "operations": {
        "/loans/{loan}/take-payment/": ({"amount": "12.345"}, "amount", "Type at most two decimals"),
        "/loans/{loan}/charge-fee/": ({"amount": "x", "reason": "Cheque"}, "amount", "Type dollars and cents"),
        "/loans/{loan}/waive-fee/": ({"amount": "0", "reason": "Goodwill"}, "amount", "Type more than zero."),
        "/loans/{loan}/change-rate/": ({"rate": "101", "reason": "Index"}, "rate", "Type a rate from 0 to 100"),
        "/loans/{loan}/charge-off/": ({"effective_on": "2008-12-30", "reason": ""}, "reason", "Say why."),
        "/loans/{loan}/take-payoff/": ({"amount": "-5"}, "amount", "Type more than zero."),
        "/loans/{loan}/apply-credit/": ({"amount": "5,x"}, "amount", "Type dollars and cents"),
        "/loans/{loan}/refund-credit/": ({"amount": "5.00", "reason": ""}, "reason", "Say why."),
        "/loans/{loan}/receive-escrow/": ({"amount": ""}, "amount", "Type an amount."),
        "/loans/{loan}/disburse-escrow/": ({"amount": "9.00", "reason": ""}, "reason", "Say to whom it is paid."),
        "/loans/{loan}/draw-funds/": ({"amount": "9.00", "reason": ""}, "reason", "Say what it is for."),
        "/loans/{loan}/capitalise/": ({"amount": "5.00", "reason": ""}, "reason", "Name the clause"),
        "/loans/{loan}/place-on-nonaccrual/": ({"effective_on": "2008-12-30", "reason": ""}, "reason", "Say why."),
        "/loans/{loan}/write-off-small-balance/": ({"reason": ""}, "reason", "Say why."),
        "/loans/{loan}/recast-loan/": ({"reason": ""}, "reason", "Say why."),
        "/loans/{loan}/change-rate-and-payment/": ({"rate": "x", "reason": "Letter"}, "rate", "Type percent a year"),
        "/loans/{loan}/extend-loan/": ({"count": "0", "reason": "Letter"}, "count", "Type a whole number from 1"),
        "/loans/{loan}/defer-instalments/": ({"count": "two", "reason": "Letter"}, "count", "Type a whole number"),
        "/loans/{loan}/change-due-day/": ({"day": "32", "reason": "Letter"}, "day", "Type a whole number from 1 to 31"),
        "/loans/{loan}/re-amortise-loan/": ({"count": "-1", "reason": "Letter"}, "count", "Type a whole number"),
        "/loans/{loan}/events/{paid}/reverse/": ({"remark": "The bank called", "reason": ""}, "reason", "Choose a"),
        "/loans/{loan}/what-if/": ({"title": ""}, "title", "Say what this tries out."),
        "/loans/{loan}/what-if/{fork}/scenarios/1/act/?act=charge_fee": (
            {"amount": "", "reason": "Cheque"}, "amount", "Type an amount.",
        ),
        "/books/mapping/draft/": ({"remark": "Fees apart", "effective_from": ""}, "effective_from", "Choose the day"),
        "/books/chart/": ({"name": "Fees of the shops", "code": ""}, "code", "Type the account's code."),
        "/books/periods/{period}/": ({"note": ""}, "note", "Say what you found"),
        "/books/periods/{closed}/": ({"reason": ""}, "reason", "Say why: it is kept"),
        "/books/exports/": ({"target": "sage_50", "through": "2008-12-31"}, "through", "Choose 30 Dec 2008 or an earl"),
        "/books/exports/{batch}/": (
            {"journals": "1", "debits": "-5", "credits": "5.00", "note": "As read"}, "debits", "Type 0 or more.",
        ),
        "/books/exports/{batch}/?whole": (
            {"journals": "one", "debits": "5.00", "credits": "5.00"}, "journals", "Type a whole number from 0",
        ),
        "/books/exports/{batch}/?void": ({"reason": ""}, "reason", "Say why: it is kept"),
        "/books/companies/": ({"amount": "5.001", "reason": "Swept"}, "amount", "Type at most two decimals"),
        "/books/companies/?why": ({"amount": "5.00", "reason": ""}, "reason", "Say why."),
        "/books/companies/?loan": (
            {"what": "payment", "loan": "L-0", "amount": "5.00"}, "loan", "has no loan of that number",
        ),
        "/books/companies/{posting}/take-back/": ({"reason": ""}, "reason", "Say why: it is kept"),
        "/views/{view}/": ({"name": ""}, "name", "Type a name for the view."),
    },
    "portfolio_manager": {
        "/loans/{loan}/re-age-loan/": ({"extra": "x", "reason": "Letter"}, "extra", "Type a whole number from 0"),
        "/loans/{loan}/restructure-loan/": ({"rate": "-1", "reason": "Letter"}, "rate", "Type a rate from 0 to 100"),
        "/loans/{loan}/transfer-loan/": ({"product_version": "", "reason": "Letter"}, "product_version", "Choose a"),
        "/loans/{loan}/sell-loan/": ({"amount": "x", "reason": "To Bay Bank"}, "amount", "Type dollars and cents"),
    },
    "underwriter": {
        "/applications/{application}/approve/": ({"amount": "x", "note": "Sound"}, "amount", "Type dollars and cents"),
        "/applications/{application}/decline/": ({"note": "Too thin"}, "reason", "Choose"),
    },
}  # fmt: skip


class Good(NamedTuple):
    """A form that can be sent. button: what sends it, and which form, where nothing is typed.  once: which of the
    counts it moves, by one."""

    role: str
    address: str
    typed: dict[str, str]
    button: str
    once: str


BATCH, TAKE_BACK = "/books/exports/{batch}/", "/books/companies/{posting}/take-back/"
GOOD = [
    Good("operations", "/loans/{loan}/charge-fee/", {"amount": "25.00", "reason": "Cheque"}, "^Charge", "events"),
    Good("operations", "/loans/{loan}/take-payment/", {"amount": "10.00"}, "^Take", "events"),
    Good("operations", "/loans/{loan}/change-rate/", {"rate": "9.75", "reason": "Index"}, "^Change the rate", "events"),
    Good("operations", "/loans/{loan}/events/{paid}/reverse/", {"reason": "Wrong day"}, "^Reverse", "events"),
    Good("operations", "/loans/{loan}/what-if/", {"title": "And if it pays late?"}, "^Make a what-if", "forks"),
    Good("operations", "/books/mapping/draft/", {"remark": "As is", "effective_from": "2009-01-02"}, "^Dr", "mappings"),
    Good("operations", "/books/periods/{period}/", {"note": "Looked at each"}, "^Tick", "ticks"),
    Good("operations", "/views/{view}/", {"name": "All that is open"}, "^Keep these", "renamed"),
    Good("underwriter", "/applications/{application}/approve/", {"note": "Sound"}, "^Approve", "approvals"),
    Good("operations", "/books/periods/{closed}/", {"reason": "An invoice came late"}, "^Ask to open", "asked"),
    Good("portfolio_manager", "/books/periods/{asked}/", {}, "^Open October 2008 again", "reopened"),
    Good("operations", "/books/periods/{done}/", {}, "^Close October 2008", "closed"),
    Good("operations", "/books/exports/", {"target": "sage_50"}, "^Export the journals", "batches"),
    Good("operations", BATCH, {"journals": "1", "debits": "5.00", "credits": "5.00"}, "^Keep it", "receipts"),
    Good("operations", BATCH, {"reason": "Into the wrong company"}, "^Void batch 1", "batches"),
    Good("operations", "/books/companies/", {"amount": "7.00", "reason": "Swept"}, r"^Post \$7.00", "between"),
    Good("operations", TAKE_BACK, {"reason": "Entered twice"}, "^Take back", "between"),
    Good("operations", "/books/proof/differences/{gone}/", {"note": "A rounded row"}, "^Resolve", "resolved"),
    Good("portfolio_manager", "/books/mapping/{mapping}/", {}, "^Approve version", "approved"),
    Good("operations", "/loans/{quay}/what-if/{proposed}/", {}, "^Commit", "events"),
    Good("portfolio_manager", "/applications/{signed}/release/", {}, "^Release", "loans"),
]  # fmt: skip

IDLE = """() => !document.querySelector(
  "[aria-busy=true], [data-asked], .htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")"""


@pytest.fixture
def names(running: Running, loan: str, fork: int) -> dict[str, Any]:
    """What the addresses above name: a loan with a payment, a what-if of it, a month, a view, an application."""
    from ledger.models import Loan, Period, ProductVersion
    from ledger.operations import receive_payment
    from tenants.current import tenant_context
    from tenants.models import LegalEntity, SavedView, User
    from tests.origination.conftest import make_desk

    people = running.people
    with tenant_context(running.tenant.pk):
        paid = receive_payment(
            loan_id=Loan.objects.get(number=loan).pk,
            amount=Decimal("100.00"),
            effective_on=date(2008, 12, 31),
            key="paid",
            by=people.collections,
        )
        december = Period.objects.get(starts_on=date(2008, 12, 1))
        desk = make_desk(people, LegalEntity.objects.get(), ProductVersion.objects.get())
        applicant = User.objects.create_user("applicant@example.com", "x", full_name="Ann Other", roles=["borrower"])
        application = desk.draft(applicant)
        desk.submit(application)
        desk.review(application)
        another = User.objects.create_user("another@example.com", "x", full_name="Ben Other", roles=["borrower"])
        signed = desk.at("accepted", another)
        view = SavedView.objects.create(user=people.operations, list="loans", name="Open", query="state=active")
        return {
            "loan": loan,
            "fork": fork,
            "paid": paid.pk,
            "period": december.pk,
            "view": view.pk,
            "application": application.number,
            "signed": signed.number,
            **make_books(people),
        }


def make_books(people: Any) -> dict[str, Any]:
    """Other companies with months in each state, what was exported, what moved between them, and a difference."""
    from ledger.close.proof import prove_books
    from ledger.models import Difference, Proof
    from ledger.operations import (
        ask_to_reopen,
        close_period,
        draft_mapping,
        hold_for_company,
        take_export,
        tick_period,
    )
    from tenants.models import LegalEntity, Tenant

    first = LegalEntity.objects.get()
    fork = proposed_fee(people)
    prove_books()
    months = {name: another_company(name) for name in ("North Pier LLC", "South Dock LLC", "West Bay LLC")}
    asked, done, closed = months.values()
    for month in months.values():
        for item in ("suspense", "cash", "corrections"):
            tick_period(period_id=month.pk, item=item, note="Looked at.", by=people.operations)
    for month in (asked, closed):
        close_period(period_id=month.pk, by=people.operations)
    ask_to_reopen(period_id=asked.pk, reason="A bill came late.", by=people.operations)
    Tenant.objects.update(business_date=date(2008, 12, 30))
    posting = hold_for_company(
        debtor=first,
        creditor=closed.legal_entity,
        amount=Decimal("5.00"),
        effective_on=date(2008, 12, 30),
        reason="Into the wrong account",
        key="held",
        by=people.operations,
    )
    Tenant.objects.update(business_date=date(2008, 12, 31))
    given = {"company": first, "detail": "entry", "through": date(2008, 12, 30), "by": people.operations}
    batch = take_export(target="netsuite", key="export", **given)
    mapping = draft_mapping(
        company=first, effective_from=date(2009, 1, 5), remark="As is", lines=[], by=people.operations
    )
    found, *_ = Proof.objects.order_by("pk")
    gone = Difference.objects.create(
        law=found.law, what="1220 Fees receivable", expected="0.01", found="0", first_proof=found, last_proof=found
    )
    prove_books()
    return {
        "asked": asked.pk,
        "done": done.pk,
        "closed": closed.pk,
        "posting": posting.pk,
        "batch": batch.pk,
        "mapping": mapping.pk,
        "gone": gone.pk,
        "quay": fork.loan.number,
        "proposed": fork.pk,
    }


def another_company(name: str) -> Any:
    """October 2008 of a company whose books begin with it."""
    from ledger.models import Period
    from ledger.opening import open_books
    from tenants.models import LegalEntity

    company = LegalEntity.objects.create(name=name)
    open_books(company, first_day=date(2008, 10, 1), last_day=date(2009, 1, 31))
    return Period.objects.get(legal_entity=company, starts_on=date(2008, 10, 1))


@pytest.fixture
def counts(running: Running) -> Callable[[], dict[str, int]]:
    """counts() -> how much there is of everything that these forms can make."""
    from ledger.models import (
        Account,
        Difference,
        Entry,
        ExportBatch,
        ExportReceipt,
        Fork,
        GLMapping,
        InterCompany,
        Loan,
        LoanEvent,
        PeriodEvent,
        PeriodTick,
        ReopenRequest,
        Scenario,
    )
    from origination.models import ApplicationEvent
    from tenants.current import tenant_context
    from tenants.models import SavedView

    def now() -> dict[str, int]:
        with tenant_context(running.tenant.pk):
            return {
                "events": LoanEvent.objects.count(),
                "entries": Entry.objects.count(),
                "forks": Fork.objects.count(),
                "acts": sum(len(scenario.acts) for scenario in Scenario.objects.all()),
                "mappings": GLMapping.objects.count(),
                "accounts": Account.objects.count(),
                "loans": Loan.objects.count(),
                "approved": GLMapping.objects.exclude(approved_at=None).count(),
                "asked": ReopenRequest.objects.count(),
                "reopened": PeriodEvent.objects.filter(kind="reopened").count(),
                "closed": PeriodEvent.objects.filter(kind="closed").count(),
                "batches": ExportBatch.objects.count(),
                "receipts": ExportReceipt.objects.count(),
                "between": InterCompany.objects.count(),
                "resolved": Difference.objects.exclude(resolved_at=None).count(),
                "ticks": PeriodTick.objects.count(),
                "approvals": ApplicationEvent.objects.filter(kind="approved").count(),
                "decisions": ApplicationEvent.objects.count(),
                "views": SavedView.objects.count(),
                "renamed": SavedView.objects.exclude(name="Open").count(),
            }

    return now


@pytest.fixture
def staff(visit: Callable[..., Page], names: dict[str, Any]) -> Callable[[str], Page]:
    """staff(role) -> their page, signed in once."""
    pages: dict[str, Page] = {}

    def of(role: str) -> Page:
        if role not in pages:
            pages[role] = visit()
            pages[role].set_default_timeout(20_000)
            sign_in(pages[role], f"{role}@example.com")
        return pages[role]

    return of


def form_of(page: Page, name: str) -> Locator:
    """The first form that is sent and has the field."""
    return page.locator("main form[method=post]", has=page.locator(f"[name='{name}']")).first


def fill(page: Page, typed: dict[str, str], button: str = "") -> Locator:
    """The form that has the fields, filled; where nothing is typed, the one that has the button."""
    pressed = page.get_by_role("button", name=re.compile(button))
    form = form_of(page, next(iter(typed))) if typed else page.locator("main form[method=post]", has=pressed).first
    for name, text in typed.items():
        field = form.locator(f"[name='{name}']")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    page.wait_for_function(IDLE)
    return form


def typed_in(form: Locator, names: Iterable[str]) -> dict[str, str]:
    return {name: form.locator(f"[name='{name}']").input_value() for name in names}


def send(form: Locator, button: str = "") -> None:
    named = form.get_by_role("button", name=re.compile(button))
    (named.first if button else form.locator("button:not([type=button])").first).click()


def opened(page: Page, form: Good, names: dict[str, Any]) -> Locator:
    page.goto(form.address.format(**names))
    return fill(page, form.typed, form.button)


@contextmanager
def moving(counts: Callable[[], dict[str, int]], what: str) -> Iterator[None]:
    """What happens inside is done once, whatever else it writes; what a worker does is waited for."""
    before, deadline = counts(), time.monotonic() + 30
    yield
    while (after := counts())[what] == before[what] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert after[what] == before[what] + 1, (what, before, after)


def said(page: Page, sentence: str) -> None:
    """The page says it, and it is taken away."""
    alert = page.get_by_role("alert").filter(has_text=sentence)
    expect(alert.first).to_be_visible()
