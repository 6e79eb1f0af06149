"""The borrower on a phone of 360 pixels: each task in its clicks, with the mouse and with the keyboard alone."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, Running, sign_in
from tests.journeys.looks import wrong_with
from tests.journeys.test_one_loans_life import Keyboard, Mouse

SMALL = {"viewport": {"width": 360, "height": 740}}


def phone(visit: Callable[..., Page]) -> Page:
    """A visitor with a small screen, who waits longer than a desk would: the first page of a server takes its time."""
    page = visit(**SMALL)
    page.set_default_timeout(30_000)
    return page


def counting(kind: type[Mouse]) -> type[Mouse]:
    """A hand that counts what it presses; typing into a field is free."""

    class Counting(kind):  # type: ignore[valid-type, misc]
        clicks = 0

        def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
            self.clicks += 1
            super().press(name, role)

    return Counting


@pytest.fixture(params=[Mouse, Keyboard], ids=["mouse", "keyboard"])
def hand(request: Any, visit: Callable[..., Page], loan: str) -> Any:
    """The borrower, signed in, on the first page of the portal."""
    page = phone(visit)
    sign_in(page, "borrower@example.com")
    page.goto("/portal/")
    return counting(request.param)(page)


@pytest.fixture
def own(running: Running) -> Callable[[Callable[[], Any]], Any]:
    """own(ask) -> what `ask` finds in the borrower's lender's books."""
    from tenants.current import tenant_context

    def ask(question: Callable[[], Any]) -> Any:
        with tenant_context(running.tenant.pk):
            return question()

    return ask


def test_what_is_next_takes_no_click_and_paying_takes_two(hand: Any, loan: str, own: Any) -> None:
    from ledger.models import LoanEvent

    page = hand.page
    expect(page.get_by_text("$1,052.21 is due on Thu 15 Jan 2009.")).to_be_visible()
    expect(page.get_by_text("If it comes later, you owe $3.12 more for each day.")).to_be_visible()
    hand.press("Pay $1,052.21", "link")
    expect(page.get_by_role("table", name="What it pays")).to_contain_text("The money you borrowed")
    hand.press("Pay $1,052.21")
    page.wait_for_url(re.compile(r"/payments/\d+/$"))
    assert hand.clicks == 2
    # The receipt explains itself, is kept as a PDF, and is found again in two clicks.
    receipt = page.url
    expect(page.get_by_text("16 days, up to 31 Dec 2008: $12,000.00 at 9.500 % a year")).to_be_visible()
    with page.expect_download() as found:
        hand.press("Download as PDF", "link")
    assert found.value.suggested_filename.startswith(f"receipt-{loan}-2008-12-31")
    # Back to the form, as after a lost connection, and pressed again: the same receipt, and one payment.
    page.go_back()
    page.wait_for_load_state()
    page.goto("/portal/")
    hand.clicks = 0
    hand.press("Your payments", "link")
    page.wait_for_url(re.compile(r"/payments/$"))
    hand.press(re.compile("31 Dec 2008"), "link")
    page.wait_for_url(receipt)
    assert hand.clicks == 2
    assert own(lambda: LoanEvent.objects.filter(kind="payment").count()) == 1


def test_a_payoff_letter_takes_two_clicks_and_anybody_can_check_it(
    hand: Any,
    visit: Callable[..., Page],
    own: Any,
) -> None:
    from servicing.payoffs.models import PayoffLetter

    page = hand.page
    hand.press("Payoff letter", "link")
    expect(page.get_by_text("$12,081.21 pays the loan off on Sat 10 Jan 2009.")).to_be_visible()
    with page.expect_download() as found:
        hand.press("Make the letter (PDF)")
    assert hand.clicks == 2
    assert re.fullmatch(r"payoff-letter-.+-2009-01-10\.pdf", found.value.suggested_filename)
    page.wait_for_url(re.compile(r"/payoff-letter/\d+/$"))
    code = page.locator(".lw-code").inner_text()
    # Somebody else, who is signed in nowhere.
    stranger = phone(visit)
    stranger.goto("/check/")
    stranger.get_by_label("Code on the letter").fill(code.lower())
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_text("$12,081.21 pays the loan off on Sat 10 Jan 2009.")).to_be_visible()
    assert "Harbour" not in stranger.content()
    # Back, and pressed once more: the same letter.
    page.go_back()
    hand.press("Make the letter (PDF)")
    page.wait_for_url(re.compile(r"/payoff-letter/\d+/$"))
    assert own(PayoffLetter.objects.count) == 1


def test_a_sign_in_that_ended_loses_and_doubles_nothing(visit: Callable[..., Page], loan: str, own: Any) -> None:
    from servicing.payoffs.models import PayoffLetter

    page = phone(visit)
    sign_in(page, "borrower@example.com")
    page.goto(f"/portal/loans/{loan}/payoff-letter/")
    kept = [cookie for cookie in page.context.cookies() if cookie["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(kept)  # type: ignore[arg-type]
    page.get_by_role("button", name="Make the letter (PDF)").click()
    expect(page.get_by_role("alert").filter(has_text="You have been signed out.")).to_be_visible()
    with page.context.expect_page() as tab:
        page.get_by_role("link", name="Sign in in another tab").click()
    tab.value.get_by_label("Email").fill("borrower@example.com")
    tab.value.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.value.get_by_role("button", name="Sign in", exact=True).click()
    tab.value.wait_for_url("**/portal/")
    tab.value.close()
    assert own(PayoffLetter.objects.count) == 0
    with page.expect_download():
        page.get_by_role("button", name="Make the letter (PDF)").click()
    assert own(PayoffLetter.objects.count) == 1


def test_the_calendar_is_a_click_away_and_goes_into_ones_own(hand: Any) -> None:
    page = hand.page
    hand.press("Calendar", "link")
    expect(page.get_by_role("heading", name="January 2009")).to_be_visible()
    assert hand.clicks == 1
    expect(page.get_by_role("list", name="This month")).to_contain_text("$1,052.21 is due")
    hand.press(re.compile("On to Feb"), "link")
    expect(page.get_by_role("heading", name="February 2009")).to_be_visible()
    with page.expect_download() as found:
        hand.press("Add to my calendar", "link")
    assert found.value.suggested_filename.endswith(".ics")


def test_every_page_of_the_portal_is_accessible_and_fits_a_phone(
    visit: Callable[..., Page],
    running: Running,
    loan: str,
    own: Any,
) -> None:
    """With something on each page, a wrong answer, and nothing; in the light and in the dark."""
    papers = own(lambda: send_papers(loan, running.people))
    start = f"/portal/loans/{loan}/"
    addresses = [
        "/portal/",
        "/portal/documents/",
        "/portal/apply/",
        f"{start}pay/",
        f"{start}payments/",
        f"{start}payments/{papers['payment']}/",
        f"{start}calendar/",
        f"{start}calendar/?month=1990-01&all",
        f"{start}payoff-letter/",
        f"{start}payoff-letter/{papers['letter']}/",
        f"{start}statements/{papers['statement']}/",
        f"{start}statements/{papers['corrected']}/",
        f"/check/{papers['code']}/",
        "/check/?code=",
        "/check/AAAA/",
    ]
    page, axe, faults = phone(visit), Axe().axe_script, {}
    sign_in(page, "borrower@example.com")
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details.lw-more').forEach((one) => { one.open = true })")
        page.evaluate(axe)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if wrong := wrong_with(page, scheme):
                faults[address, scheme] = wrong
    assert faults == {}


def send_papers(number: str, people: Any) -> dict[str, Any]:
    """A payment, December's statement and its correction, and a letter, of the loan."""
    from ledger.models import Loan
    from ledger.operations import receive_payment
    from servicing.payoffs.operations import issue_payoff_letter
    from servicing.statements.models import Statement
    from servicing.statements.operations import correct_statements, make_statements
    from tenants.models import Tenant

    pk = Loan.objects.get(number=number).pk
    paid = receive_payment(
        loan_id=pk, amount=Decimal("100.00"), effective_on=date(2008, 12, 31), key="p", by=people.borrower
    )
    Tenant.objects.update(business_date=date(2009, 1, 2))
    make_statements(period_end=date(2008, 12, 31))
    receive_payment(loan_id=pk, amount=Decimal("50.00"), effective_on=date(2008, 12, 30), key="q", by=people.operations)
    correct_statements(recorded_since=date(2009, 1, 1))
    letter = issue_payoff_letter(loan_id=pk, good_through=date(2009, 1, 10), key="l", by=people.borrower)
    first, corrected = Statement.objects.order_by("version")
    return {
        "payment": paid.pk,
        "letter": letter.pk,
        "code": letter.code,
        "statement": first.pk,
        "corrected": corrected.pk,
    }
