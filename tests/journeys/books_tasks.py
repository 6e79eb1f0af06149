"""The tasks of the books and of a second person, as a hand does them: of test_click_budgets.py, which counts them."""

import re
import time
from datetime import date
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import proposed_fee
from tests.journeys.test_one_loans_life import landing

# Whether the page waits for nothing any more.
IDLE = """() => !document.querySelector(
  "[aria-busy=true], [data-asked], .htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")"""


def until(page: Page, address: str, found: Any) -> None:
    """Open `address` until `found` is on it: a worker may be doing it."""
    deadline = time.monotonic() + 60
    while not (page.goto(address) and found.count()):
        assert time.monotonic() < deadline, (address, found)


def send(hand: Any, name: str | re.Pattern[str]) -> None:
    """Press the button, and wait for the page it leads to."""
    with hand.page.expect_event("load"):
        hand.press(name)


def between_companies(hand: Any, names: dict[str, Any]) -> None:
    hand.page.goto("/books/companies/")
    hand.fill("Amount", "40.00")
    hand.page.get_by_label(re.compile("^Why")).first.fill("Paid into the wrong account")
    effect = hand.page.get_by_label("What this will do")
    expect(effect).to_contain_text("Journey Lending LLC then owes West Bay LLC $40.00.")
    hand.page.wait_for_function(IDLE)
    send(hand, "Post $40.00")
    expect(hand.page.get_by_role("table", name="What companies owe each other")).to_contain_text("40.00")


def take_back_between_companies(hand: Any, names: dict[str, Any]) -> None:
    hand.page.goto("/books/companies/")
    with landing(hand.page, "/take-back/$"):
        hand.press("Take back", "link")
    hand.fill("Why", "The bank moved it")
    send(hand, re.compile(r"^Take back \$40.00"))
    row = hand.page.get_by_role("table", name="What companies owe each other").get_by_role("row", name="Journey")
    expect(row).to_contain_text("0.00 0.00 Agrees")


