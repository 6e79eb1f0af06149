"""A what-if in the browser: tried, compared, proposed, and committed by a second person; by mouse and by keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, Running, sign_in
from tests.journeys.test_one_loans_life import Keyboard, Mouse, landing, owed

SECOND = "second@example.com"


@pytest.fixture
def second(running: Running) -> str:
    """The address of somebody else in operations."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from tenants.current import tenant_context
    from tenants.models import User

    with tenant_context(running.tenant.pk):
        made = User.objects.create_user(SECOND, PASSWORD, full_name="Second Person", roles=["operations"])
        made.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
        made.save()
        EmailAddress.objects.create(user=made, email=SECOND, verified=True, primary=True)
    return SECOND


def figures(page: Page, what: str) -> list[str]:
    """The cells of one row of the comparison."""
    row = page.get_by_role("region", name="Side by side").get_by_role("row", name=re.compile(f"^{what}\\b"))
    return [cell.inner_text().replace("\n", " ") for cell in row.get_by_role("cell").all()]


def try_an_act(hand: Mouse, scenario: str, act: str, fields: dict[str, str], button: str) -> None:
    """Choose the act, fill its form in, and wait for the comparison with it."""
    hand.choose(f"Another act in {scenario}", act)
    # In the section of its scenario: the keyboard goes on from the choice it just made.
    section = hand.page.get_by_role("region", name=scenario)
    if isinstance(hand, Keyboard):
        hand.page.keyboard.press("Tab")
        hand.page.keyboard.press("Enter")
    else:
        section.get_by_role("button", name="Fill in").click()
    expect(hand.page.get_by_role("heading", name=f"{act}, in {scenario}")).to_be_visible()
    for label, text in fields.items():
        hand.fill(label, text)
    hand.press(button)
    expect(section.get_by_role("listitem").filter(has_text=act)).to_be_visible()


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_a_loan_is_tried_out_and_what_was_tried_is_committed(
    visit: Callable[..., Page],
    loan: str,
    second: str,
    kind: Callable[[Page], Mouse],
) -> None:
    # Given a loan of $12,000.00 paid out on 15 December
    page = visit()
    sign_in(page, "operations@example.com")
    hand: Any = kind(page)
    page.goto(f"/loans/{loan}/")
    before = owed(page)
    # When somebody tries a fee on it, and beside it a fee that is waived
    with landing(page, "/what-if/$"):
        hand.shortcut("i", re.compile("^What if"))
    hand.fill("What you want to know", "What does the returned cheque cost?")
    with landing(page, r"/what-if/\d+/$"):
        hand.press("Make a what-if")
    fee = {"Amount": "25.00", "Reason": "Returned cheque"}
    try_an_act(hand, "Scenario 1", "Charge a fee", fee, "Try $25.00 in Scenario 1")
    hand.press("Compare another")
    expect(page.get_by_role("heading", name="Scenario 2").first).to_be_visible()
    try_an_act(hand, "Scenario 2", "Charge a fee", fee, "Try $25.00 in Scenario 2")
    # Then the two stand beside the loan, which is as it was
    assert figures(page, "Fees") == ["0.00", "25.00 +25.00", "25.00 +25.00"]
    hand.press("Remove act 1 from Scenario 2")
    expect(page.get_by_text("No act yet: the same as it stands.")).to_be_visible()
    assert figures(page, "Fees") == ["0.00", "25.00 +25.00", "0.00"]
    # And it is proposed, which its maker cannot commit
    hand.fill("Why it should be done", "The bank sent it back.")
    hand.press("Propose")
    expect(page.get_by_text("You made it: a second person has to commit it.")).to_be_visible()
    # And a second person reads it under the same address, and commits it
    other = visit()
    sign_in(other, second)
    theirs: Any = kind(other)
    other.goto(page.url)
    expect(other.get_by_text("The bank sent it back.")).to_be_visible()
    with landing(other, f"/loans/{loan}/$"):
        theirs.shortcut("c", re.compile("^Commit 1 act"), "button")
    expect(other.get_by_text("1 act done")).to_be_visible()
    assert owed(other) == before + 25
