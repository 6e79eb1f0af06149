"""What the night does because a product says so: non-accrual, charge-off and small balances, once, and proved."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from ledger.boarding import AgreedTerms, board_loan
from ledger.close.night import start_night, work_night
from ledger.close.proof import prove_books
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, NightException, Posting
from ledger.opening import open_books
from ledger.operations import receive_payment, reverse_event
from parties.models import Party
from tenants.current import tenant_context
from tenants.models import LegalEntity
from tests.conftest import BUSINESS_DATE, make_people, make_product_version, make_tenant

OPENED, NEW_YEAR = date(2008, 11, 20), date(2009, 1, 1)
PRODUCTS: dict[str, dict[str, Any]] = {
    "stops": {"nonaccrual": {"days": 11}},
    "stops later": {"nonaccrual": {"days": 12}},
    "never": {"nonaccrual": None},
    "consumer": {"nonaccrual": {"days": 11}, "charge_off_days": 11},
    "tolerant": {"small_balance": "1.00"},
}


class Book:
    """A committed tenant with a loan of $30,000.00 at 7.3 % of each product, its first instalment due on 20 December:
    $6.00 a day, and 11 days late at the end of the year."""

    def __init__(self) -> None:
        self.tenant = make_tenant()
        with self.inside():
            people = make_people()
            self.by = people.operations
            company = LegalEntity.objects.get()
            open_books(company, first_day=date(2008, 10, 1), last_day=BUSINESS_DATE)
            party = Party.objects.create(kind="company", name="Borrower")
            self.loans = {
                name: board_loan(
                    agreed=AgreedTerms(amount=D("30000.00"), rate=D("7.3"), months=24, disbursed_on=OPENED),
                    product_version=make_product_version(people.administrator, people.auditor, **terms),
                    borrower=party,
                    legal_entity=company,
                    key=name,
                    by=self.by,
                )
                for name, terms in PRODUCTS.items()
            }

    def inside(self) -> Any:
        return tenant_context(self.tenant.pk)

    def close(self) -> None:
        with self.inside():
            night = start_night()
        assert work_night(self.tenant.pk, night.pk)

    def balance(self, name: str) -> LoanBalance:
        with self.inside():
            return LoanBalance.objects.select_related("loan").get(pk=self.loans[name].pk)

    def found(self) -> list[tuple[str, str, str]]:
        """(loan, kind, reason) of what the nights did."""
        names = {loan.pk: name for name, loan in self.loans.items()}
        with self.inside():
            rows = LoanEvent.objects.filter(source="night").order_by("id")
            return [(names[row.loan_id], row.kind, row.reason) for row in rows]

    def check_proved(self) -> None:
        with self.inside():
            assert [(proof.law, proof.differences) for proof in prove_books() if not proof.holds] == []
            assert not NightException.objects.exists()


@pytest.fixture
def book(committed: str) -> Book:
    book = Book()
    with book.inside():
        # 41 days of $6.00: 80 cents stay owed.
        receive_payment(
            loan_id=book.loans["tolerant"].pk, amount=D("30245.20"), effective_on=BUSINESS_DATE, key="p", by=book.by
        )
    return book


def test_the_night_does_what_each_product_says_with_its_reason(book: Book) -> None:
    book.close()
    assert book.found() == [
        ("consumer", "charge_off", "11 days past due: charged off as its product says."),
        ("tolerant", "write_off", "$0.80 left, within the tolerance."),
        ("stops", "nonaccrual", "11 days past due: interest is no income any more."),
    ]
    with book.inside():
        assert set(LoanEvent.objects.filter(source="night").values_list("effective_on", "recorded_on")) == {
            (BUSINESS_DATE, BUSINESS_DATE)
        }
        assert Loan.objects.get(pk=book.loans["consumer"].pk).state == "charged_off"
        assert Loan.objects.get(pk=book.loans["tolerant"].pk).state == "paid_off"
    assert (book.balance("stops").suspense, book.balance("stops").nonaccrual) == (D("246.00"), True)
    assert (book.balance("stops later").suspense, book.balance("never").nonaccrual) == (D("0.00"), False)
    book.check_proved()


def test_interest_of_the_nights_after_stands_in_suspense_and_the_books_say_so(book: Book) -> None:
    book.close()
    book.close()
    with book.inside():
        row = Accrual.objects.get(loan=book.loans["stops"], effective_on=NEW_YEAR)
        assert (row.amount, row.suspended) == (D("6.00"), D("6.00"))
        entry = Entry.objects.get(kind="accrual", effective_on=NEW_YEAR)
        sides = dict(entry.postings.values_list("account__role", "credit"))
        # Three loans earn 6.00 each; "stops later" was put on non-accrual when the day's interest had accrued.
        assert sides == {"interest": D("0.00"), "interest_income": D("12.00"), "suspense": D("6.00")}
        assert ("stops later", "nonaccrual", "12 days past due: interest is no income any more.") in book.found()
        income = Posting.objects.filter(account__role="interest_income", loan=book.loans["stops"])
        assert [(line.debit, line.effective_on) for line in income] == [(D("246.00"), BUSINESS_DATE)]
    assert (book.balance("stops").interest, book.balance("stops").suspense) == (D("252.00"), D("252.00"))
    assert book.balance("stops later").suspense == D("252.00")
    book.check_proved()


def test_what_a_person_took_back_is_left_to_people(book: Book) -> None:
    book.close()
    with book.inside():
        for event in LoanEvent.objects.filter(source="night"):
            reverse_event(event_id=event.pk, reason="Well secured", key=f"undo-{event.pk}", by=book.by)
    before = len(book.found())
    book.close()
    assert [row for row in book.found()[before:] if row[0] != "stops later"] == [
        # Its charge-off was taken back, so now the other policy concerns it.
        ("consumer", "nonaccrual", "12 days past due: interest is no income any more."),
    ]
    assert book.balance("tolerant").owed == D("0.80")
    book.check_proved()


def test_a_payment_that_came_after_the_day_was_closed_counts_on_its_own_day(book: Book) -> None:
    with book.inside():
        night = start_night()
        receive_payment(
            loan_id=book.loans["stops"].pk, amount=D("200.00"), effective_on=NEW_YEAR, key="new year", by=book.by
        )
    assert work_night(book.tenant.pk, night.pk)
    # 252.00 of interest stand on 1 January: 246.00 went into suspense the night before, then 6.00, then 200.00 came.
    balance = book.balance("stops")
    assert (balance.interest, balance.suspense, balance.nonaccrual) == (D("52.00"), D("52.00"), True)
    with book.inside():
        event = LoanEvent.objects.get(loan=book.loans["stops"], kind="nonaccrual")
        assert (event.effective_on, event.recorded_on) == (BUSINESS_DATE, NEW_YEAR)
    book.check_proved()
