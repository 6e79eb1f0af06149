"""The calculator in a browser: staff by mouse and by keyboard, a stranger on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in


def test_staff_type_and_the_answer_follows(visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 1440, "height": 900})
    sign_in(page, "underwriter@example.com")
    page.get_by_role("link", name="Calculator").click()
    page.get_by_label("Amount", exact=True).fill("300000")
    page.get_by_label("Term", exact=True).fill("30")
    page.get_by_label("Counted in").select_option("years")
    page.get_by_label("Rate a year").fill("6.5")
    expect(page.get_by_role("link", name="$1,896.20")).to_be_visible()
    expect(page).to_have_url(re.compile("amount=300000"))
    assert page.evaluate("document.activeElement.id") == "id_rate"
    page.get_by_label("On top of each payment").fill("200")
    expect(page.locator("#what-if")).to_be_visible()
    expect(page.locator("#owed-title")).to_have_text(re.compile("sooner"))
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    expect(page.locator("#calculator-said")).to_have_text(re.compile(r"Payment \$1,896.20, 360 in all"))
    # A year unfolds, and stays so while one goes on typing.
    page.get_by_role("button", name="2010").click()
    expect(page.locator("#year-2010")).to_be_visible()
    page.get_by_label("Amount", exact=True).fill("x")
    expect(page.get_by_text("Type dollars and cents, such as 312.40.")).to_be_visible()
    assert page.get_by_label("Amount", exact=True).input_value() == "x"
    page.reload()
    assert page.get_by_label("Amount", exact=True).input_value() == "x"


def test_staff_do_it_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 1440, "height": 900})
    sign_in(page, "underwriter@example.com")
    page.goto("/calculator/?disbursed_on=2008-12-31")
    page.locator("#id_amount").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("10000")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="$888.49")).to_be_visible()
    page.keyboard.press("Escape")
    with page.expect_download() as found:
        page.keyboard.press("e")
    assert found.value.suggested_filename == "loan-10000.00-at-12-percent-12-payments.csv"
    page.get_by_role("link", name="Payment 2: how it came about").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="How Payment of row 2")).to_be_visible()


def test_a_stranger_on_a_phone_sees_one_sentence(visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto("/accounts/login/")
    page.get_by_role("link", name="See what a loan would cost").tap()
    page.get_by_label("How much do you want to borrow?").fill("10000")
    page.get_by_label("For how long?").fill("12")
    page.get_by_label("Interest rate a year").fill("12")
    expect(page.locator(".lw-next-sentence")).to_have_text(re.compile(r"You pay \$888.49 each month, 12 times."))
    page.get_by_text("What if I pay more?").tap()
    page.get_by_label("Extra with each payment").fill("100")
    expect(page.locator(".lw-saved")).to_have_text(re.compile("sooner"))
    expect(page.get_by_label("Extra with each payment")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_works_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/portal/calculator/")
    page.get_by_label("How much do you want to borrow?").fill("5000")
    page.get_by_role("button", name="See what it costs").click()
    expect(page).to_have_url(re.compile("amount=5000"))
    page.get_by_text("See every payment").click()
    expect(page.get_by_role("row", name="Sum")).to_be_visible()
