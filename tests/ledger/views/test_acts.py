"""Payments, fees, charge-offs and recoveries: the effect before, the posting after, a refusal in place."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Entry, LoanBalance, LoanEvent
from ledger.operations import charge_fee, charge_off_loan
from tests.conftest import LATE_FEE, make_product_version
from tests.pages import table, words

TODAY = date(2008, 12, 31)
HTMX = {"HX-Request": "true"}


def payment(amount: str = "1,000.00", on: str = "2008-12-31", key: str = "k1") -> dict[str, str]:
    return {"key": key, "amount": amount, "effective_on": on}


def test_the_effect_shows_where_each_cent_goes_and_posts_nothing(loan: Any, people: Any, client_of: Any) -> None:
    url = f"/loans/{loan.number}/take-payment/effect/"
    page = client_of(people.operations).post(url, payment(), headers=HTMX)
    assert table(page, "Where it goes")[1:] == [
        ["Fees", "0.00"],
        ["Interest", "287.34"],  # 12,000.00 x 9.5 % x 92 / 365
        ["Principal", "712.66"],
        ["Held for the borrower", "0.00"],
        ["In all", "1,000.00"],
    ]
    balances = table(page, "Balances before and after, at the end of today")
    assert balances[1] == ["Principal", "12,000.00", "11,287.34", "−712.66"]
    assert balances[4] == ["Owed in all", "12,287.34", "11,287.34", "−1,000.00"]
    assert balances[5] == ["Past due", "3,156.63", "2,156.63", "−1,000.00"]
    assert ["Days late", "62", "62", ""] in balances  # 1,000.00 does not meet the first instalment
    assert table(page, "What is posted")[1:] == [
        ["1000 Cash", "1,000.00", ""],
        ["1200 Loans receivable", "", "712.66"],
        ["1210 Interest receivable", "", "287.34"],
    ]
    assert LoanEvent.objects.filter(kind="payment").count() == 0
    assert LoanBalance.objects.get(pk=loan.pk).principal == Decimal("12000.00")


def test_a_form_that_is_not_filled_in_yet_shows_no_effect(loan: Any, people: Any, client_of: Any) -> None:
    url = f"/loans/{loan.number}/take-payment/effect/"
    page = client_of(people.operations).post(url, payment(""), headers=HTMX)
    assert page.status_code == 200
    assert "Fill in the form to see what will be posted" in words(page)


def test_the_button_says_what_is_due(loan: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).get(f"/loans/{loan.number}/take-payment/")
    assert 'value="3156.63"' in page.content.decode()  # three instalments of 1,052.21
    assert "Take" in words(page)


def test_a_payment_is_taken_once_however_often_it_is_sent(loan: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.operations), f"/loans/{loan.number}/take-payment/"
    first = client.post(url, payment(), headers=HTMX)
    again = client.post(url, payment(), headers=HTMX)
    assert (first.status_code, first.headers["HX-Redirect"]) == (200, f"/loans/{loan.number}/")
    assert again.headers["HX-Redirect"] == f"/loans/{loan.number}/"
    event = LoanEvent.objects.get(kind="payment")
    assert (event.amount, event.effective_on, event.source, event.by) == (
        Decimal("1000.00"),
        TODAY,
        "staff",
        people.operations,
    )
    page = client.get(f"/loans/{loan.number}/")
    assert "Took $1,000.00. See what was posted" in words(page)
    assert f'<a href="/loans/{loan.number}/events/{event.pk}/">See what was posted</a>' in page.content.decode()


def test_the_same_key_for_another_amount_is_refused_beside_the_form(loan: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.operations), f"/loans/{loan.number}/take-payment/"
    client.post(url, payment(), headers=HTMX)
    page = client.post(url, payment("999.00"), headers=HTMX)
    assert page.status_code == 422
    assert "This form was sent already, and did this: payment of $1,000.00. Nothing more was posted." in words(page)
    assert LoanEvent.objects.filter(kind="payment").count() == 1


def test_a_day_that_has_not_come_is_refused_with_what_was_typed_kept(loan: Any, people: Any, client_of: Any) -> None:
    url = f"/loans/{loan.number}/take-payment/"
    page = client_of(people.operations).post(url, payment(on="2009-01-02"), headers=HTMX)
    assert page.status_code == 422
    assert "2009-01-02 is after the business date 2008-12-31: it can be posted when that day has come." in words(page)
    assert 'value="1,000.00"' in page.content.decode()
    assert 'value="k1"' in page.content.decode()


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0.00", "Type more than zero."),
        ("12.345", "Type at most two decimals: a cent is the smallest amount."),
        ("ten", "Type dollars and cents, such as 312.40."),
        ("", "Type an amount."),
        ("99999999999999999.00", "That is more than the books can hold."),
    ],
)
def test_what_is_no_amount_is_said_at_the_field(
    loan: Any, people: Any, client_of: Any, amount: str, sentence: str
) -> None:
    page = client_of(people.operations).post(f"/loans/{loan.number}/take-payment/", payment(amount), headers=HTMX)
    assert page.status_code == 422
    assert f"Amount: {sentence}" in words(page)
    assert not LoanEvent.objects.filter(kind="payment").exists()


def test_a_back_dated_payment_says_so_and_takes_its_late_fee_back(make_loan: Any, people: Any, client_of: Any) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    found = make_loan(version=version)
    client, url = client_of(people.operations), f"/loans/{found.number}/take-payment/"
    client.post(url, payment("10.00", "2008-12-30", key="first"), headers=HTMX)
    # A payment in the past replays the loan, so the two late fees that no night has charged yet come to stand.
    client.post(url, payment("10.00", "2008-11-01", key="second"), headers=HTMX)
    assert LoanBalance.objects.get(pk=found.pk).fees == Decimal("95.22")  # 5 % of 1,052.21 twice, less 10.00
    page = client.post(f"{url}effect/", payment("1,052.21", "2008-10-30"), headers=HTMX)
    assert "Everything since 30 Oct 2008 is worked out anew" in words(page)
    assert "$52.61 of 9 Nov 2008 is taken back: instalment 1 was met in time after all." in words(page)


def test_more_than_is_owed_is_held_and_closes_the_loan(loan: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).post(
        f"/loans/{loan.number}/take-payment/effect/", payment("12,300.00"), headers=HTMX
    )
    assert ["Held for the borrower", "12.66"] in table(page, "Where it goes")
    assert "From active to paid off." in words(page)


def test_a_fee_is_charged_and_waived_with_its_reason(loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    given = {"key": "k1", "amount": "25.00", "effective_on": "2008-12-31", "reason": "Returned cheque"}
    assert client.post(f"/loans/{loan.number}/charge-fee/", given, headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=loan.pk).fees == Decimal("25.00")
    too_much = given | {"amount": "30.00", "key": "k2", "reason": "Goodwill"}
    page = client.post(f"/loans/{loan.number}/waive-fee/", too_much, headers=HTMX)
    assert page.status_code == 422
    assert f"Loan {loan.number} owes $25.00 of fees, less than the $30.00 to waive: waive at most that." in words(page)
    assert (
        client.post(f"/loans/{loan.number}/waive-fee/", too_much | {"amount": "25.00"}, headers=HTMX).status_code == 200
    )
    assert LoanBalance.objects.get(pk=loan.pk).fees == Decimal("0.00")
    assert LoanEvent.objects.get(kind="fee_waiver").reason == "Goodwill"


def test_a_charge_off_names_what_is_written_off(loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    charge_fee(
        loan_id=loan.pk, amount=Decimal("25.00"), effective_on=TODAY, reason="Cheque", key="fee", by=people.operations
    )
    page = client.get(f"/loans/{loan.number}/charge-off/")
    assert "Charge off $12,312.34" in words(page)
    client.post(
        f"/loans/{loan.number}/charge-off/", {"key": "c", "effective_on": "2008-12-31", "reason": "Gone"}, headers=HTMX
    )
    entry = Entry.objects.get(kind="charge_off")
    assert entry.total == Decimal("12312.34")


def test_a_recovery_goes_against_what_was_written_off(loan: Any, people: Any, client_of: Any) -> None:
    charge_off_loan(loan_id=loan.pk, effective_on=TODAY, reason="Gone", key="co", by=people.operations)
    url = f"/loans/{loan.number}/receive-recovery/"
    page = client_of(people.operations).post(f"{url}effect/", payment("100.00"), headers=HTMX)
    assert ["Against what was written off", "100.00"] in table(page, "Where it goes")
    assert client_of(people.operations).post(url, payment("100.00")).status_code == 302
    assert LoanBalance.objects.get(pk=loan.pk).recovered == Decimal("100.00")


def rate_change(rate: str = "7.3", on: str = "2008-11-01", key: str = "r1") -> dict[str, str]:
    return {"key": key, "rate": rate, "effective_on": on, "reason": "Agreed with the borrower"}


def test_a_back_dated_rate_shows_the_interest_it_corrects_and_posts_nothing(
    make_loan: Any, people: Any, client_of: Any
) -> None:
    found = make_loan()
    client = client_of(people.operations)
    client.post(f"/loans/{found.number}/take-payment/", payment("1,052.21"), headers=HTMX)
    page = client.post(f"/loans/{found.number}/change-rate/effect/", rate_change(), headers=HTMX)
    assert "Everything since 1 Nov 2008 is worked out anew" in words(page)
    # $12,000.00: 32 days at 9.5 %, $99.95, and 60 days at 7.3 %, $144.00: $243.95 instead of $287.34.
    assert table(page, "Interest corrections by day")[1:] == [
        ["1 Nov 2008", "1 Nov 2008", "+99.95"],
        ["31 Dec 2008", "31 Dec 2008", "−143.34"],
        ["In all", "", "−43.39"],
    ]
    balances = table(page, "Balances before and after, at the end of today")
    assert balances[1] == ["Principal", "11,235.13", "11,191.74", "−43.39"]
    assert ["Rate", "9.500 %", "7.300 %", ""] in balances
    assert table(page, "What is posted")[1:] == [
        ["1200 Loans receivable", "", "43.39"],
        ["1210 Interest receivable", "43.39", ""],
    ]
    assert "1 payment: fees 0.00, interest −43.39, principal +43.39, held 0.00." in words(page)
    assert LoanEvent.objects.filter(kind="rate_change").count() == 0
    assert LoanBalance.objects.get(pk=found.pk).rate == Decimal("9.5")


def test_a_rate_is_changed_once_and_stands_in_the_timeline(loan: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.operations), f"/loans/{loan.number}/change-rate/"
    form = words(client.get(url))
    assert "New rate Percent a year." in form
    assert "12,287.34" not in form  # the button names no amount
    first = client.post(url, rate_change("7.123456 %"), headers=HTMX)
    again = client.post(url, rate_change("7.123456 %"), headers=HTMX)
    assert (first.headers["HX-Redirect"], again.headers["HX-Redirect"]) == (f"/loans/{loan.number}/",) * 2
    event = LoanEvent.objects.get(kind="rate_change")
    assert (event.rate, event.effective_on, event.reason, event.source, event.by) == (
        Decimal("7.123456"),
        date(2008, 11, 1),
        "Agreed with the borrower",
        "staff",
        people.operations,
    )
    assert LoanBalance.objects.get(pk=loan.pk).rate == Decimal("7.123456")
    page = words(client.get(f"/loans/{loan.number}/"))
    assert f"Changed the rate of loan {loan.number}. See what was posted" in page
    assert "Rate changed" in page
    assert "To 7.123456\xa0%" in client.get(f"/loans/{loan.number}/").content.decode()


@pytest.mark.parametrize(("rate", "kept"), [("0", "0"), ("100", "100"), ("7.25%", "7.25")])
def test_any_rate_from_nothing_to_a_hundred_percent_is_taken(
    loan: Any, people: Any, client_of: Any, rate: str, kept: str
) -> None:
    url = f"/loans/{loan.number}/change-rate/"
    assert client_of(people.operations).post(url, rate_change(rate), headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=loan.pk).rate == Decimal(kept)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rate": ""}, "New rate: Type a rate."),
        ({"rate": "-0.01"}, "New rate: Type a rate from 0 to 100 percent a year."),
        ({"rate": "100.000001"}, "New rate: Type a rate from 0 to 100 percent a year."),
        ({"rate": "7.1234567"}, "New rate: Type at most six decimals."),
        ({"rate": "prime"}, "New rate: Type percent a year, such as 7.25."),
        ({"reason": ""}, "Why it changes: Say why."),
        ({"effective_on": "2009-01-01"}, "2009-01-01 is after the business date 2008-12-31"),
        ({"effective_on": "2008-09-29"}, "2008-09-29"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_beside_the_form(
    loan: Any, people: Any, client_of: Any, changes: dict[str, str], sentence: str
) -> None:
    url = f"/loans/{loan.number}/change-rate/"
    page = client_of(people.operations).post(url, rate_change() | changes, headers=HTMX)
    assert page.status_code == 422
    assert sentence in words(page)
    assert not LoanEvent.objects.filter(kind="rate_change").exists()


def test_a_loan_charged_off_keeps_its_rate(loan: Any, people: Any, client_of: Any) -> None:
    charge_off_loan(loan_id=loan.pk, effective_on=TODAY, reason="Gone", key="co", by=people.operations)
    page = client_of(people.operations).post(f"/loans/{loan.number}/change-rate/", rate_change(), headers=HTMX)
    assert page.status_code == 422
    assert f"Loan {loan.number} is charged off: it takes no rate changes." in words(page)


ACTS = {
    "take-payment": {"operations", "collections"},
    "charge-fee": {"operations"},
    "waive-fee": {"operations"},
    "change-rate": {"operations"},
    "charge-off": {"operations"},
    "receive-recovery": {"operations", "collections"},
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_for_the_roles_that_may_do_it(loan: Any, people: Any, client_of: Any, act: str) -> None:
    for role, user in vars(people).items():
        client = client_of(user)
        answers = (
            client.get(f"/loans/{loan.number}/{act}/").status_code,
            client.post(f"/loans/{loan.number}/{act}/", {}).status_code,
            client.post(f"/loans/{loan.number}/{act}/effect/", {}).status_code,
        )
        assert answers == ((200, 422, 200) if role in ACTS[act] else (403, 403, 403)), role


def test_a_stranger_is_taken_to_the_sign_in_page(loan: Any, client: Any) -> None:
    response = client.get(f"/loans/{loan.number}/take-payment/")
    assert response.status_code == 302
    assert response.url == f"/accounts/login/?next=/loans/{loan.number}/take-payment/"


def test_what_happened_since_the_page_was_opened_is_told_first(loan: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.operations), f"/loans/{loan.number}/take-payment/"
    seen = LoanEvent.objects.latest("pk").pk
    assert f'<input type="hidden" name="seen" value="{seen}">' in client.get(url).content.decode()
    fee = charge_fee(
        loan_id=loan.pk, amount=Decimal("25.00"), reason="x", effective_on=TODAY, key="f", by=people.collections
    )
    page = client.post(url, payment() | {"seen": str(seen)}, headers=HTMX)
    assert page.status_code == 422
    assert (
        "Something else was entered on this loan since this page was opened: fee charged of $25.00 by Collections. "
        "Look at what will change now." in words(page)
    )
    assert 'value="1,000.00"' in page.content.decode()
    assert not LoanEvent.objects.filter(kind="payment").exists()
    # The form that comes back has seen it, and is done.
    assert f'name="seen" value="{fee.pk}"' in page.content.decode()
    assert client.post(url, payment() | {"seen": str(fee.pk)}, headers=HTMX).status_code == 200
    # Sent again from the old page it is the same payment, not news about itself.
    assert client.post(url, payment() | {"seen": str(seen)}, headers=HTMX).status_code == 200
    assert LoanEvent.objects.filter(kind="payment").count() == 1


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40])
def test_a_form_that_names_no_event_is_not_held_up(loan: Any, people: Any, client_of: Any, seen: str) -> None:
    page = client_of(people.operations).post(
        f"/loans/{loan.number}/take-payment/", payment() | {"seen": seen}, headers=HTMX
    )
    assert page.status_code == 200
