"""The trial balance: every account of a company, true at any moment, on any two dates."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from ledger.close.night import start_night, work_night
from ledger.models import Account, Accrual, Posting
from ledger.opening import open_books
from ledger.operations import charge_off_loan, receive_payment
from reporting.trial_balance import trial_balance
from tenants.models import LegalEntity, Tenant
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)


@pytest.fixture
def paid(loan: Any, people: Any) -> Any:
    """$12,000.00 out on 30 September; 1,053.00 back on 30 October, entered on 31 December."""
    receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    return loan


def balances(as_of: date, known_on: date | None = None) -> dict[str, Decimal]:
    """{account's code: balance, debits positive} of the one company, without the zeros."""
    (book,) = trial_balance(as_of, known_on)
    assert book.balances
    return {row.account.code: row.debit - row.credit for row in book.rows if row.debit or row.credit}


def test_it_holds_the_interest_that_no_entry_carries_yet(paid: Any) -> None:
    # 12,000.00 x 9.5 % x 30 / 365 = 93.70 accrued and paid; 93.70 of income is on its way into the books.
    assert Posting.objects.filter(account__role="interest_income").count() == 0
    assert balances(TODAY) == {
        "1000": Decimal("-10947.00"),
        "1200": Decimal("11040.70"),
        "4000": Decimal("-93.70"),
    }


def test_before_the_payment_there_is_only_the_loan(paid: Any) -> None:
    assert balances(date(2008, 10, 29)) == {"1000": Decimal("-12000.00"), "1200": Decimal("12000.00")}


def test_before_anything_was_known_there_is_nothing(paid: Any) -> None:
    assert balances(TODAY, known_on=date(2008, 12, 30)) == {}


def test_the_night_moves_it_into_entries_and_changes_no_total(paid: Any, company: Any) -> None:
    receivable = Decimal("178.16")  # 11,040.70 x 9.5 % x 62 / 365
    night = start_night()
    assert work_night(Tenant.objects.get().pk, night.pk)
    assert sum(row.amount for row in Accrual.objects.filter(entry=None)) == Decimal("93.70") + receivable
    after = balances(TODAY)
    assert after == {
        "1000": Decimal("-10947.00"),
        "1200": Decimal("11040.70"),
        "1210": receivable,
        "4000": -Decimal("93.70") - receivable,
    }
    (book,) = trial_balance(TODAY)
    assert {row.unsummed for row in book.rows} == {Decimal("0.00")}
    assert balances(TODAY, known_on=TODAY) == after


def test_each_company_keeps_its_own_books(paid: Any) -> None:
    other = LegalEntity.objects.create(name="Second Lending LLC")
    open_books(other, first_day=date(2008, 1, 1), last_day=TODAY)
    second, first = trial_balance(TODAY)  # by name
    assert (first.company.name, first.debit, first.credit) == (
        "Test Lending LLC",
        Decimal("11040.70"),
        Decimal("11040.70"),
    )
    assert (second.company.name, second.debit) == ("Second Lending LLC", Decimal("0.00"))


def test_the_page_shows_each_account_and_equal_totals(paid: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get("/books/trial-balance/")
    rows = table(page, "Test Lending LLC")
    assert rows[1] == ["1000", "Cash", "", "10,947.00"]
    assert rows[2] == ["1200", "Loans receivable", "11,040.70", ""]
    assert rows[3] == ["1210", "Interest receivable", "0.00", ""]
    assert rows[-1] == ["In all", "", "11,040.70", "11,040.70"]
    assert "Balances" in words(page)


def test_the_export_is_exactly_what_is_shown(paid: Any, people: Any, client_of: Any) -> None:
    response = client_of(people.auditor).get("/books/trial-balance/?as_of=2008-10-29&format=csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="trial-balance-2008-10-29.csv"'
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["Company", "Currency", "Account", "Name", "Debit", "Credit"]
    assert rows[1] == ["Test Lending LLC", "USD", "1000", "Cash", "0.00", "12000.00"]
    assert rows[2] == ["Test Lending LLC", "USD", "1200", "Loans receivable", "12000.00", "0.00"]
    assert len(rows) == 1 + Account.objects.count()


def test_a_name_that_a_spreadsheet_would_run_is_marked_as_text(company: Any, people: Any, client_of: Any) -> None:
    LegalEntity.objects.filter(pk=company.pk).update(name="=1+1")
    response = client_of(people.auditor).get("/books/trial-balance/?format=csv")
    assert list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))[1][0] == "'=1+1"


def test_it_takes_the_same_queries_for_one_loan_and_for_many(
    paid: Any, make_loan: Any, people: Any, client_of: Any
) -> None:
    client = client_of(people.auditor)
    queries(client, "/books/trial-balance/")  # reads the chart, once a process
    few = queries(client, "/books/trial-balance/")
    for _ in range(20):
        charge_off_loan(loan_id=make_loan().pk, effective_on=TODAY, reason="Gone", key=f"c{_}", by=people.operations)
    assert queries(client, "/books/trial-balance/") == few
    assert few <= 14
