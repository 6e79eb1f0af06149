"""One event: its dates, where its dollars went, what it posted and what it brought about."""

from datetime import date
from decimal import Decimal
from typing import Any

from ledger.operations import receive_payment, reverse_event
from tests.conftest import LATE_FEE, make_product_version
from tests.pages import table, words


def test_a_payment_opens_to_where_it_went_and_to_its_entry(loan: Any, people: Any, client_of: Any) -> None:
    event = receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    page = client_of(people.auditor).get(f"/loans/{loan.number}/events/{event.pk}/")
    assert table(page, "Where it went")[1:] == [["Interest", "93.70"], ["Principal", "959.30"], ["In all", "1,053.00"]]
    entry = event.entries.get()
    assert table(page, "Journal entries")[1:] == [
        [f"Entry {entry.pk} , booked on 30 Oct 2008", "", "", ""],
        ["1200 Loans receivable", "30 Oct 2008", "", "959.30"],
        ["1210 Interest receivable", "30 Oct 2008", "", "93.70"],
        ["1000 Cash", "30 Oct 2008", "1,053.00", ""],
    ]
    assert f'href="/books/entries/{entry.pk}/"' in page.content.decode()
    said = words(page)
    assert "Effective on 30 Oct 2008" in said
    assert "Recorded on" in said
    assert "By Operations" in said


def test_a_reversal_shows_what_it_took_back_and_what_it_brought_about(
    make_loan: Any, people: Any, client_of: Any
) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    found = make_loan(version=version)
    event = receive_payment(
        loan_id=found.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    receive_payment(
        loan_id=found.pk, amount=Decimal("10.00"), effective_on=date(2008, 11, 28), key="p2", by=people.operations
    )
    reversal = reverse_event(event_id=event.pk, reason="R02 Account closed", key="r1", by=people.operations)
    client = client_of(people.operations)
    page = words(client.get(f"/loans/{found.number}/events/{reversal.pk}/"))
    assert "Payment reversed" in page
    assert "Why R02 Account closed" in page
    assert "Late fee Effective 9 Nov 2008" in page
    taken_back = words(client.get(f"/loans/{found.number}/events/{event.pk}/"))
    assert "On 31 Dec 2008: R02 Account closed See the reversal" in taken_back
    assert "It was reversed on 31 Dec 2008." in taken_back
