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
            if page.url == address:  # it came back to its own page, which shows what was done
                continue
            page.go_back()
            page.wait_for_load_state()
            if good.once == "approvals":  # the page itself is no more: what was decided is decided
                expect(page.get_by_role("heading", name="This cannot be done")).to_be_visible()
                continue
            form = fill(page, good.typed)
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
