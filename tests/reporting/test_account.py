"""An account and a journal entry: the postings behind a balance, and the event behind a posting."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.close.night import start_night, work_night
from ledger.models import Entry
from ledger.opening import close_periods, open_books
from ledger.operations import receive_payment
from ledger.posting import reverse
from tenants.models import LegalEntity, Tenant
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)


@pytest.fixture
def paid(loan: Any, people: Any) -> Any:
    receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    return loan


def test_an_account_opens_to_the_postings_its_balance_is_made_of(paid: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get("/books/accounts/1200/")
    out, back = Entry.objects.order_by("pk")
    assert table(page, "Postings")[1:] == [
        [str(back.pk), "30 Oct 2008", "30 Oct 2008", "31 Dec 2008", "Payment", paid.number, "", "959.30"],
        [str(out.pk), "30 Sep 2008", "30 Sep 2008", "31 Dec 2008", "Disbursement", paid.number, "12,000.00", ""],
        ["All 2", "", "", "", "", "", "12,000.00", "959.30"],
    ]
    assert "Debit balance 11,040.70 USD" in words(page)


def test_a_page_of_a_long_account_is_chosen_by_key_and_shows_the_same(
    paid: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(people.auditor)
    short = table(client.get("/books/accounts/1200/"), "Postings")
    assert len(short) > 2
    monkeypatch.setattr("tenants.lists.shown.COUNTED_AT_ONCE", 0)
    assert table(client.get("/books/accounts/1200/"), "Postings") == short


def test_a_credit_balance_is_called_one(paid: Any, people: Any, client_of: Any) -> None:
    assert "Credit balance 10,947.00 USD" in words(client_of(people.auditor).get("/books/accounts/1000/"))


def test_interest_that_no_entry_carries_is_in_the_balance_and_said(paid: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.auditor).get("/books/accounts/4000/"))
    assert "Credit balance 93.70 USD" in page
    assert "−93.70 of interest that loans have accrued since the last close is in the balance." in page


def test_an_account_follows_both_dates(paid: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    assert "Debit balance 12,000.00 USD" in words(client.get("/books/accounts/1200/?as_of=2008-10-29"))
    nothing = words(client.get("/books/accounts/1200/?known_on=2008-12-30"))
    assert "Debit balance 0.00 USD" in nothing
    assert "Nothing posted" in nothing


def test_the_company_is_told_apart_by_its_address(paid: Any, people: Any, client_of: Any) -> None:
    other = LegalEntity.objects.create(name="Second Lending LLC")
    open_books(other, first_day=TODAY, last_day=TODAY)
    client = client_of(people.auditor)
    assert "Company Second Lending LLC" in words(client.get(f"/books/accounts/1200/?company={other.pk}"))
    assert "Company Second Lending LLC" in words(client.get("/books/accounts/1200/"))
    assert client.get("/books/accounts/1200/?company=nobody").status_code == 404
    assert client.get("/books/accounts/9999/").status_code == 404


def test_an_entry_opens_to_its_lines_and_its_event(paid: Any, people: Any, client_of: Any) -> None:
    entry = Entry.objects.get(kind="payment")
    page = client_of(people.auditor).get(f"/books/entries/{entry.pk}/")
    assert table(page, "Lines")[1:] == [
        ["1000 Cash", paid.number, "30 Oct 2008", "1,053.00", ""],
        ["1200 Loans receivable", paid.number, "30 Oct 2008", "", "959.30"],
        ["1210 Interest receivable", paid.number, "30 Oct 2008", "", "93.70"],
        ["In all", "", "", "1,053.00", "1,053.00"],
    ]
    said = words(page)
    assert "Because of Payment" in said
    assert f'href="/loans/{paid.number}/events/{entry.event_id}/"' in page.content.decode()
    assert client_of(people.auditor).get("/books/entries/999999/").status_code == 404


def test_an_entry_and_its_contra_lead_to_each_other(paid: Any, people: Any, client_of: Any) -> None:
    entry = Entry.objects.get(kind="payment")
    contra = reverse(entry, posted_on=TODAY, key="contra")
    client = client_of(people.auditor)
    assert f"Reversed by {contra.pk}" in words(client.get(f"/books/entries/{entry.pk}/"))
    assert f"Reverses {entry.pk}" in words(client.get(f"/books/entries/{contra.pk}/"))


def test_an_entry_for_a_closed_month_is_marked_prior_period(
    loan: Any, company: Any, people: Any, client_of: Any
) -> None:
    close_periods(company, through=date(2008, 10, 31))
    receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    entry = Entry.objects.get(kind="payment")
    assert (
        "It counts from 30 Oct 2008, a month that was closed when it was posted. In the books it stands on 1 Nov 2008"
        in words(client_of(people.auditor).get(f"/books/entries/{entry.pk}/"))
    )


def test_the_nights_entry_opens_to_each_loans_interest(loan: Any, people: Any, client_of: Any) -> None:
    assert work_night(Tenant.objects.get().pk, start_night().pk)
    entry = Entry.objects.get(kind="accrual")
    page = client_of(people.auditor).get(f"/books/entries/{entry.pk}/")
    assert table(page, "Interest of each loan")[1:] == [
        [loan.number, "Harbour Tools Rental LLC", "31 Dec 2008", "287.34"],
        ["All 1", "", "", "287.34"],
    ]
    assert entry.total == Decimal("287.34")


def test_sixty_postings_cost_as_many_queries_as_five(make_loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    for _ in range(5):
        make_loan()
    few = queries(client, "/books/accounts/1200/")
    for _ in range(55):
        make_loan()
    assert queries(client, "/books/accounts/1200/") == few
    assert few <= 15


def test_the_months_are_listed_open_or_closed(company: Any, people: Any, client_of: Any) -> None:
    close_periods(company, through=date(2008, 1, 31))
    rows = table(client_of(people.auditor).get("/books/periods/"), "Periods")
    assert len(rows) == 1 + 13
    assert rows[1][:5] == ["January 2009", "Test Lending LLC", "1 Jan 2009", "31 Jan 2009", "Open"]
    assert rows[-1][:5] == ["January 2008", "Test Lending LLC", "1 Jan 2008", "31 Jan 2008", "Closed"]
