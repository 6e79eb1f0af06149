"""The borrower's first page: what is next in one sentence, in plain words, and nobody else's loans."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import LoanEvent
from ledger.operations import charge_fee, charge_off_loan, receive_payment, reverse_event
from lending.views.portal_home import WORDS
from parties.models import Party, PortalAccess
from tests.origination.conftest import Desk, desk  # noqa: F401 (a fixture)
from tests.pages import queries, words

TODAY = date(2008, 12, 31)


@pytest.fixture
def lend(make_loan: Any, people: Any, borrower: Any) -> Any:
    """lend(...) -> a loan to the party that the borrower acts for."""
    PortalAccess.objects.create(user=people.borrower, party=borrower)
    return make_loan


def page_of(people: Any, client_of: Any) -> str:
    return words(client_of(people.borrower).get("/portal/"))


def test_what_is_next_is_one_sentence(lend: Any, people: Any, client_of: Any) -> None:
    lend(disbursed_on=date(2008, 12, 2))
    page = page_of(people, client_of)
    assert "$1,052.21 is due on Fri 2 Jan 2009." in page
    assert "Pay $1,052.21" in page
    assert "You owe in all" in page
    assert "12,090.58" in page  # 12,000.00 and 29 days of interest at 9.5 %


def test_what_was_paid_ahead_is_not_coming_any_more(lend: Any, people: Any, client_of: Any) -> None:
    loan = lend(disbursed_on=date(2008, 12, 2))
    receive_payment(
        loan_id=loan.pk, amount=Decimal("1500.00"), effective_on=TODAY, key="p", by=people.operations, source="staff"
    )
    page = page_of(people, client_of)
    assert "$604.42 is due on Mon 2 Feb 2009." in page
    assert "Mon 2 Feb 2009 $604.42 Mon 2 Mar 2009 $1,052.21 Thu 2 Apr 2009 $1,052.21" in page
    assert "Fri 2 Jan 2009" not in page


def test_due_today_says_today(lend: Any, people: Any, client_of: Any) -> None:
    lend(disbursed_on=date(2008, 11, 30), months=12)
    assert "You are 1 day late. Pay $1,052.21 now and you are up to date." in page_of(people, client_of)
    lend(disbursed_on=date(2008, 12, 1), months=1)
    assert "is due on Thu 1 Jan 2009." in page_of(people, client_of)


def test_late_is_said_in_plain_words_with_the_fees_in_it(lend: Any, people: Any, client_of: Any) -> None:
    loan = lend()
    charge_fee(
        loan_id=loan.pk, amount=Decimal("25.00"), effective_on=TODAY, reason="Cheque", key="f", by=people.operations
    )
    page = page_of(people, client_of)
    assert "You are 62 days late. Pay $3,181.63 now and you are up to date." in page
    for jargon in ("delinquent", "outstanding", "arrears", "past due"):
        assert jargon not in page.lower()


def test_paying_exactly_that_brings_the_loan_up_to_date(lend: Any, people: Any, client_of: Any) -> None:
    loan = lend()
    charge_fee(
        loan_id=loan.pk, amount=Decimal("25.00"), effective_on=TODAY, reason="Cheque", key="f", by=people.operations
    )
    receive_payment(loan_id=loan.pk, amount=Decimal("3181.63"), effective_on=TODAY, key="p", by=people.borrower)
    page = page_of(people, client_of)
    assert "$1,052.21 is due on Fri 30 Jan 2009." in page
    assert "day late" not in page
    assert "days late" not in page


def test_the_latest_loan_comes_first(lend: Any, people: Any, client_of: Any) -> None:
    lend(disbursed_on=date(2008, 12, 2))
    lend()
    page = page_of(people, client_of)
    assert page.index("You are 62 days late") < page.index("is due on Fri 2 Jan 2009")


def test_a_finished_loan_and_one_that_was_written_off(lend: Any, people: Any, client_of: Any) -> None:
    finished, written_off = lend(), lend()
    receive_payment(loan_id=finished.pk, amount=Decimal("12287.34"), effective_on=TODAY, key="p", by=people.borrower)
    charge_off_loan(loan_id=written_off.pk, effective_on=TODAY, reason="Gone", key="c", by=people.operations)
    page = page_of(people, client_of)
    assert f"Loan {finished.number}, paid back on 31 Dec 2008" in page
    assert "We have written this loan off. You still owe $12,287.34. Call us" in page
    assert "Pay $" not in page


def test_what_happened_lately_leads_to_receipts_and_says_what_was_taken_back(
    lend: Any, people: Any, client_of: Any
) -> None:
    loan = lend()
    event = receive_payment(
        loan_id=loan.pk, amount=Decimal("500.00"), effective_on=TODAY, key="p", by=people.borrower, source="portal"
    )
    client = client_of(people.borrower)
    page = client.get("/portal/")
    assert "You paid 31 Dec 2008 $500.00" in words(page)
    assert "We sent you money 30 Sep 2008 $12,000.00" in words(page)
    assert f'href="/portal/loans/{loan.number}/payments/{event.pk}/"' in page.content.decode()
    reverse_event(event_id=event.pk, reason="R01 Insufficient funds", key="r", by=people.operations)
    assert "Taken back: R01 Insufficient funds" in words(client.get("/portal/"))


def test_an_application_says_what_it_waits_for(
    desk: Desk,  # noqa: F811
    people: Any,
    client_of: Any,
) -> None:
    desk.at("submitted")
    page = page_of(people, client_of)
    assert "Waiting for us: we tell you our decision by Fri 30 Jan 2009." in page
    assert "See your application" in page


def test_somebody_without_a_loan_is_told_what_comes_here(people: Any, client_of: Any) -> None:
    page = page_of(people, client_of)
    assert "You have no loan with us yet" in page
    assert "Apply for a loan" in page


def test_another_partys_loan_is_not_shown(loan: Any, people: Any, client_of: Any) -> None:
    PortalAccess.objects.create(user=people.borrower, party=Party.objects.create(kind="person", name="Somebody"))
    page = page_of(people, client_of)
    assert loan.number not in page
    assert "You have no loan with us yet" in page


def test_the_portal_is_for_borrowers(people: Any, client_of: Any) -> None:
    for role, user in vars(people).items():
        assert client_of(user).get("/portal/").status_code == (200 if role == "borrower" else 403), role


def test_many_loans_cost_no_query_more(lend: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.borrower)
    lend()
    few = queries(client, "/portal/")
    for _ in range(6):
        lend(months=36)
    assert queries(client, "/portal/") == few
    assert few <= 20


def test_every_kind_of_event_that_concerns_the_borrower_has_plain_words() -> None:
    # A reversal marks what it took back; what the lender counts as income is its own affair.
    assert set(LoanEvent.Kind) - set(WORDS) == {"reversal", "nonaccrual", "restoration"}
