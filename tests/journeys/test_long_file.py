"""The file of a long list is ordered, its page left, and the file fetched from where long work stands."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running, sign_in

A_WHILE = 30_000  # milliseconds that a worker may take on a busy machine


@pytest.fixture(autouse=True)
def two_rows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting under which the server and the worker of this journey run."""
    monkeypatch.setenv("LOANWRIGHT_ROWS_AT_ONCE", "2")


@pytest.fixture
def three_loans(two_rows_at_once: None, running: Running) -> None:
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import ProductVersion
    from parties.models import Party
    from tenants.current import tenant_context
    from tenants.models import LegalEntity

    with tenant_context(running.tenant.pk):
        for number, name in enumerate(["Alder Rentals", "Birch Storage", "Cedar Storage"], start=1):
            board_loan(
                agreed=AgreedTerms(
                    amount=Decimal(number * 1000), rate=Decimal("9.5"), months=12, disbursed_on=date(2008, 12, 15)
                ),
                product_version=ProductVersion.objects.get(),
                borrower=Party.objects.create(kind="company", name=name),
                legal_entity=LegalEntity.objects.get(),
                key=str(number),
                by=running.people.operations,
            )


def cells(page: Page) -> list[list[str]]:
    rows = page.get_by_role("table", name="Loans").locator("tbody").get_by_role("row").all()
    return [[cell.inner_text().strip() for cell in row.locator("td, th").all()] for row in rows]


def test_a_long_file_is_ordered_left_and_fetched(three_loans: None, visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit(accept_downloads=True)
    sign_in(page, "operations@example.com")
    page.goto("/loans/?columns=borrower,amount,state&sort=-number")
    shown = cells(page)
    assert len(shown) == 3
    page.keyboard.press("e")
    page.get_by_role("button", name="Order all as CSV").click()
    # Back on the same list, where a toast leads to it.
    expect(page.locator("[data-toast]", has_text="Loans as CSV is written by a worker.")).to_be_visible()
    assert page.url.endswith("/loans/?columns=borrower%2Camount%2Cstate&sort=-number")
    assert cells(page) == shown
    # Left: wherever one is, the mark says when it has ended.
    page.get_by_role("link", name="Journal", exact=True).click()
    mark = page.locator("#work-mark")
    expect(mark.get_by_role("link", name="1 of your long work ended")).to_be_visible(timeout=A_WHILE)
    mark.get_by_role("link").click()
    row = page.get_by_role("region", name="Long work that ended").get_by_role("row", name="Loans as CSV")
    expect(row).to_contain_text("Done 3 loans, 0.1 MB. Kept until")
    with page.expect_download() as fetched:
        row.get_by_role("link", name="Loans as CSV").click()
    assert fetched.value.suggested_filename == "loans.csv"
    fetched.value.save_as(tmp_path / "loans.csv")
    header, *lines = csv.reader((tmp_path / "loans.csv").read_text(encoding="utf-8-sig").splitlines())
    assert header == ["Loan", "Borrower", "Amount agreed", "State"]
    words = {"active": "Active"}
    assert [
        [number, borrower, f"{amount[:-6]},{amount[-6:]}", words[state]] for number, borrower, amount, state in lines
    ] == [row[:4] for row in shown]