def export_journals(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/books/exports/")
    send(hand, "Export the journals")
    made = page.get_by_role("link", name=re.compile("batch 1$"))
    until(page, "/books/exports/", made)
    page.goto(str(made.get_attribute("href")))
    with page.expect_download() as file:
        hand.press("Fetch the file", "link")
    assert file.value.suggested_filename == "journey-lending-llc-quickbooks-iif-0001.iif"
    names["batch"] = page.url


def keep_a_receipt(hand: Any, names: dict[str, Any]) -> None:
    """One journal and three dollars were not taken: the page says so, and the reconciliation after it."""
    page = hand.page
    page.goto(names["batch"])
    total = page.locator(".lw-object-amount").inner_text().split()[0]
    journals = page.locator(".lw-facts").get_by_text("Journals", exact=True).locator("xpath=following-sibling::*")
    took = int(journals.first.inner_text()) - 1
    hand.fill("Journals it took", str(took))
    hand.fill("Debits it shows", str(Decimal(total.replace(",", "")) - 3))
    hand.fill("Credits it shows", total)
    send(hand, "Keep it")
    row = page.get_by_role("table", name="Receipts").get_by_role("row").last
    expect(row).to_contain_text("Differs 1 journal fewer, $3.00 less debits")
    page.goto("/books/exports/reconciliation/")
    notice = page.get_by_text("The other system says that it took something else").locator("..")
    expect(notice).to_contain_text("Batch 1: 1 journal fewer, $3.00 less debits")


def void_a_batch(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto(names["batch"])
    hand.fill("Why", "It was read twice")
    send(hand, "Void batch 1")
    until(page, names["batch"], page.get_by_text("Voided by"))
    page.goto("/books/exports/reconciliation/")
    expect(page.locator(".lw-title")).to_contain_text("Agrees")
    expect(page.get_by_text("took something else")).to_have_count(0)


def look_after_a_difference(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/books/proof/")
    with landing(page, r"/differences/\d+/$"):
        hand.press("1220 Fees receivable", "link")
    hand.fill("Note", "Looking into it")
    send(hand, "Save owner and note")
    expect(page.locator(".lw-facts")).to_contain_text("Looked after by Operations")


def resolve_a_difference(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/books/proof/")
    with landing(page, r"/differences/\d+/$"):
        hand.press("1220 Fees receivable", "link")
    hand.fill("Note", "A row was rounded twice; it was posted again")
    with landing(page, "/books/proof/$"):
        hand.press("Resolve difference")
    expect(page.get_by_text("No difference waits")).to_be_visible()


def close_a_month(hand: Any, names: dict[str, Any]) -> None:
    """The keyboard is where it goes on after each tick: a note is typed without looking for it."""
    page = hand.page
    page.goto(names["december"])
    for note in ("Nothing is held", "As on the statement", "One payment, by the bank"):
        if page.evaluate("document.activeElement.name") != "note":
            hand.fill("What you found", note)
        else:
            page.keyboard.type(note)
        send(hand, "Tick")
    send(hand, "Close December 2008")
    until(page, names["december"], page.get_by_role("table", name="Checklist when it was closed"))
    expect(page.get_by_role("table", name="Checklist when it was closed")).to_contain_text("As on the statement")
    page.goto("/books/journal/?kind=year_end")  # it ends the fiscal year: the result is carried over
    expect(page.locator("main .lw-list tbody tr")).to_have_count(1)


def ask_to_open_a_month(hand: Any, names: dict[str, Any]) -> None:
    hand.page.goto(names["december"])
    hand.fill("Why", "A bill came late")
    send(hand, "Ask to open December 2008 again")
    expect(hand.page.get_by_text("Another person decides it.")).to_be_visible()
    expect(hand.page.get_by_role("button", name="Open December 2008 again", exact=True)).to_have_count(0)


def open_a_month_again(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/")
    with landing(page, r"/periods/\d+/$"):
        hand.press("Decide: Open December 2008 again", "link")
    expect(page.get_by_text("A bill came late")).to_be_visible()
    send(hand, "Open December 2008 again")
    until(page, names["december"], page.get_by_role("table", name="Close checklist"))
    page.goto("/books/journal/?kind=year_end")  # and taken back
    page.goto(str(page.locator("main .lw-list tbody a").first.get_attribute("href")))
    expect(page.get_by_text("Reversed by", exact=True)).to_be_visible()


def release_for_another(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/")
    with landing(page, rf"/applications/{names['signed']}/$"):
        hand.press(f"Release the funds: {names['signed']}", "link")
    with landing(page, "/release/$"):
        hand.shortcut("f", re.compile("Release"))
    expect(page.get_by_label("What this will do")).to_contain_text("12,000.00")
    with landing(page, rf"/applications/{names['signed']}/$"):
        hand.press("Release $12,000.00")
    expect(page.get_by_role("link", name=re.compile(r"Open loan L-\d{8}"))).to_be_visible()


def commit_for_another(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/")
    with landing(page, r"/what-if/\d+/$"):
        hand.press("Commit or send back: What does a fee cost?", "link")
    page.wait_for_function(IDLE)
    with landing(page, r"/loans/L-\d+/$"):
        hand.shortcut("c", re.compile("^Commit"), "button")
    expect(page.get_by_role("link", name="Fee charged")).to_be_visible()


def approve_a_mapping(hand: Any, names: dict[str, Any]) -> None:
    page = hand.page
    page.goto("/")
    with landing(page, r"/mapping/\d+/$"):
        hand.press("Approve: GL mapping 1", "link")
    send(hand, "Approve version 1")
    expect(page.get_by_text("It decides from 5 Jan 2009.")).to_be_visible()


def correct_the_day(hand: Any, names: dict[str, Any]) -> None:
    """A payment that came on the 20th, entered today: what the loan worked out since then moves, and is shown first."""
    page = hand.page
    page.goto(f"/loans/{names['loan']}/")
    with landing(page, "/take-payment/$"):
        hand.shortcut("p", re.compile("^Take a payment"))
    hand.fill("Amount", "500.00")
    page.get_by_label("Effective on").fill("2008-12-20")
    effect = page.get_by_label("What this will do")
    expect(effect).to_contain_text("Interest")
    page.wait_for_function(IDLE)
    with landing(page, rf"/loans/{names['loan']}/"):
        hand.press("Take $500.00")


def make_books(people: Any) -> dict[str, str]:
    """Another company, a difference that no proof finds any more, and what waits for a second person."""
    from ledger.close.proof import prove_books
    from ledger.models import Difference, Period, Proof
    from ledger.opening import open_books
    from ledger.operations import draft_mapping
    from tenants.models import LegalEntity

    company = LegalEntity.objects.get()
    prove_books()
    proof = Proof.objects.get(law="subledger_is_gl")
    given = {"expected": "0.01", "found": "0", "first_proof": proof, "last_proof": proof}
    Difference.objects.create(law=proof.law, what="1220 Fees receivable", **given)
    prove_books()
    proposed_fee(people)
    draft_mapping(company=company, effective_from=date(2009, 1, 5), remark="As is", lines=[], by=people.operations)
    december = Period.objects.get(starts_on=date(2008, 12, 1))
    open_books(LegalEntity.objects.create(name="West Bay LLC"), first_day=date(2008, 12, 1), last_day=date(2009, 1, 31))
    return {"december": f"/books/periods/{december.pk}/"}
