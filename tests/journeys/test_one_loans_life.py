"""One loan's life in the browser, as each of the people in it: with the mouse, and with the keyboard alone.

A borrower applies; an underwriter decides; the borrower signs; operations, a second person, release the funds; a day
is closed; the borrower pays; operations take that payment back as returned, having seen what will change; the borrower
pays everything; the loan ends with zero in every bucket, and the trial balance balances.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal as D
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running, sign_in

FIGURE = re.compile(r"\$([\d,]+\.\d\d)")


@pytest.fixture
def people(visit: Callable[..., Page], running: Running) -> dict[str, Page]:
    """Everybody signed in, each in a browser of their own; the borrower on a phone."""
    pages = {}
    for role in ("borrower", "underwriter", "operations", "auditor"):
        small = {"viewport": {"width": 390, "height": 844}} if role == "borrower" else {}
        pages[role] = visit(**small)
        sign_in(pages[role], f"{role}@example.com")
    return pages


class Mouse:
    """Does everything by pointing and clicking."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        self.page.get_by_role(role, name=name).first.click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.press(name, "link")

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label).first.select_option(label=option)

    def tick(self, label: str | re.Pattern[str]) -> None:
        self.page.get_by_label(label).first.check()

    def shortcut(self, key: str, name: str | re.Pattern[str], role: Any = "link") -> None:
        self.press(name, role)


class Keyboard(Mouse):
    """Does everything with the keyboard: tabs until the thing has the focus, then types."""

    def reach(self, found: Any) -> None:
        handle = found.element_handle()
        for _ in range(200):
            if handle.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The keyboard does not reach {found}")

    def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        self.reach(self.page.get_by_role(role, name=name).first)
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_label(label, exact=False).first)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, label: str, option: str) -> None:
        self.reach(self.page.get_by_label(label).first)
        self.page.keyboard.type(option)

    def tick(self, label: str | re.Pattern[str]) -> None:
        found = self.page.get_by_label(label).first
        kind = found.get_attribute("type")
        if kind == "radio":  # one of a group has the focus; the arrows move it
            group = found.get_attribute("name")
            for _ in range(200):
                if self.page.evaluate("name => document.activeElement.name === name", group):
                    break
                self.page.keyboard.press("Tab")
            self.page.keyboard.press("Space")
            for _ in range(10):
                if found.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"The arrows do not reach {label}")
        self.reach(found)
        self.page.keyboard.press("Space")

    def shortcut(self, key: str, name: str | re.Pattern[str], role: Any = "link") -> None:
        expect(self.page.get_by_role(role, name=name).first).to_be_visible()
        self.page.keyboard.press(key)


@contextmanager
def landing(page: Page, address: str) -> Iterator[None]:
    """What happens inside leads to a page whose address ends like this."""
    yield
    page.wait_for_url(re.compile(address))
    page.wait_for_load_state()


def owed(page: Page) -> D:
    """The one figure of the loan's page."""
    return D(page.locator(".lw-object-amount").inner_text().split()[0].replace(",", ""))


def apply_for_a_loan(hand: Mouse) -> str:
    page = hand.page
    page.goto("/portal/")
    hand.follow("Apply for a loan") if page.get_by_role("link", name="Apply for a loan").count() else page.goto(
        "/portal/apply/"
    )
    hand.tick(re.compile("company|business", re.I))
    for label, text in (
        ("Legal name", "Harbour Tools Rental LLC"), ("Phone", "510-555-0142"), ("Street", "12 Dock Street"),
        ("City", "Oakland"),
    ):  # fmt: skip
        hand.fill(label, text)
    hand.choose("State", "California")
    hand.fill("ZIP", "94607")
    hand.press("Save and go on")
    hand.fill("Employer identification number", "12-3456789")
    hand.fill("revenue", "480,000")
    hand.fill("Years", "7")
    hand.press("Save and go on")
    hand.fill("much", "12,000")
    hand.fill("months", "12")
    hand.fill("What", "A second delivery van")
    hand.press("Save and go on")
    with landing(page, r"/portal/applications/A-\d+/$"):
        hand.press("Send application")
    return page.url.rstrip("/").rpartition("/")[2]


def decide(hand: Mouse, number: str) -> None:
    page = hand.page
    page.goto("/")
    with landing(page, f"/applications/{number}/$"):
        hand.follow(re.compile(number))
    hand.shortcut("r", re.compile("Start review"), "button")
    expect(page.get_by_text("In review").first).to_be_visible()
    with landing(page, "/approve/$"):
        hand.shortcut("a", re.compile("Approve"))
    with landing(page, f"/applications/{number}/$"):
        hand.press(re.compile("^Approve"))
    expect(page.get_by_text("Approved").first).to_be_visible()


