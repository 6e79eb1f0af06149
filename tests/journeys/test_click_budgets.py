"""Each task of the staff within its budget of clicks, by mouse and by keyboard alone: the table is docs/clicks.md.

A click is a press of the mouse, or a key that opens, ticks or sends; typing into a field, and Tab, are free. A task
begins on the screen that it belongs to.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.books_tasks import (
    IDLE,
    approve_a_mapping,
    ask_to_open_a_month,
    between_companies,
    close_a_month,
    commit_for_another,
    correct_the_day,
    export_journals,
    keep_a_receipt,
    look_after_a_difference,
    make_books,
    open_a_month_again,
    release_for_another,
    resolve_a_difference,
    take_back_between_companies,
    void_a_batch,
)
from tests.journeys.conftest import PASSWORD, Running, sign_in
from tests.journeys.test_one_loans_life import Keyboard, Mouse, apply_for_a_loan, close_a_day, landing

CLICKS = Path(__file__).resolve().parents[2] / "docs" / "clicks.md"


def counting(kind: type[Mouse]) -> Any:
    """A hand that counts what it presses."""

    class Counting(kind):  # type: ignore[valid-type, misc]
        clicks = 0

        def press(self, name: Any, role: Any = "button") -> None:
            self.clicks += 1
            super().press(name, role)

        def tick(self, label: Any) -> None:
            self.clicks += 1
            super().tick(label)

        def choose(self, label: str, option: str) -> None:
            self.clicks += kind is Mouse  # by keyboard an option is typed
            super().choose(label, option)

        def shortcut(self, key: str, name: Any, role: Any = "link") -> None:
            self.clicks += kind is Keyboard
            super().shortcut(key, name, role)

    return Counting


def payoff_quote(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto(f"/loans/{names['loan']}/")
    with landing(hand.page, "/payoff-letter/$"):
        hand.shortcut("q", re.compile("^Payoff letter"))
    expect(hand.page.get_by_text(re.compile(r"^\$[\d,.]+ pays the loan off on"))).to_be_visible()
    hand.page.wait_for_function(IDLE)
    with hand.page.expect_download():
        hand.press(re.compile("^Make the letter"))


def what_a_payment_would_change(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto(f"/loans/{names['loan']}/")
    with landing(hand.page, "/take-payment/$"):
        hand.shortcut("p", re.compile("^Take a payment"))
    hand.fill("Amount", "500.00")
    expect(hand.page.get_by_role("table", name="Where it goes")).to_contain_text("500.00")


def correct_a_payment(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto(f"/loans/{names['loan']}/")
    hand.press(re.compile("^Payment$"), "link")
    expect(page.get_by_role("heading", name=re.compile("^Payment of "))).to_be_visible()
    with landing(page, "/reverse/$"):
        hand.shortcut("r", re.compile("Reverse"))
    expect(page.get_by_label("What this will do")).to_contain_text("100.00")
    hand.choose("Why it is taken back", "Wrong loan")
    with landing(page, rf"/loans/{names['loan']}/$"):
        hand.press(re.compile("^Reverse the payment of"))


def close_the_day(hand: Any, names: dict[str, str]) -> None:
    close_a_day(hand)


def recompute_a_balance(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto(f"/loans/{names['loan']}/")
    with landing(hand.page, "/recalculation/"):
        hand.press("Compute it all again beside the books", "link")
    expect(hand.page.get_by_text("Both agree to the cent")).to_be_visible()


def what_did_you_know(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto(f"/loans/{names['loan']}/")
    for label, day in (("Effective on", "2008-12-30"), ("As known on", "2008-12-30")):
        page.get_by_label(label, exact=True).fill(day)
    with landing(page, "known_on=2008-12-30"):
        hand.press("Show that day")
    expect(page.get_by_text(re.compile("30 Dec 2008")).first).to_be_visible()


def back_dated_entries(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/")
    listed = hand.page.get_by_role("region", name="Back-dated events").get_by_role(
        "row", name=re.compile("Rate change")
    )
    expect(listed.first).to_contain_text("Agreed earlier")


def nothing_was_altered(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/books/proof/")
    with hand.page.expect_download() as file:
        hand.press("Download sealed days")
    assert file.value.suggested_filename.endswith(".zip")


def trace_a_dollar(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto(f"/loans/{names['loan']}/")
    hand.press(re.compile("^Payment$"), "link")
    expect(page.get_by_role("heading", name=re.compile("^Payment of "))).to_be_visible()
    expect(page.get_by_role("table", name="Where it went")).to_contain_text("Interest")
    expect(page.get_by_role("table", name="What is posted").first).to_contain_text("1000 Cash")


def what_changed(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/")
    expect(hand.page.get_by_role("heading", name=re.compile("What changed"))).to_be_visible()


def drill_a_tile(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/")
    row = hand.page.get_by_role("table", name="Open loans by days late").get_by_role("row", name=re.compile("Current"))
    expect(row).to_be_visible()
    with landing(hand.page, "/loans/"):
        hand.press(re.compile(r"^\d$"), "link")
    expect(hand.page.get_by_role("link", name=names["loan"])).to_be_visible()


def the_next_file(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/")
    first = hand.page.get_by_role("table", name="What needs you now").get_by_role("link").first.inner_text()
    with landing(hand.page, r"/applications/A-\d+/$"):
        hand.press(first, "link")


def is_it_complete(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto(f"/applications/{names['approved']}/")
    expect(hand.page.get_by_text("Harbour Tools Rental LLC").first).to_be_visible()
    expect(hand.page.get_by_role("complementary", name="Decision")).to_contain_text("Approve")


def set_terms(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto(f"/applications/{names['approved']}/")
    with landing(page, "/approve/$"):
        hand.shortcut("a", re.compile("^Approve"))
    hand.fill("Amount", "6000")
    hand.fill("Months", "24")
    expect(page.get_by_role("button", name="Approve $6,000.00")).to_be_visible()
    expect(page.get_by_role("table", name="What the loan costs")).to_contain_text("6,000.00")


def approve(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto(f"/applications/{names['approved']}/")
    with landing(page, "/approve/$"):
        hand.shortcut("a", re.compile("^Approve"))
    page.wait_for_function(IDLE)
    with landing(page, rf"/applications/{names['approved']}/$"):
        hand.press(re.compile("^Approve"))


def decline(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto(f"/applications/{names['declined']}/")
    with landing(page, "/decline/$"):
        hand.shortcut("d", re.compile("^Decline"))
    hand.tick(page.locator("main label:has([name=reason])").first.inner_text().strip())
    with landing(page, rf"/applications/{names['declined']}/$"):
        hand.press(re.compile("^Decline"))


def apply(hand: Any, names: dict[str, str]) -> None:
    apply_for_a_loan(hand)


def status_of_my_application(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/portal/")
    expect(hand.page.get_by_text(re.compile("application", re.I)).first).to_be_visible()


def health(hand: Any, names: dict[str, str]) -> None:
    hand.page.goto("/")
    expect(hand.page.get_by_role("region", name="Health")).to_contain_text("Last close")


def make_a_user(hand: Any, names: dict[str, str]) -> None:
    page = hand.page
    page.goto("/admin/tenants/user/")
    with landing(page, "/user/add/$"):
        hand.press(re.compile("^Add user", re.I), "link")
    hand.fill("Email", "new@example.com")
    hand.fill("Full name", "New Person")
    for label in ("Password:", "Password confirmation:"):
        page.get_by_label(label, exact=True).fill("another long password 1")
    hand.tick("Operations")
    with landing(page, r"/user/\d+/change/$"):
        hand.press(re.compile("^Save$"))


# (whose, the task in the words of docs/clicks.md, how), in an order in which each can be done
TASKS: list[tuple[str, str, Callable[[Any, dict[str, str]], None]]] = [
    ("operations", "Payoff quote", payoff_quote),
    ("operations", "What a payment would change", what_a_payment_would_change),
    ("auditor", "Trace one borrower's dollar", trace_a_dollar),
    ("operations", "Correct a March payment", correct_a_payment),
    ("operations", "Close the day", close_the_day),
    ("operations", "Post cash between companies", between_companies),
    ("operations", "Take cash between companies back", take_back_between_companies),
    ("operations", "Export the journals and fetch the file", export_journals),
    ("operations", "Say what the other system took", keep_a_receipt),
    ("operations", "Void an export", void_a_batch),
    ("operations", "Look after a difference", look_after_a_difference),
    ("operations", "Resolve a difference", resolve_a_difference),
    ("operations", "Commit what another proposed", commit_for_another),
    ("operations", "Close a month", close_a_month),
    ("operations", "Ask to open a month again", ask_to_open_a_month),
    ("portfolio_manager", "Open a month again", open_a_month_again),
    ("operations", "Enter what came on an earlier day", correct_the_day),
    ("portfolio_manager", "Approve a mapping", approve_a_mapping),
    ("portfolio_manager", "Release funding", release_for_another),
    ("auditor", "Recompute a balance", recompute_a_balance),
    ("auditor", "What did you know on that date", what_did_you_know),
    ("auditor", "Back-dated and manual entries", back_dated_entries),
    ("auditor", "Prove nothing was altered", nothing_was_altered),
    ("portfolio_manager", "What changed since yesterday", what_changed),
    ("portfolio_manager", "Drill a tile to rows", drill_a_tile),
    ("underwriter", "Pick the next right file", the_next_file),
    ("underwriter", "See if the file is complete", is_it_complete),
    ("underwriter", "Set terms and see the effect", set_terms),
    ("underwriter", "Approve", approve),
    ("underwriter", "Decline with notice", decline),
    ("applicant", "Apply", apply),
    ("applicant", "See my application status", status_of_my_application),
    ("administrator", "See health of jobs and feeds", health),
    ("administrator", "Create a user with the right access", make_a_user),
]


def written() -> dict[str, tuple[int, int, int]]:
    """task -> (budget, by mouse, by keyboard), of the rows of docs/clicks.md that this file counts."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in CLICKS.read_text().splitlines()]
    counted = [row for row in rows if len(row) == 6 and row[5] == "`test_click_budgets.py`"]
    return {row[1]: (int(row[2]), int(row[3]), int(row[4])) for row in counted}


