"""Pictures of every page in every state, for looking through: `python3 run.py screenshots [FOLDER]`.

A running demo is visited as each of its people: with much data, with none, with a wrong input, as another day; at two
widths, light and dark, and printed. Nothing is changed in it. The pictures go into a folder that is not committed.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "loanwright-demo"  # noqa: S105 - shown on the demo's sign-in page
# name of the look: width, height, colours, medium
LOOKS = {
    "wide-light": (1440, 900, "light", "screen"),
    "wide-dark": (1440, 900, "dark", "screen"),
    "phone-light": (390, 844, "light", "screen"),
    "phone-dark": (390, 844, "dark", "screen"),
    "print": (1024, 1400, "light", "print"),
}


class Shot(NamedTuple):
    """name: of the files.  address: with {loan}, {late}, {application} and the like filled in.

    wrong: a field and what is typed into it, so that what is sent then is refused.
    do: what is pressed before the picture, selectors one after the other.
    """

    name: str
    address: str
    do: tuple[str, ...] = ()
    wrong: tuple[str, str] | None = None


SEND = ("main form:has(input[name=csrfmiddlewaretoken]) button.btn-primary",)
AMOUNT = ("main input[name=amount]", "none")
NOBODY = "zzzzzz"
LISTS = [
    Shot("loans", "/loans/"),
    Shot("loans-none", f"/loans/?q={NOBODY}"),
    Shot("loans-late", "/loans/?bucket=120%2B&sort=-past_due"),
    Shot("loans-columns", "/loans/?columns=borrower,rate,matures,product"),
]
LOAN = [
    Shot("loan", "/loans/{loan}/"),
    Shot("loan-late", "/loans/{late}/"),
    Shot("loan-explained", "/loans/{late}/", (".lw-object-amount a",)),
    Shot("loan-event", "/loans/{loan}/", (".lw-event-title a",)),
    Shot("loan-another-day", "/loans/{late}/?as_of=2007-06-30"),
    Shot("loan-as-known-before", "/loans/{late}/?known_on=2007-06-30"),
    Shot("loan-wrong-date", "/loans/{late}/?as_of=2999-01-01"),
    Shot("loan-recalculation", "/loans/{late}/recalculation/"),
    Shot("loan-balance", "/loans/{late}/balance-over-time/"),
    Shot("loan-documents", "/loans/{loan}/documents/"),
    Shot("party", "{party}"),
    Shot("loan-explain-page", "/loans/{late}/explain/interest/"),
]
BOOKS = [
    Shot("trial-balance", "/books/trial-balance/"),
    Shot("trial-balance-then", "/books/trial-balance/?as_of=2006-12-31"),
    Shot("account", "/books/accounts/1200/"),
    Shot("account-explained", "/books/accounts/1200/explain/"),
    Shot("journal", "/books/journal/"),
    Shot("journal-none", f"/books/journal/?q={NOBODY}"),
    Shot("entry", "{entry}"),
    Shot("periods", "/books/periods/"),
    Shot("ageing", "/books/ageing/"),
    Shot("chart", "/books/chart/"),
    Shot("mapping", "/books/mapping/"),
    Shot("companies", "/books/companies/"),
    Shot("consolidated", "/books/consolidated/"),
    Shot("exports", "/books/exports/"),
    Shot("proof", "/books/proof/"),
    Shot("night", "/books/night/"),
    Shot("boarding", "/books/boarding/"),
]
PORTFOLIO = [Shot("portfolio", "/portfolio/"), Shot("portfolio-then", "/portfolio/?as_of=2006-12-31")]
PEOPLE: dict[str, list[Shot]] = {
    "": [
        Shot("sign-in", "/accounts/login/"),
        Shot("sign-in-wrong", "/accounts/login/", SEND),
        Shot("calculator-public", "/portal/calculator/"),
        Shot("check-letter", "/check/"),
        Shot("check-letter-wrong", "/check/AAAA-AAAA-AAAA-AAAA-AAAA/"),
        Shot("nowhere", "/nowhere/"),
        Shot("api", "/api/v1/docs/"),
    ],
    "operations": [
        Shot("home", "/"),
        *LISTS,
        *LOAN,
        Shot("payment", "/loans/{loan}/take-payment/"),
        Shot("payment-wrong", "/loans/{loan}/take-payment/", SEND, AMOUNT),
        Shot("reverse", "{event}reverse/"),
        Shot("change-terms", "/loans/{loan}/extend-loan/"),
        Shot("payoff-letter", "/loans/{loan}/payoff-letter/"),
        Shot("allocation", "/loans/{loan}/allocation/?amount=500.00"),
        Shot("what-if", "/loans/{loan}/what-if/"),
        Shot("palette", "/", ("[data-find-open]",)),
        Shot("help", "/loans/{loan}/", ("[data-page-help]",)),
        *BOOKS,
    ],
    "underwriter": [
        Shot("home", "/"),
        Shot("applications", "/applications/"),
        Shot("applications-none", f"/applications/?q={NOBODY}"),
        Shot("application", "{application}"),
        Shot("calculator", "/calculator/?amount=300000&term=30&term_unit=years&rate=6.5&extra=200"),
        Shot("calculator-wrong", "/calculator/?amount=none&term=900"),
    ],
    "collections": [Shot("home", "/")],
    "portfolio": [
        Shot("home", "/"),
        *PORTFOLIO,
        Shot("restructure", "/loans/{late}/restructure-loan/"),
    ],
    "auditor": [Shot("home", "/"), Shot("reconciliation", "/books/exports/reconciliation/")],
    "administrator": [
        Shot("home", "/"),
        Shot("control-room", "/admin/"),
        Shot("control-room-loans", "/admin/ledger/loan/"),
        Shot("components", "/staff/components/"),
    ],
    "borrower": [
        Shot("portal", "/portal/"),
        Shot("portal-pay", "{portal_loan}pay/"),
        Shot("portal-pay-wrong", "{portal_loan}pay/", ("main input[value=other]", *SEND)),
        Shot("portal-calendar", "{portal_loan}calendar/"),
        Shot("portal-payments", "{portal_loan}payments/"),
        Shot("portal-payoff-letter", "{portal_loan}payoff-letter/"),
        Shot("portal-documents", "/portal/documents/"),
        Shot("portal-apply", "/portal/apply/"),
    ],
    "late.borrower": [Shot("portal-late", "/portal/"), Shot("portal-late-pay", "{portal_loan}pay/")],
}  # fmt: skip
# What an address needs: the page on which it is looked for, and what its links look like there.
FOUND_AT = {
    "loan": ("/loans/?bucket=current", r"^/loans/([^/?]+)/$"),
    "late": ("/loans/?bucket=120%2B&sort=-past_due", r"^/loans/([^/?]+)/$"),
    "application": ("/applications/", r"^(/applications/[^/?]+/)$"),
    "party": ("/loans/{loan}/", r"^(/parties/\d+/)$"),
    "entry": ("/books/journal/", r"^(/books/entries/\d+/)$"),
    "event": ("/loans/{loan}/", r"^(/loans/[^/]+/events/\d+/)$"),
    "portal_loan": ("/portal/", r"^(/portal/loans/[^/]+/)pay/$"),
}


def main() -> None:
    base, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        taken = sum(visit(browser, base, person, shots, folder) for person, shots in PEOPLE.items())
        browser.close()
    write_index(folder)
    print(f"{taken} pictures: {folder / 'index.html'}")


def visit(browser: Browser, base: str, person: str, shots: list[Shot], folder: Path) -> int:
    """The pages of one person, in every look. Returns how many pictures."""
    page = browser.new_page()
    if person:
        sign_in(page, base, person)
    taken = 0
    for shot, address in addresses(page, base, shots):
        page.goto(base + address)
        if (tour := page.get_by_role("button", name="Not now", exact=True)).is_visible():
            tour.click()
        if shot.wrong:
            page.fill(*shot.wrong)
        for selector in shot.do:
            page.locator(selector).first.click()
        page.wait_for_load_state("networkidle")
        for look, (width, height, colours, medium) in LOOKS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=colours, media=medium)  # type: ignore[arg-type]
            page.wait_for_timeout(150)
            name = "-".join(filter(None, (person, shot.name, look)))
            page.screenshot(path=folder / f"{name}.png", full_page=not shot.do)
            taken += 1
        page.emulate_media(color_scheme="light", media="screen")
        print(f"{person or 'anybody'}: {shot.name}", file=sys.stderr)
    page.close()
    return taken


def sign_in(page: Page, base: str, person: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", f"{person}@demo.loanwright.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def addresses(page: Page, base: str, shots: list[Shot]) -> Iterator[tuple[Shot, str]]:
    """Each shot with what its address needs; one for which the demo has nothing is left out, and named."""
    known: dict[str, str] = {}
    for shot in shots:
        for name in re.findall(r"{(\w+)}", shot.address):
            if name not in known and (found := look_for(page, base, *FOUND_AT[name], known)):
                known[name] = found
        try:
            yield shot, shot.address.format(**known)
        except KeyError as missing:
            print(f"{shot.name}: the demo has no {missing}", file=sys.stderr)


def look_for(page: Page, base: str, where: str, pattern: str, known: dict[str, str]) -> str | None:
    page.goto(base + where.format(**known))
    for link in page.locator("main a[href]").all():
        if found := re.match(pattern, link.get_attribute("href") or ""):
            return found[1]
    return None


def write_index(folder: Path) -> None:
    """One page with all of them, a row a page."""
    rows: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.png")):
        look = next(look for look in LOOKS if file.stem.endswith(look))
        rows.setdefault(file.stem.removesuffix(f"-{look}"), []).append(file.name)
    body = "".join(
        f"<h2>{name}</h2>"
        + "".join(f'<a href="{file}"><img src="{file}" alt="{file}" width="280"></a> ' for file in files)
        for name, files in rows.items()
    )
    text = f"<!doctype html><html lang=en><meta charset=utf-8><title>Loanwright, every page</title>{body}</html>"
    (folder / "index.html").write_text(text)


if __name__ == "__main__":
    main()
