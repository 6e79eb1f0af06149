"""The shell in the browser: find anything, lists, what was done, help and the tour; by mouse and by keyboard.

A click is a press of the mouse, or an Enter that opens or sends; typing into a focused field is free.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running, sign_in

PHONE = {"width": 390, "height": 844}


def accessible(page: Page) -> None:
    page.wait_for_timeout(50)  # what was swapped in is painted
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()


def found(page: Page, text: str) -> Any:
    """Type it into the search that is open; the hits."""
    field = page.get_by_role("combobox", name="Find anything")
    expect(field).to_be_focused()
    field.fill(text)
    return page.get_by_role("listbox", name="Found").get_by_role("option")


def test_a_loan_is_found_with_one_enter(visit: Callable[..., Page], loan: str) -> None:
    page = visit()
    sign_in(page, "operations@example.com")
    page.keyboard.press("Control+k")
    expect(found(page, loan).first).to_contain_text("Harbour Tools Rental LLC")
    accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/loans/{loan}/")
    # An act of it with the arrow; Esc closes, and what was opened last is there at once.
    page.keyboard.press("Control+k")
    hits = found(page, f"take pay {loan}")
    expect(hits.nth(1)).to_contain_text("Take a payment")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/loans/{loan}/take-payment/")
    page.keyboard.press("Meta+k")
    expect(found(page, "").first).to_contain_text(loan)
    expect(found(page, "harbour").first).to_contain_text(loan)
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Find anything")).to_be_hidden()


def test_a_phone_shows_the_lenders_whole_name_and_every_column_of_a_schedule(
    running: Running, visit: Callable[..., Page]
) -> None:
    number = late_and_part_paid(running)
    page = visit(viewport=PHONE)
    sign_in(page, "operations@example.com")
    page.goto(f"/loans/{number}/")
    schedule = page.get_by_role("region", name="Instalments")
    expect(schedule.get_by_text("Late, part paid")).to_be_visible()
    for whole in (schedule, page.locator(".lw-brand span")):
        assert whole.evaluate("one => one.scrollWidth - one.clientWidth") == 0
    expect(page.locator(".lw-brand")).to_have_text("Journey Lending")


def late_and_part_paid(running: Running) -> str:
    """The number of a loan whose instalment of 15 November was paid in part."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import ProductVersion
    from ledger.operations import receive_payment
    from parties.models import Party
    from tenants.current import tenant_context
    from tenants.models import LegalEntity

    terms = AgreedTerms(amount=Decimal("84000.00"), rate=Decimal("9.5"), months=12, disbursed_on=date(2008, 10, 15))
    with tenant_context(running.tenant.pk):
        by = running.people.operations
        loan = board_loan(
            agreed=terms,
            product_version=ProductVersion.objects.get(),
            borrower=Party.objects.create(kind="company", name="Harbour Tools Rental LLC"),
            legal_entity=LegalEntity.objects.get(),
            key="late",
            by=by,
        )
        receive_payment(loan_id=loan.pk, amount=Decimal("1500.00"), effective_on=date(2008, 12, 31), key="p", by=by)
        return str(loan.number)


def test_it_is_found_by_two_presses_on_a_phone(visit: Callable[..., Page], loan: str) -> None:
    page = visit(viewport=PHONE)
    sign_in(page, "auditor@example.com")
    page.get_by_role("link", name="Find anything").click()  # 1
    expect(found(page, "zebra")).to_have_count(0)
    expect(page.get_by_text("Nothing found for “zebra”.")).to_be_visible()
    hits = found(page, "harbour")
    expect(hits.first).to_contain_text(loan)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    hits.first.click()  # 2
    page.wait_for_url(f"**/loans/{loan}/")


def test_rows_are_chosen_and_exported_by_keyboard(visit: Callable[..., Page], loan: str) -> None:
    page = visit()
    sign_in(page, "operations@example.com")
    page.goto("/loans/?columns=borrower")
    page.keyboard.press("j")
    page.keyboard.press("x")
    export = page.get_by_role("button", name="Export 1 loan as CSV")
    expect(export).to_be_visible()
    accessible(page)
    export.focus()
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    text = Path(file.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines() == ["Loan,Borrower", f"{loan},Harbour Tools Rental LLC"]
    page.get_by_role("button", name="Choose none").click()
    expect(export).to_be_hidden()


def test_a_view_is_kept_in_three_clicks(visit: Callable[..., Page], loan: str) -> None:
    page = visit()
    sign_in(page, "operations@example.com")
    page.goto("/loans/?state=active")
    page.locator("summary", has_text="Views").click()  # 1
    page.get_by_label("Keep what is shown as").fill("The open ones")
    page.get_by_label("For the whole team").check()  # 2
    accessible(page)
    page.get_by_role("button", name="Keep this view").click()  # 3
    expect(page.get_by_role("status").filter(has_text="Kept as The open ones.")).to_be_visible()
    page.goto("/loans/")
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="The open ones").click()
    page.wait_for_url(re.compile(r"/loans/\?state=active&view=\d+$"))


def test_what_was_done_is_said_with_the_way_to_it(visit: Callable[..., Page], loan: str) -> None:
    page = visit()
    sign_in(page, "operations@example.com")
    page.goto(f"/loans/{loan}/charge-fee/")
    page.get_by_label("Amount").fill("25.00")
    page.get_by_label("Reason").fill("Returned cheque")
    page.get_by_role("button", name="Charge $25.00").click()
    toast = page.get_by_role("status").locator("[data-toast]")
    expect(toast).to_contain_text("Charged $25.00.")
    assert page.evaluate("document.activeElement === document.body")  # it took no focus
    toast.hover()
    page.wait_for_timeout(8500)
    expect(toast).to_be_visible()
    toast.get_by_role("link", name="See what was posted").click()
    page.wait_for_url(re.compile(r"/events/\d+/$"))


def test_a_toast_goes_after_eight_seconds(visit: Callable[..., Page], running: Running) -> None:
    page = visit()
    sign_in(page, "operations@example.com")
    page.goto("/loans/?state=active")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Keep what is shown as").fill("x")
    page.keyboard.press("Enter")
    toast = page.locator("[data-toast]")
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    expect(toast).to_have_count(0, timeout=12_000)


def test_each_page_explains_itself_by_one_key(visit: Callable[..., Page], running: Running) -> None:
    page = visit()
    sign_in(page, "auditor@example.com")
    page.goto("/books/ageing/")
    page.keyboard.press("h")
    panel = page.get_by_role("dialog", name="Help for this page")
    expect(panel.get_by_role("heading", name="Ageing")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
def test_the_tour_takes_five_presses(
    visit: Callable[..., Page],
    running: Running,
    loan: str,
    keyboard: bool,
) -> None:
    page = visit()
    sign_in(page, "portfolio_manager@example.com")
    page.get_by_text("Portfolio Manager").first.click()
    page.get_by_role("button", name="Take the tour").click()
    for number, address in enumerate(["/", "/", "/loans/", f"/loans/{loan}/", "/books/proof/"], start=1):
        card = page.get_by_role("region", name=f"Tour, step {number} of 5")
        expect(card).to_be_visible()
        assert page.url.endswith(address)
        expect(page.locator(".lw-tour-here")).to_have_count(1)
        button = card.get_by_role("button", name="End the tour" if number == 5 else "Next step")
        if number == 1:
            accessible(page)
        if keyboard:
            button.focus()
            page.keyboard.press("Enter")
        else:
            button.click()
    expect(page.get_by_text("Tour, 5 of 5")).to_have_count(0)
    page.goto("/")
    expect(page.get_by_text("Tour, 1 of 5")).to_have_count(0)