@pytest.fixture
def names(running: Running, loan: str) -> dict[str, str]:
    """A loan with a payment and a back-dated change of its rate, and two applications; one applicant who has none."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from ledger.models import Loan, ProductVersion
    from ledger.operations import change_rate, receive_payment
    from tenants.current import tenant_context
    from tenants.models import LegalEntity, User
    from tests.origination.conftest import make_desk

    people = running.people
    with tenant_context(running.tenant.pk):
        made = []
        for name in ("first", "second", "applicant"):
            user = User.objects.create_user(f"{name}@example.com", "x", full_name="Ann Other", roles=["borrower"])
            user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            made.append(user)
        pk = Loan.objects.get(number=loan).pk
        today, before = date(2008, 12, 31), date(2008, 12, 20)
        receive_payment(loan_id=pk, amount=Decimal("100.00"), effective_on=today, key="paid", by=people.collections)
        change_rate(
            loan_id=pk,
            rate=Decimal("9.75"),
            reason="Agreed earlier",
            effective_on=before,
            key="r",
            by=people.operations,
        )
        desk = make_desk(people, LegalEntity.objects.get(), ProductVersion.objects.get())
        applications = [desk.draft(user) for user in made[:2]]
        for application in applications:
            desk.submit(application)
            desk.review(application)
        numbers = {"approved": applications[0].number, "declined": applications[1].number}
        signer = User.objects.create_user("signer@example.com", "x", full_name="Ben Other", roles=["borrower"])
        numbers["signed"] = desk.at("accepted", signer).number
        return {"loan": loan, **numbers, **make_books(people)}


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_each_task_stays_within_its_clicks(
    kind: type[Mouse], visit: Callable[..., Page], names: dict[str, str]
) -> None:
    hands: dict[str, Any] = {}
    found = {}
    for role, task, do in TASKS:
        if role not in hands:
            hands[role] = counting(kind)(visit())
            hands[role].page.set_default_timeout(20_000)
            sign_in(hands[role].page, f"{role}@example.com")
        hands[role].clicks = 0
        do(hands[role], names)
        found[task] = hands[role].clicks
    budgets = written()
    assert found == {task: by[1 if kind is Mouse else 2] for task, by in budgets.items()}


def test_no_task_is_over_its_budget() -> None:
    """What is counted is held to the table above; the table is held to the budgets here."""
    budgets = written()
    assert set(budgets) == {task for _, task, _ in TASKS}
    assert {task: counts for task, counts in budgets.items() if max(counts[1:]) > counts[0]} == {}
