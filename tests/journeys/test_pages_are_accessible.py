"""Every main page, as each of the people who may open it: wide and narrow, light and dark."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.journeys.conftest import Running, sign_in

SIZES = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]
STAFF = [
    "/", "/loans/", "/loans/{loan}/", "/books/trial-balance/", "/books/ageing/", "/books/proof/", "/books/night/",
    "/calculator/",
]  # fmt: skip
CALCULATED = "amount=300000&term=30&term_unit=years&rate=6.5&extra=200&explain=7"
PAGES = {
    "": ["/accounts/login/", "/accounts/signup/", f"/portal/calculator/?{CALCULATED}", "/check/", "/api/v1/docs/"],
    "borrower": [
        "/portal/",
        "/portal/documents/",
        "/portal/apply/",
        "/portal/loans/{loan}/pay/",
        "/portal/loans/{loan}/calendar/",
        "/portal/loans/{loan}/payoff-letter/",
    ],
    "underwriter": [*STAFF, "/applications/", f"/calculator/?{CALCULATED}"],
    "operations": [
        *STAFF,
        "/applications/",
        "/books/boarding/",
        "/loans/{loan}/capitalise/",
        "/loans/{loan}/extend-loan/",
        "/loans/{loan}/take-payoff/",
        "/loans/{loan}/payoff-letter/",
        "/loans/{loan}/documents/",
        "/loans/{loan}/what-if/",
        "/loans/{loan}/what-if/{fork}/",
        "/loans/{loan}/what-if/{fork}/scenarios/1/act/?act=reverse_event",
    ],
    "collections": STAFF,
    "portfolio_manager": [
        *STAFF,
        "/applications/",
        "/books/boarding/",
        "/loans/{loan}/restructure-loan/",
        "/loans/{loan}/sell-loan/",
    ],
    "auditor": [*STAFF, "/applications/", "/books/boarding/", "/admin/", "/admin/tenants/user/"],
    "administrator": [*STAFF, "/applications/", "/books/boarding/", "/admin/"],
}

# A colour on its way from light to dark is neither: what still moves is waited for, and what the page still fetches for
# itself, whose place is taken while axe looks at it. The dark differs in colours alone.
LOOK = """async (scheme) => {
  const frame = () => new Promise(requestAnimationFrame);
  do await frame().then(frame);
  while (document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"));
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  const colours = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
  const { violations } = await axe.run({
    resultTypes: ["violations"], preload: false, iframes: false, ...(scheme === "dark" ? colours : {}),
  });
  const root = document.documentElement;
  return [violations, root.scrollWidth - root.clientWidth];
}"""


@pytest.fixture
def loan(running: Running) -> str:
    """The number of a loan of the borrower's, paid out on 15 December 2008."""
    from ledger.boarding import AgreedTerms, board_loan
    from ledger.models import ProductVersion
    from parties.models import Party, PortalAccess
    from tenants.current import tenant_context
    from tenants.models import LegalEntity

    with tenant_context(running.tenant.pk):
        party = Party.objects.create(kind="company", name="Harbour Tools Rental LLC", city="Oakland", state="CA")
        PortalAccess.objects.create(user=running.people.borrower, party=party)
        made = board_loan(
            agreed=AgreedTerms(
                amount=Decimal("12000.00"), rate=Decimal("9.5"), months=12, disbursed_on=date(2008, 12, 15)
            ),
            product_version=ProductVersion.objects.get(),
            borrower=party,
            legal_entity=LegalEntity.objects.get(),
            key="loan",
            by=running.people.operations,
        )
        return str(made.number)


@pytest.fixture
def fork(running: Running, loan: str) -> int:
    """The id of a what-if of the loan, with a scenario that does something and one that does nothing."""
    from ledger.forks.steps import Step
    from ledger.models import Loan
    from ledger.operations.forks import add_act, add_scenario, open_fork
    from tenants.current import tenant_context

    with tenant_context(running.tenant.pk):
        by = running.people.operations
        made = open_fork(loan_id=Loan.objects.get(number=loan).pk, title="What does a fee cost?", by=by)
        fee = Step("charge_fee", "k", {"amount": "25.00", "effective_on": "2008-12-31", "reason": "Returned cheque"})
        add_act(fork_id=made.pk, number=1, step=fee, by=by)
        add_scenario(fork_id=made.pk, by=by)
        return int(made.pk)


def wrong_with(page: Page, scheme: str) -> list[Any]:
    """What axe, already on the page, finds as it looks now, and by how much it is wider than the window."""
    violations, beyond = page.evaluate(LOOK, scheme)
    found: list[Any] = [(violation["id"], node["target"]) for violation in violations for node in violation["nodes"]]
    return [*found, ("wider than the window by", beyond)] if beyond > 0 else found


def test_no_page_has_an_accessibility_fault_or_is_wider_than_the_window(
    visit: Callable[..., Page], loan: str, fork: int
) -> None:
    """`visit` fails the test as well when the security policy of a page is broken."""
    axe, faults = Axe().axe_script, {}
    for role, addresses in PAGES.items():
        page = visit()
        if role:
            sign_in(page, f"{role}@example.com")
        for address in addresses:
            answer = page.goto(address.format(loan=loan, fork=fork))
            assert answer is not None
            assert answer.status == 200, (role, address)
            assert page.url.count("/accounts/login/") == (address == "/accounts/login/"), (role, address)
            page.evaluate(axe)
            for size in SIZES:
                page.set_viewport_size(size)  # type: ignore[arg-type]
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    if wrong := wrong_with(page, scheme):
                        faults[role, address, size["width"], scheme] = wrong
    assert faults == {}
