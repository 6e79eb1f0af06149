"""A connection that is lost and a sign-in that ended while a form was open: nothing is lost."""

# ruff: noqa: F811 (fixtures)

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in
from tests.journeys.staff_forms import (  # noqa: F401 (fixtures)
    GOOD,
    counts,
    moving,
    names,
    opened,
    said,
    send,
    staff,
    typed_in,
)


def test_what_is_typed_outlives_the_connection_and_the_sign_in(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    for good in GOOD:
        page = staff(good.role)
        form, before = opened(page, good, names), counts()
        page.context.set_offline(True)
        send(form, good.button)
        said(page, "The server cannot be reached. Nothing was lost")
        page.context.set_offline(False)
        page.context.clear_cookies(name="sessionid")
        send(form, good.button)
        said(page, "You have been signed out. What you typed is still here")
        assert typed_in(form, good.typed) == good.typed, good.address
        assert counts() == before, good.address
        # Signed in again in another tab, which gives the browser another CSRF token as well
        other = page.context.new_page()
        sign_in(other, f"{good.role}@example.com")
        other.close()
        with moving(counts, good.once), page.expect_event("load"):
            send(form, good.button)
        assert page.get_by_role("alert").count() == 0 or not page.locator("#lw-alerts").is_visible(), good.address


def test_an_answer_that_was_lost_and_somebody_else_at_the_desk(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    page, good = staff("operations"), GOOD[0]
    form = opened(page, good, names)
    # The server took it, and its answer was lost on the way
    page.route("**/charge-fee/", lambda route: (route.fetch(), route.abort()), times=1)
    with moving(counts, "events"):
        send(form, good.button)
        said(page, "The server cannot be reached. Nothing was lost")
        with page.expect_event("load"):
            send(form, good.button)
        expect(page.get_by_text("That was sent already. Nothing was done a second time")).to_be_visible()
    # Somebody else has signed in
    form, before = opened(page, good, names), counts()
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    sign_in(other, "collections@example.com")
    send(form, good.button)
    said(page, "Somebody else has signed in since this page was opened.")
    assert typed_in(form, good.typed) == good.typed
    assert counts() == before
