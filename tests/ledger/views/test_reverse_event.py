"""Reversing: everything that will change is on the page before it is confirmed, and then exactly that is posted."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Entry, LoanBalance, LoanEvent
from ledger.opening import close_periods
from ledger.operations import receive_payment
from tests.conftest import LATE_FEE, make_product_version
from tests.pages import table, words

HTMX = {"HX-Request": "true"}
BALANCES = "Balances before and after, at the end of today"


@pytest.fixture
def paid_twice(make_loan: Any, people: Any) -> Any:
    """Two payments of 1,053.00 on a loan whose late fee is 5 % after ten days."""
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    found = make_loan(version=version)
    for key, on in (("p1", date(2008, 10, 30)), ("p2", date(2008, 11, 28))):
        receive_payment(loan_id=found.pk, amount=Decimal("1053.00"), effective_on=on, key=key, by=people.operations)
    return found


def address(loan: Any, key: str = "p1") -> str:
    return f"/loans/{loan.number}/events/{loan.events.get(key=key).pk}/reverse/"


def given(loan: Any, **changes: str) -> dict[str, str]:
    seen = str(LoanEvent.objects.filter(loan=loan).latest("pk").pk)
    return {"key": "r1", "seen": seen, "reason": "R01 Insufficient funds", "remark": ""} | changes


def test_everything_that_will_change_is_shown_first(paid_twice: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).get(address(paid_twice))
    said = words(page)
    assert "Reverse the payment of $1,053.00" in said
    assert "$52.61 is charged on 9 Nov 2008. Instalment 1 was not met when its days of grace ended." in said
    assert table(page, "Payments allocated anew")[1:] == [
        ["28 Nov 2008, now", "1,053.00", "0.00", "83.33", "969.67", "0.00"],
        ["then", "", "52.61", "184.27", "816.12", "0.00"],
    ]
    assert table(page, BALANCES)[1:5] == [
        ["Principal", "10,071.03", "11,183.88", "+1,112.85"],
        ["Interest", "86.50", "96.06", "+9.56"],
        ["Fees", "0.00", "0.00", "0.00"],  # the payment of November pays the late fee
        ["Owed in all", "10,157.53", "11,279.94", "+1,122.41"],
    ]
    interest = table(page, "Interest corrections by day")
    assert interest[-1] == ["In all", "", "+7.24"]
    assert "1 payment: fees +52.61, interest +100.94, principal −153.55, held 0.00." in said
    assert table(page, "What is posted")[1:] == [
        ["1000 Cash", "", "1,053.00"],
        ["1200 Loans receivable", "1,112.85", ""],
        ["1210 Interest receivable", "", "7.24"],
        ["4100 Fee income", "", "52.61"],
    ]
    assert table(page, "Journal entries")[1:6] == [
        ["booked on 30 Oct 2008", "", "", ""],
        ["1000 Cash", "30 Oct 2008", "", "1,053.00"],
        ["1210 Interest receivable", "30 Oct 2008", "93.70", ""],
        ["1200 Loans receivable", "30 Oct 2008", "959.30", ""],
        ["booked on 9 Nov 2008", "", "", ""],
    ]
    assert LoanEvent.objects.filter(kind="reversal").count() == 0


def test_what_counts_from_a_closed_month_is_marked_prior_period(
    paid_twice: Any, company: Any, people: Any, client_of: Any
) -> None:
    close_periods(company, through=date(2008, 10, 31))
    rows = table(client_of(people.operations).get(address(paid_twice)), "Journal entries")
    assert rows[1:3] == [
        ["booked on 1 Nov 2008 Prior period", "", "", ""],
        ["1000 Cash", "30 Oct 2008", "", "1,053.00"],
    ]


def test_confirmed_it_posts_what_was_shown_once(paid_twice: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.operations), address(paid_twice)
    form = given(paid_twice)
    first = client.post(url, form, headers=HTMX)
    again = client.post(url, form, headers=HTMX)
    assert first.headers["HX-Redirect"] == again.headers["HX-Redirect"] == f"/loans/{paid_twice.number}/"
    reversal = LoanEvent.objects.get(kind="reversal")
    assert (reversal.target.key, reversal.reason) == ("p1", "R01 Insufficient funds")
    balance = LoanBalance.objects.get(pk=paid_twice.pk)
    assert (balance.principal, balance.fees) == (Decimal("11183.88"), Decimal("0.00"))
    assert Entry.objects.filter(event=reversal, effective_on=date(2008, 10, 30)).get().total == Decimal("1053.00")
    assert "Reversed the payment of $1,053.00. See what was posted" in words(client.get(f"/loans/{paid_twice.number}/"))


def test_without_a_reason_nothing_is_posted(paid_twice: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).post(address(paid_twice), given(paid_twice, reason=""), headers=HTMX)
    assert page.status_code == 422
    assert "Why it is taken back: Choose a reason." in words(page)
    assert not LoanEvent.objects.filter(kind="reversal").exists()


def test_the_reasons_are_the_banks_codes_in_words_and_our_own_mistakes(
    paid_twice: Any, people: Any, client_of: Any
) -> None:
    page = words(client_of(people.operations).get(address(paid_twice)))
    for reason in ("R01 Insufficient funds", "R02 Account closed", "R10 Customer says it was not authorized"):
        assert reason in page
    assert "Entered twice" in page


def test_what_happened_meanwhile_has_to_be_looked_at_first(paid_twice: Any, people: Any, client_of: Any) -> None:
    client, form = client_of(people.operations), given(paid_twice)
    receive_payment(
        loan_id=paid_twice.pk,
        amount=Decimal("10.00"),
        effective_on=date(2008, 12, 31),
        key="p3",
        by=people.collections,
    )
    page = client.post(address(paid_twice), form, headers=HTMX)
    assert page.status_code == 422
    assert "Something else was entered on this loan since this page was opened" in words(page)
    assert f'name="seen" value="{given(paid_twice)["seen"]}"' in page.content.decode()
    assert client.post(address(paid_twice), given(paid_twice), headers=HTMX).status_code == 200


def test_what_cannot_be_reversed_says_why_not(paid_twice: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    paid_out = paid_twice.events.get(kind="disbursement")
    url = f"/loans/{paid_twice.number}/events/{paid_out.pk}/"
    assert "A disbursement cannot be reversed: the money has left. Take it back as a payment." in words(
        client.get(f"{url}reverse/")
    )
    assert "Reverse The money has left. Take it back as a payment." in words(client.get(url))
    client.post(address(paid_twice), given(paid_twice), headers=HTMX)
    page = client.post(address(paid_twice), given(paid_twice, key="r2"), headers=HTMX)
    assert page.status_code == 422
    assert "This payment was already reversed on 2008-12-31: nothing is left of it to reverse." in words(page)


def test_only_operations_reverse(paid_twice: Any, people: Any, client_of: Any) -> None:
    for role, user in vars(people).items():
        client = client_of(user)
        statuses = client.get(address(paid_twice)).status_code, client.post(address(paid_twice), {}).status_code
        assert statuses == ((200, 422) if role == "operations" else (403, 403)), role


def test_an_event_of_another_loan_is_not_found(paid_twice: Any, make_loan: Any, people: Any, client_of: Any) -> None:
    other = make_loan()
    event = paid_twice.events.get(key="p1")
    assert client_of(people.operations).get(f"/loans/{other.number}/events/{event.pk}/reverse/").status_code == 404
    assert client_of(people.operations).get(f"/loans/{other.number}/events/{event.pk}/").status_code == 404
