"""A double click, the back button, two tabs: done once, and a sentence."""

# ruff: noqa: F811 (fixtures)

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.staff_forms import (  # noqa: F401 (fixtures)
    GOOD,
    IDLE,
    counts,
    fill,
    form_of,
    moving,
    names,
    opened,
    said,
    send,
    staff,
    typed_in,
)

# button: what the page says where the form is no more, because what was decided is decided
OVER = {
    "^Approve": "This cannot be done",
    "^Release": "This cannot be done",
    "^Resolve": "Resolved by",
    "^Void batch 1": "Voided by",
}


def test_a_double_click_and_the_back_button_do_it_once(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    for number, good in enumerate(GOOD):
        page = staff(good.role)
        form = opened(page, good, names)
        button = form.get_by_role("button", name=re.compile(good.button)).first
        address = page.url
        with moving(counts, good.once):
            with page.expect_event("load"):
                if number % 2:  # Enter, and a click on top of it
                    button.evaluate("button => { button.form.requestSubmit(button); button.click(); }")
                else:
                    button.dblclick(no_wait_after=True)
            if page.url.partition("#")[0] == address:  # it came back to its own page, which shows what was done
                continue
            page.go_back()
            page.wait_for_load_state()
            if good.button in OVER:
                expect(page.get_by_text(OVER[good.button], exact=True).first).to_be_visible()
                continue
            form = fill(page, good.typed, good.button)
            with page.expect_event("load"):
                send(form, good.button)
            expect(page.get_by_text("That was sent already."), good.address).to_be_visible()


def test_the_second_of_two_tabs_is_told_what_happened(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    first, fee, payment, _, reversal, *_ = staff("operations"), *GOOD
    second = first.context.new_page()
    for there in (payment, reversal):
        one, two = opened(first, fee, names), opened(second, there, names)
        with moving(counts, "events"), first.expect_event("load"):
            send(one, fee.button)
        before = counts()
        send(two, there.button)
        told = second.get_by_role("alert").filter(
            has_text="Something else was entered on this loan since this page was"
        )
        expect(told).to_contain_text("fee charged of $25.00 by Operations")
        assert counts() == before
        two = form_of(second, next(iter(there.typed)))
        assert typed_in(two, there.typed) == there.typed
        second.wait_for_function(IDLE)
        with moving(counts, "events"), second.expect_event("load"):
            send(two, there.button)
    # Back, and something else typed into what was sent: it is not another fee
    first.go_back()
    said(first, "You sent this form already.")
    form = fill(first, {"amount": "30.00", "reason": "Cheque"})
    before = counts()
    send(form, fee.button)
    expect(first.get_by_role("alert").filter(has_text="This form was sent already")).to_contain_text(
        "fee charged of $25.00"
    )
    assert counts() == before


# What the first of two sends -> what the other then presses, and is told.
TOO_LATE = {
    "^Ask to open": ("^Ask to open", "Opening October 2008 again was already asked for"),
    "^Open October 2008 again": ("^Decline", "This request was already approved by Portfolio Manager"),
    "^Void batch 1": ("^Void batch 1", "Batch 1 was already voided"),
    "^Take back": ("^Take back", "This posting was already taken back"),
    "^Resolve": ("^Resolve", "This difference was resolved by Operations"),
    "^Approve version": ("^Approve version", "was already approved"),
    "^Release": ("^Release", "can be paid out"),
}


def test_of_two_people_who_decide_the_second_is_told(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    """Both have the page open. Nothing that the second sends is done, and a sentence says what the first did."""
    told = {}
    for good in GOOD:
        if good.button not in TOO_LATE:
            continue
        first = staff(good.role)
        second = first.context.new_page()
        button, sentence = TOO_LATE[good.button]
        one, two = opened(first, good, names), opened(second, good, names)
        with moving(counts, good.once), first.expect_event("load"):
            send(one, good.button)
        before = counts()
        with second.expect_event("load"):
            send(two, button)
        alerts = " ".join(second.get_by_role("alert").all_inner_texts())
        told[good.button] = sentence in alerts or alerts
        assert counts() == before, good.button
        second.close()
    assert told == dict.fromkeys(TOO_LATE, True)


def test_of_two_tabs_that_decide_one_does(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    first = staff("underwriter")
    second = first.context.new_page()
    approve = next(good for good in GOOD if good.role == "underwriter")
    one = opened(first, approve, names)
    second.goto(f"/applications/{names['application']}/decline/")
    second.get_by_role("radio").first.check()
    with moving(counts, "approvals"), first.expect_event("load"):
        send(one, approve.button)
    before = counts()
    send(form_of(second, "reason"))
    expect(second.get_by_role("alert")).to_contain_text("approved")
    assert counts() == before
