"""The portfolio manager's morning: what changed, a tile to its rows, a past date; each within its budget of clicks."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running, sign_in
from tests.journeys.looks import NARROW, WIDE, wrong_with
from tests.journeys.test_one_loans_life import Keyboard, Mouse, landing


@pytest.fixture
def book(running: Running) -> str:
    """Two loans from 1 December, one of which pays, and 31 December and the next two days closed. The late one."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.close.night import start_night, work_night
    from ledger.models import ProductVersion
    from ledger.operations import receive_payment
    from parties.models import Party
    from tenants.current import tenant_context
    from tenants.models import LegalEntity

    by = running.people.operations
    with tenant_context(running.tenant.pk):
        loans = [
            board_loan(
                agreed=AgreedTerms(
                    amount=Decimal("12000.00"), rate=Decimal("9.5"), months=12, disbursed_on=date(2008, 12, 1)
                ),
                product_version=ProductVersion.objects.get(),
                borrower=Party.objects.create(
                    kind="company", name=f"Borrower {k}", city="OAKLAND", industry_code="531210"
                ),
                legal_entity=LegalEntity.objects.get(),
                key=f"loan-{k}",
                by=by,
            )
            for k in range(2)
        ]
    for day in (date(2008, 12, 31), date(2009, 1, 1), date(2009, 1, 2)):
        with tenant_context(running.tenant.pk):
            if day == date(2009, 1, 1):
                receive_payment(loan_id=loans[0].pk, amount=Decimal("1052.21"), effective_on=day, key="paid", by=by)
            night = start_night()
        assert work_night(running.tenant.pk, night.pk)
    return str(loans[1].number)


def counted(hand: Any) -> list[str]:
    """Each press of `hand` from here on: a click, or an Enter or a key that acts."""
    presses: list[str] = []
    names = ("press", "shortcut") if isinstance(hand, Keyboard) else ("press",)
    for name in names:
        original = getattr(hand, name)

        def act(*given: Any, original: Any = original) -> None:
            presses.append(str(given[0]))
            original(*given)

        setattr(hand, name, act)
    return presses


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_the_morning_of_the_portfolio_manager(
    visit: Callable[..., Page], book: str, kind: Callable[[Page], Mouse]
) -> None:
    page = visit()
    sign_in(page, "portfolio_manager@example.com")
    hand: Any = kind(page)
    presses = counted(hand)
    # What changed since yesterday: no click
    changed = page.get_by_role("table", name="What changed")
    expect(changed.get_by_role("row").nth(1)).to_contain_text("1 loan became late")
    expect(changed.get_by_role("row").nth(1)).to_contain_text("1,052.21")
    assert presses == []
    # The line to its rows: one
    with landing(page, r"/portfolio/changes/\?day=2009-01-02&what=newly_late$"):
        hand.press(re.compile("^1 loan became late"), "link")
    expect(page.get_by_role("link", name=book)).to_be_visible()
    assert len(presses) == 1
    # The portfolio at a past date: two, from anywhere
    presses.clear()
    with landing(page, "/portfolio/$"):
        hand.press("Portfolio", "link")
    page.get_by_label("Effective on").fill("2008-12-31")
    with landing(page, r"/portfolio/\?.*as_of=2008-12-31.*"):
        hand.press("Show that day")
    assert len(presses) == 2
    expect(page.get_by_text("2 open loans, 24,000.00 USD of principal")).to_be_visible()
    # The figures of the charts on one key, and from a figure to its rows on one more
    presses.clear()
    if isinstance(hand, Keyboard):
        hand.shortcut("t", "Portfolio")
    else:
        hand.page.get_by_text("The same as a table").first.click()
        presses.append("t")
    figure = page.get_by_role("region", name=re.compile("of principal is 30 or more days late")).get_by_role("link")
    expect(figure.first).to_be_visible()
    with landing(page, r"/portfolio/rows/\?what=bucket.*"):
        if isinstance(hand, Keyboard):
            hand.reach(figure.first)
            page.keyboard.press("Enter")
        else:
            figure.first.click()
    expect(page.get_by_role("row", name=re.compile("^All 2"))).to_contain_text("24,000.00")


def test_the_pages_of_the_portfolio_have_no_accessibility_fault(visit: Callable[..., Page], book: str) -> None:
    axe, faults, page = Axe().axe_script, {}, visit()
    sign_in(page, "portfolio_manager@example.com")
    for address in (
        "/",
        "/portfolio/",
        "/portfolio/?as_of=2008-12-31&by=loans&compare=1",
        "/portfolio/?known_on=2008-12-30",
        "/portfolio/rows/?what=bucket&month=2008-12-31&key=current",
        "/portfolio/changes/?day=2009-01-02&what=newly_late",
    ):
        page.goto(address)
        page.evaluate(axe)
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                if wrong := wrong_with(page, scheme):
                    faults[address, size["width"], scheme] = wrong
    assert faults == {}
