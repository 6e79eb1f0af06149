"""The borrower pays: what is shown before, what is posted, the receipt, and nobody else's loan."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import LoanBalance, LoanEvent
from ledger.operations import charge_fee, charge_off_loan, receive_payment, reverse_event
from parties.models import Party, PortalAccess
from tenants.models import Role, User
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)
HTMX = {"HX-Request": "true"}


def choice(choice: str = "due", shown: str = "3156.63", other: str = "", key: str = "k1") -> dict[str, str]:
    return {"key": key, "choice": choice, "other": other, "shown": shown}


def test_it_shows_where_each_cent_goes_before_anything_is_paid(mine: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.borrower).get(f"/portal/loans/{mine.number}/pay/")
    assert "What is due: $3,156.63" in words(page)
    assert "All that you owe: $12,287.34" in words(page)
    assert table(page, "What it pays")[1:] == [
        ["Fees", "0.00"],
        ["Interest up to that day", "287.34"],
        ["The money you borrowed", "2,869.29"],
        ["You pay", "3,156.63"],
    ]
    assert "After this you owe $9,130.71 in all. Your next payment is due on Fri 30 Jan 2009." in words(page)
    assert not LoanEvent.objects.filter(kind="payment").exists()


@pytest.mark.parametrize(
    ("given", "pays", "afterwards"),
    [
        (choice("due"), "3,156.63", "Your next payment is due on Fri 30 Jan 2009."),
        (choice("all"), "12,287.34", "After this you owe nothing, and your loan is finished."),
        (
            choice("other", other="1,052.21"),
            "1,052.21",
            "After this you owe $11,235.13 in all, and $2,104.42 of it is still late.",
        ),
    ],
)
def test_the_effect_follows_the_choice(
    mine: Any, people: Any, client_of: Any, given: dict[str, str], pays: str, afterwards: str
) -> None:
    page = client_of(people.borrower).post(f"/portal/loans/{mine.number}/pay/effect/", given, headers=HTMX)
    assert table(page, "What it pays")[-1] == ["You pay", pays]
    assert afterwards in words(page)
    assert f"Pay ${pays}" in words(page)


def test_no_amount_yet_shows_no_effect(mine: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.borrower).post(f"/portal/loans/{mine.number}/pay/effect/", choice("other"), headers=HTMX)
    assert words(page) == "Choose how much, and you see here where it goes before you pay."


def test_paying_posts_once_and_leads_to_a_receipt(mine: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/pay/"
    first = client.post(url, choice(), headers=HTMX)
    event = LoanEvent.objects.get(kind="payment")
    assert first.headers["HX-Redirect"] == f"/portal/loans/{mine.number}/payments/{event.pk}/"
    assert (event.amount, event.effective_on, event.source, event.by) == (
        Decimal("3156.63"),
        TODAY,
        "portal",
        people.borrower,
    )
    receipt = client.get(first.headers["HX-Redirect"])
    assert "You paid $3,156.63 on Wed 31 Dec 2008." in words(receipt)
    assert table(receipt, "What it paid")[1:] == [
        ["Fees", "0.00"],
        ["Interest up to that day", "287.34"],
        ["The money you borrowed", "2,869.29"],
        ["You paid", "3,156.63"],
    ]
    assert "A payment first pays fees, then interest up to that day, then the money you borrowed." in words(receipt)
    assert "You owe $9,130.71 in all. Your next payment is due on Fri 30 Jan 2009." in words(receipt)


def test_sent_again_the_same_payment_is_not_taken_twice(mine: Any, people: Any, client_of: Any) -> None:
    """As after a lost connection: what was due is so no longer, and the key is the same."""
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/pay/"
    given = choice("due")
    first, again = client.post(url, given, headers=HTMX), client.post(url, given, headers=HTMX)
    assert first.headers["HX-Redirect"] == again.headers["HX-Redirect"]
    assert LoanEvent.objects.filter(kind="payment").count() == 1


def test_what_was_not_shown_is_not_paid(mine: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/pay/"
    page = client.post(url, choice("all", shown="3156.63"), headers=HTMX)
    assert page.status_code == 422
    assert "The amount has changed since you last looked. Check where it goes, then pay." in words(page)
    assert "Pay $12,287.34" in words(page)
    assert not LoanEvent.objects.filter(kind="payment").exists()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("", "Type how much you want to pay."),
        ("20000", "You owe $12,287.34 in all. Choose that or less."),
        ("0", "Type more than zero."),
        ("lots", "Type dollars and cents, such as 312.40."),
    ],
)
def test_another_amount_has_to_be_one(mine: Any, people: Any, client_of: Any, other: str, sentence: str) -> None:
    page = client_of(people.borrower).post(
        f"/portal/loans/{mine.number}/pay/", choice("other", shown="", other=other), headers=HTMX
    )
    assert page.status_code == 422
    assert f"Another amount: {sentence}" in words(page)
    assert not LoanEvent.objects.filter(kind="payment").exists()


def test_everything_owed_pays_the_loan_off(mine: Any, people: Any, client_of: Any) -> None:
    charge_fee(
        loan_id=mine.pk, amount=Decimal("25.00"), effective_on=TODAY, reason="Copy", key="fee", by=people.operations
    )
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/pay/"
    client.post(url, choice("all", shown="12312.34"), headers=HTMX)
    balance = LoanBalance.objects.select_related("loan").get(pk=mine.pk)
    assert (balance.owed, balance.unapplied, balance.loan.state) == (Decimal("0.00"), Decimal("0.00"), "paid_off")
    assert "You owe nothing on this loan." in words(client.get(url))


def test_a_payment_that_was_taken_back_says_so_on_its_receipt(mine: Any, people: Any, client_of: Any) -> None:
    event = receive_payment(
        loan_id=mine.pk, amount=Decimal("500.00"), effective_on=TODAY, key="p", by=people.borrower, source="portal"
    )
    reverse_event(event_id=event.pk, reason="R01 Insufficient funds", key="r", by=people.operations)
    page = words(client_of(people.borrower).get(f"/portal/loans/{mine.number}/payments/{event.pk}/"))
    assert "This payment no longer counts" in page
    assert "It was taken back on 31 Dec 2008: R01 Insufficient funds" in page


def test_a_loan_that_was_written_off_is_not_paid_here(mine: Any, people: Any, client_of: Any) -> None:
    charge_off_loan(loan_id=mine.pk, effective_on=TODAY, reason="Gone", key="co", by=people.operations)
    page = client_of(people.borrower).get(f"/portal/loans/{mine.number}/pay/")
    assert "This loan cannot be paid here any more. Call us" in words(page)


def test_somebody_elses_loan_is_not_found(mine: Any, people: Any, client_of: Any) -> None:
    other = User.objects.create_user("other@example.com", "a long password 1", full_name="Other", roles=[Role.BORROWER])
    event = receive_payment(
        loan_id=mine.pk, amount=Decimal("500.00"), effective_on=TODAY, key="p", by=people.borrower, source="portal"
    )
    urls = [f"/portal/loans/{mine.number}/pay/", f"/portal/loans/{mine.number}/payments/{event.pk}/"]
    for url in urls:
        assert client_of(other).get(url).status_code == 404, url
    assert client_of(other).post(urls[0], choice(), headers=HTMX).status_code == 404
    assert client_of(other).post(f"{urls[0]}effect/", choice(), headers=HTMX).status_code == 404
    PortalAccess.objects.create(user=other, party=Party.objects.create(kind="person", name="Other"))
    assert client_of(other).get(urls[0]).status_code == 404
    assert LoanEvent.objects.filter(kind="payment").count() == 1


def test_the_portal_is_for_borrowers(mine: Any, people: Any, client_of: Any) -> None:
    for role, user in vars(people).items():
        status = client_of(user).get(f"/portal/loans/{mine.number}/pay/").status_code
        assert status == (200 if role == "borrower" else 403), role


def test_a_receipt_is_of_a_payment_only(mine: Any, people: Any, client_of: Any) -> None:
    paid_out = mine.events.get(kind="disbursement")
    assert client_of(people.borrower).get(f"/portal/loans/{mine.number}/payments/{paid_out.pk}/").status_code == 404


def test_a_long_history_costs_the_pay_page_no_query_more(mine: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.borrower)
    receive_payment(loan_id=mine.pk, amount=Decimal("1.00"), effective_on=TODAY, key="p", by=people.borrower)
    few = queries(client, f"/portal/loans/{mine.number}/pay/")
    for n in range(20):
        receive_payment(loan_id=mine.pk, amount=Decimal("1.00"), effective_on=TODAY, key=f"p{n}", by=people.borrower)
    assert queries(client, f"/portal/loans/{mine.number}/pay/") == few
