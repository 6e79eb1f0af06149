"""Changes of terms on their pages: the new schedule beside the old one, done once, in the timeline and over time."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Instalment, LoanBalance, LoanEvent
from ledger.operations import recast_loan, receive_payment, reverse_event
from tests.conftest import make_product_version
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)
HTMX = {"HX-Request": "true"}
COMMON = {"key": "k1", "effective_on": "2008-12-31", "reason": "Agreement of 31 December"}


@pytest.fixture
def current(loan: Any, people: Any) -> Any:
    """Three instalments paid, and $3,000.00 of principal."""
    for due in (date(2008, 10, 30), date(2008, 11, 30), date(2008, 12, 30)):
        receive_payment(
            loan_id=loan.pk, amount=Decimal("1052.21"), effective_on=due, key=f"p{due}", by=people.operations
        )
    receive_payment(
        loan_id=loan.pk,
        amount=Decimal("3000.00"),
        effective_on=TODAY,
        principal_only=True,
        key="x",
        by=people.operations,
    )
    return loan


def test_the_effect_shows_both_schedules_and_posts_nothing(current: Any, people: Any, client_of: Any) -> None:
    url = f"/loans/{current.number}/recast-loan/effect/"
    page = client_of(people.operations).post(url, COMMON, headers=HTMX)
    plan = table(page, "What is still to come, before and after")
    assert plan[1] == ["Payment", "1,052.21", "705.45", "−346.76"]
    assert plan[5:] == [["Instalments to come", "6", "9", ""], ["Last due", "30 Jun 2009", "30 Sep 2009", ""]]
    rows = table(page, "Schedules side by side")
    assert rows[1][:4] == ["30 Jan 2009", "1,052.21", "30 Jan 2009", "705.45"]
    assert len(rows) == 10
    assert "No journal entry: what is owed stays what it is." in words(page)
    assert not LoanEvent.objects.filter(kind="modification").exists()
    assert not Instalment.objects.exclude(version=1).exists()


def test_a_rate_that_changes_shows_what_it_costs(current: Any, people: Any, client_of: Any) -> None:
    url = f"/loans/{current.number}/change-rate/effect/"
    page = client_of(people.operations).post(url, COMMON | {"rate": "7.3"}, headers=HTMX)
    interest = table(page, "What is still to come, before and after")[3]
    assert interest[0] == "Interest to come, in all"
    assert interest[3].startswith("−")
    page = client_of(people.operations).post(
        f"/loans/{current.number}/take-payment/effect/", COMMON | {"amount": "5.00"}, headers=HTMX
    )
    assert "What is still to come" not in page.content.decode()


def test_it_is_done_once_and_stands_in_the_timeline_and_over_time(current: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.operations), f"/loans/{current.number}/recast-loan/"
    for _ in range(2):
        assert client.post(url, COMMON, headers=HTMX).headers["HX-Redirect"] == f"/loans/{current.number}/"
    event = LoanEvent.objects.get(kind="modification")
    page = client.get(f"/loans/{current.number}/")
    said = words(page)
    assert f"Recast loan {current.number}. See what was posted" in said
    assert "Payment from 1,052.21 to 705.45" in said
    assert table(page, "Terms over time")[1:] == [
        ["30 Sep 2008", "As signed", "1,052.21", "12", "30 Sep 2009", "9.500 %", ""],
        ["31 Dec 2008", "Recast", "705.45", "12", "30 Sep 2009", "", "Agreement of 31 December"],
    ]
    assert ["4", "30 Jan 2009", "705.45", "0.00", "To come"] in table(page, "Instalments")
    shown = client.get(f"/loans/{current.number}/events/{event.pk}/")
    assert ["Payment", "1,052.21", "705.45"] in table(shown, "What it changed")
    assert len(table(shown, "The schedule that it made")) == 13
    # The day before, the old schedule is shown; reversed, the page says so.
    before = client.get(f"/loans/{current.number}/?as_of=2008-12-30")
    assert "Terms over time" not in words(before)
    assert ["4", "30 Jan 2009", "1,052.21", "0.00", "To come"] in table(before, "Instalments")
    reverse_event(event_id=event.pk, reason="Wrong loan", key="undo", by=people.operations)
    page = client.get(f"/loans/{current.number}/")
    assert table(page, "Terms over time")[2][1] == "Recast Reversed"
    assert "Recast reversed" in words(page)
    assert ["4", "30 Jan 2009", "1,052.21", "0.00", "To come"] in table(page, "Instalments")


def test_the_loans_page_takes_two_queries_more_however_often_it_was_modified(
    current: Any, people: Any, client_of: Any
) -> None:
    client, url = client_of(people.operations), f"/loans/{current.number}/"
    plain = queries(client, url)
    found = []
    for number in range(3):
        receive_payment(
            loan_id=current.pk,
            amount=Decimal("50.00"),
            effective_on=TODAY,
            principal_only=True,
            key=f"d{number}",
            by=None,
        )
        recast_loan(loan_id=current.pk, effective_on=TODAY, reason="x", key=f"r{number}", by=None)
        found.append(queries(client, url))
    assert found[0] == found[2] <= plain + 2


def test_a_restructure_says_what_becomes_of_each_component(current: Any, people: Any, client_of: Any) -> None:
    given = COMMON | {"interest": "capitalise", "fees": "waive", "rate": "5", "count": "18"}
    client, url = client_of(people.portfolio_manager), f"/loans/{current.number}/restructure-loan/"
    page = client.post(f"{url}effect/", given, headers=HTMX)
    balances = table(page, "Balances before and after, at the end of today")
    assert balances[2] == ["Interest", "2.37", "0.00", "−2.37"]
    assert table(page, "What is posted")[1:] == [
        ["1200 Loans receivable", "2.37", ""],
        ["1210 Interest receivable", "", "2.37"],
    ]
    assert client.post(url, given, headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=current.pk).rate == Decimal("5")


def test_a_loan_moves_to_a_product_of_the_list(current: Any, people: Any, client_of: Any) -> None:
    other = make_product_version(people.administrator, people.auditor, day_count="ACT/360")
    client, url = client_of(people.portfolio_manager), f"/loans/{current.number}/transfer-loan/"
    assert f'<option value="{other.pk}">Term loan v1</option>' in client.get(url).content.decode()
    page = client.post(url, COMMON | {"product_version": "999999"}, headers=HTMX)
    assert page.status_code == 422
    assert "Choose one of the products in the list." in words(page)
    assert client.post(url, COMMON | {"product_version": other.pk}, headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=current.pk).day_count == "ACT/360"


@pytest.mark.parametrize(
    ("act", "given", "sentence"),
    [
        ("extend-loan", {"count": ""}, "Instalments to add: Type a whole number from 1 to 600."),
        ("extend-loan", {"count": "0"}, "Instalments to add: Type a whole number from 1 to 600."),
        ("extend-loan", {"count": "61"}, "the lender allows 60 in the loan's life, 0 were made and 61 are asked for"),
        ("defer-instalments", {"count": "two"}, "Instalments to skip: Type a whole number from 1 to 600."),
        ("defer-instalments", {"count": "4"}, "the lender allows 3 in 12 months"),
        ("change-due-day", {"day": "32"}, "New due day: Type a whole number from 1 to 31."),
        ("re-age-loan", {"extra": "1"}, "the loan was opened on 2008-09-30, less than 9 months ago"),
        ("re-amortise-loan", {"count": "1.5"}, "Instalments: Type a whole number from 1 to 600."),
        ("change-rate-and-payment", {"rate": "101"}, "New rate: Type a rate from 0 to 100 percent a year."),
        ("restructure-loan", {"interest": "forget", "fees": "carry"}, "Interest owed: Select a valid choice."),
        ("transfer-loan", {}, "New product: Choose a product."),
        ("recast-loan", {"reason": ""}, "Why they change: Say why."),
        ("recast-loan", {"effective_on": "2009-01-01"}, "2009-01-01 is after the business date 2008-12-31"),
        ("recast-loan", {"effective_on": "2008-10-31"}, "$1,052.21 has been past due"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_form(
    current: Any, people: Any, client_of: Any, act: str, given: dict[str, str], sentence: str
) -> None:
    if "$1,052.21" in sentence:
        paid = LoanEvent.objects.filter(kind="payment").order_by("id").first()
        reverse_event(event_id=paid.pk, reason="R01", key="r", by=people.operations)  # type: ignore[union-attr]
    page = client_of(people.portfolio_manager).post(f"/loans/{current.number}/{act}/", COMMON | given, headers=HTMX)
    assert page.status_code == 422
    assert sentence in words(page)
    assert not LoanEvent.objects.filter(kind="modification").exists()


BOTH, MANAGER = {"operations", "portfolio_manager"}, {"portfolio_manager"}
ACTS = {
    "recast-loan": BOTH,
    "change-rate-and-payment": BOTH,
    "extend-loan": BOTH,
    "defer-instalments": BOTH,
    "change-due-day": BOTH,
    "re-amortise-loan": BOTH,
    "re-age-loan": MANAGER,
    "restructure-loan": MANAGER,
    "transfer-loan": MANAGER,
}


@pytest.mark.parametrize("act", ACTS)
def test_a_change_of_terms_is_for_the_roles_that_may_do_it(loan: Any, people: Any, client_of: Any, act: str) -> None:
    for role, user in vars(people).items():
        client = client_of(user)
        answers = (
            client.get(f"/loans/{loan.number}/{act}/").status_code,
            client.post(f"/loans/{loan.number}/{act}/", {}).status_code,
            client.post(f"/loans/{loan.number}/{act}/effect/", {}).status_code,
        )
        assert answers == ((200, 422, 200) if role in ACTS[act] else (403, 403, 403)), role


def test_the_menu_offers_what_somebody_may_and_says_why_not(loan: Any, people: Any, client_of: Any) -> None:
    def menu(user: Any) -> str:
        return words(client_of(user).get(f"/loans/{loan.number}/"))

    assert "Change terms Recast Change rate and payment Extend the term Defer instalments" in menu(people.operations)
    assert "Restructure Portfolio manager can." in menu(people.operations)
    assert "Restructure Move to another product" in menu(people.portfolio_manager)
    assert "Change terms Operations and portfolio manager can." in menu(people.auditor)
