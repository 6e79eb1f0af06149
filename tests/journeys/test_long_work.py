"""Something long is started, left and come back to: the page says how far it is, and the mark that it has ended."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in

A_MONTH = 120_000  # milliseconds that the nights of a month may take on a busy machine


def test_a_month_is_closed_while_one_is_elsewhere(visit: Callable[..., Page], loan: str) -> None:
    page = visit()
    sign_in(page, "operations@example.com")
    page.goto("/books/night/")
    page.get_by_role("button", name="Close 1 month").click()
    expect(page.get_by_role("heading", name="Closing")).to_be_visible()
    # Left: the mark is on another page, and leads to how far it is.
    page.get_by_role("link", name="Loans", exact=True).click()
    mark = page.locator("#work-mark")
    expect(mark.get_by_role("link", name="1 of your long work going on")).to_be_visible()
    mark.get_by_role("link").click()
    work = page.get_by_role("article", name="Close 31 Dec 2008 to 30 Jan 2009")
    expect(work).to_contain_text("of 31")
    expect(work).to_contain_text("Started by Operations")
    far = int(str(work.get_by_role("progressbar").get_attribute("value")))
    assert 0 <= far < 31
    # It moves by itself, and on another page one is told when it is over.
    expect(work.get_by_role("progressbar")).not_to_have_attribute("value", str(far), timeout=A_MONTH)
    page.goto(f"/loans/{loan}/")
    toast = page.locator("[data-toast]", has_text="Closed through 30 Jan 2009.")
    expect(toast).to_be_visible(timeout=A_MONTH)
    expect(mark.get_by_role("link", name="1 of your long work ended")).to_be_visible()
    expect(toast).to_be_hidden(timeout=15_000)
    # Come back: it is done, and nothing more is to be told.
    mark.get_by_role("link").click()
    done = page.get_by_role("region", name="Long work that ended").get_by_role("row", name="Close 31 Dec 2008")
    expect(done).to_contain_text("Done Closed through 30 Jan 2009.")
    page.goto("/loans/")
    expect(mark).to_have_count(0)
