"""Each page has its help, and the first start its tour."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from lending.help import FOLDER, PORTAL, SHARED, text_for, texts, written
from lending.tour import STEPS
from tests.pages import words

# Addresses that are no page: parts of one, what a button sends, and files.
NO_PAGE = {
    "api_calculator", "api_explain_loan", "api_loan", "api_schema", "payment_calendar_file", "statements_touched",
    "application_price", "application_review", "advance_clock", "export_file", "list_file", "order_file",
    "night_progress", "page_help", "pause_night", "pay_effect", "portal_withdraw", "prove_now", "resume_night",
    "save_view", "signed_in", "tour", "try_loan_again", "verifier", "what_if_add_scenario", "what_if_commit",
    "what_if_drop_scenario", "what_if_effect", "what_if_look_again", "what_if_propose", "what_if_remove_act",
    "what_if_withdraw", "work_mark", "work_progress",
}  # fmt: skip
HEADINGS = ["What it is for", "What you can do", "Words", "Where the numbers come from"]


def names(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for one in patterns:
        if isinstance(one, URLPattern):
            found.add(str(one.name))
        elif isinstance(one, URLResolver) and not str(one.pattern).startswith(("admin", "accounts")):
            found |= names(one.url_patterns)
    return found


PAGES = sorted(
    name
    for name in names(get_resolver().url_patterns)
    if name not in NO_PAGE and not name.endswith(("_effect", "_pdf"))
)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_has_its_help(page: str) -> None:
    assert text_for(page) in texts()


@pytest.mark.parametrize("name", sorted(texts()))
def test_each_text_says_the_same_four_things_and_belongs_to_a_page(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert name in PAGES or name in SHARED.values()
    assert len(text.split()) < 200


def test_the_page_leads_to_its_text(loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    assert 'href="/help/act/"' in client.get(f"/loans/{loan.number}/take-payment/").content.decode()
    part = client.get("/help/act/", headers={"HX-Request": "true"})
    assert "What you can do" in words(part)
    assert "<html" not in part.content.decode()
    assert "<html" in client.get("/help/act/").content.decode()
    assert client.get("/help/nonsense/").status_code == 404


def test_a_borrower_reads_the_portals_texts_alone(tenant: Any, people: Any, client_of: Any, client: Any) -> None:
    borrower = client_of(people.borrower)
    for name in texts():
        assert (borrower.get(f"/help/{name}/").status_code == 200) == (name in PORTAL), name
    assert client.get("/help/loans/").status_code == 302


def test_markup_in_a_text_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.md").write_text("<script>1</script> [x](javascript:alert(1)) **bold**")
    monkeypatch.setattr("lending.help.FOLDER", tmp_path)
    monkeypatch.setattr("lending.help.texts", lambda: frozenset(["odd"]))
    html = written.__wrapped__("odd")
    assert "<script>" not in html
    assert "href" not in html
    assert "<strong>bold</strong>" in html


# --- the tour -------------------------------------------------------------------------------------------------------
def test_the_tour_has_five_steps_on_the_real_book_and_ends_for_good(loan: Any, people: Any, client_of: Any) -> None:
    people.auditor.toured = False
    people.auditor.save()
    client = client_of(people.auditor)
    assert "Tour, 1 of 5" in words(client.get("/"))
    went = [client.post("/tour/", {"act": "next"}).url for _ in range(4)]
    assert went == ["/", "/loans/", f"/loans/{loan.number}/", "/books/proof/"]
    assert "Tour, 5 of 5" in words(client.get("/books/proof/"))
    away = client.get("/books/ageing/").content.decode()
    assert "Go on" in away
    assert "data-tour-at" not in away
    assert client.post("/tour/", {"act": "show"}).url == "/books/proof/"
    assert client.post("/tour/", {"act": "back"}).url == f"/loans/{loan.number}/"
    assert client.post("/tour/", {"act": "stop", "back": "/loans/?q=a"}).url == "/loans/?q=a"
    people.auditor.refresh_from_db()
    assert people.auditor.toured
    assert "Tour, " not in words(client.get("/loans/"))


def test_going_on_from_the_last_step_ends_it(tenant: Any, people: Any, client_of: Any) -> None:
    people.auditor.toured = False
    people.auditor.save()
    client = client_of(people.auditor)
    for _ in STEPS:
        client.post("/tour/", {"act": "next"})
    people.auditor.refresh_from_db()
    assert people.auditor.toured


def test_it_begins_again_from_the_menu(company: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    assert "Tour, " not in words(client.get("/"))
    assert client.post("/tour/", {"act": "start"}).url == "/"
    assert "Tour, 1 of 5" in words(client.get("/"))


def test_the_tour_is_for_staff_and_leads_nowhere_else(company: Any, people: Any, client_of: Any) -> None:
    assert client_of(people.borrower).post("/tour/", {"act": "start"}).status_code == 403
    assert client_of(people.operations).post("/tour/", {"act": "stop", "back": "//evil.example/"}).url == "/"
    assert client_of(people.operations).get("/tour/").status_code == 405