def sign(hand: Mouse, number: str) -> None:
    page = hand.page
    page.goto(f"/portal/applications/{number}/offer/")
    hand.fill("Type your full name", "Borrower")
    hand.tick(re.compile("agree|consent", re.I))
    with landing(page, f"/portal/applications/{number}/$"):
        hand.press(re.compile("^Sign"))


def release(hand: Mouse, number: str) -> str:
    """Returns the number of the loan."""
    page = hand.page
    page.goto(f"/applications/{number}/")
    with landing(page, "/release/$"):
        hand.shortcut("f", re.compile("Release"))
    with landing(page, f"/applications/{number}/$"):
        hand.press(re.compile("^Release"))
    opens = page.get_by_role("link", name=re.compile(r"Open loan L-\d{8}")).inner_text()
    return re.findall(r"L-\d{8}", opens)[0]


def close_a_day(hand: Mouse) -> None:
    page = hand.page
    page.goto("/books/night/")
    hand.shortcut("d", re.compile("Close 1 day"), "button")
    expect(page.get_by_role("heading", name=re.compile("is closed"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Does not hold")).to_have_count(0)


def pay(hand: Mouse, loan: str, what: str) -> str:
    """Pay, having seen where each cent goes. Returns what was paid."""
    page = hand.page
    page.goto(f"/portal/loans/{loan}/pay/")
    hand.tick(re.compile(what))
    button = page.get_by_role("button", name=re.compile(r"^Pay \$"))
    expect(button).to_be_visible()
    page.wait_for_timeout(600)  # the effect follows what was chosen
    amount = FIGURE.findall(button.inner_text())[0]
    with landing(page, r"/receipt|/payments/\d+"):
        hand.press(re.compile(r"^Pay \$"))
    expect(page.get_by_text(amount).first).to_be_visible()
    return amount


def take_back(hand: Mouse, loan: str, amount: str) -> None:
    page = hand.page
    page.goto(f"/loans/{loan}/")
    hand.follow(re.compile("^Payment$"))
    expect(page.get_by_role("heading", name=re.compile("^Payment of "))).to_be_visible()
    with landing(page, "/reverse/$"):
        hand.shortcut("r", re.compile("Reverse|Take back", re.I))
    effect = page.get_by_label("What this will do")
    expect(effect).to_contain_text(amount)
    hand.choose("Why it is taken back", "R01 Insufficient funds")
    with landing(page, rf"/loans/{loan}/(events/\d+/)?$"):
        hand.press(re.compile("^(Reverse|Take back)"))


def check_life(running: Running, people: dict[str, Page], hand: type[Mouse]) -> None:
    borrower, underwriter = hand(people["borrower"]), hand(people["underwriter"])
    operations, auditor = hand(people["operations"]), people["auditor"]
    number = apply_for_a_loan(borrower)
    decide(underwriter, number)
    sign(borrower, number)
    loan = release(operations, number)

    page = operations.page
    page.goto(f"/loans/{loan}/")
    assert owed(page) == D("12000.00")
    expect(page.get_by_role("table").first.locator("tbody tr")).to_have_count(12)

    close_a_day(operations)
    page.goto(f"/loans/{loan}/")
    # One day of $12,000.00 at 10 %, owed from the day after the money went out: $3.29.
    assert owed(page) == D("12003.29")

    first = pay(borrower, loan, "due")
    page.goto(f"/loans/{loan}/")
    assert owed(page) == D("12003.29") - D(first.replace(",", ""))
    take_back(operations, loan, first)
    page.goto(f"/loans/{loan}/")
    assert owed(page) == D("12003.29")
    expect(page.get_by_text("R01 Insufficient funds").first).to_be_visible()

    everything = pay(borrower, loan, "owe|everything|all")
    page.goto(f"/loans/{loan}/")
    assert owed(page) == D("0.00")
    expect(page.get_by_text("Paid off").first).to_be_visible()
    assert everything == "12,003.29"
    assert_zero_in_every_bucket(running, loan)

    auditor.goto("/books/trial-balance/")
    expect(auditor.get_by_text("Balances").first).to_be_visible()
    totals = auditor.locator("tfoot .lw-figure").all_inner_texts()
    assert totals[0] == totals[1]


def assert_zero_in_every_bucket(running: Running, number: str) -> None:
    from ledger.close.proof import prove_books
    from ledger.models import Loan
    from tenants.current import tenant_context

    with tenant_context(running.tenant.pk):
        balance = Loan.objects.get(number=number).balance
        assert [balance.principal, balance.interest, balance.fees, balance.unapplied] == [D("0.00")] * 4
        assert (balance.accrued_units, balance.dpd, balance.past_due_amount) == (0, 0, D("0.00"))
        assert all(proof.holds for proof in prove_books())


def test_one_loans_life_with_the_mouse(running: Running, people: dict[str, Page]) -> None:
    check_life(running, people, Mouse)


def test_one_loans_life_with_the_keyboard_alone(running: Running, people: dict[str, Page]) -> None:
    check_life(running, people, Keyboard)
