"""A loan computed again beside what was posted: both agree, and a posting that says otherwise is found."""

from datetime import date
from decimal import Decimal
from typing import Any

from ledger.operations import receive_payment
from ledger.posting import Line, post
from tests.conftest import BUSINESS_DATE
from tests.pages import queries, table, words

OCTOBER = date(2008, 10, 30)


def paid(loan: Any, people: Any) -> None:
    receive_payment(loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=OCTOBER, key="p1", by=people.operations)


def test_both_agree_balance_by_balance_and_line_by_line(loan: Any, people: Any, client_of: Any) -> None:
    paid(loan, people)
    page = client_of(people.auditor).get(f"/loans/{loan.number}/recalculation/?as_of=2008-10-30")
    assert "Both agree to the cent" in words(page)
    assert table(page, "Balances")[1:] == [
        ["Principal", "11,040.70", "11,040.70", "0.00"],
        ["Interest", "0.00", "0.00", "0.00"],
        ["Fees", "0.00", "0.00", "0.00"],
        ["Held for the borrower", "0.00", "0.00", "0.00"],
        ["In escrow", "0.00", "0.00", "0.00"],
        ["Interest applied to principal", "0.00", "0.00", "0.00"],
    ]
    lines = table(page, "Line by line")
    assert ["30 Oct 2008", "Principal", "−959.30", "−959.30", "0.00"] in lines
    assert ["30 Sep 2008", "Cash", "−12,000.00", "−12,000.00", "0.00"] in lines
    assert "0 differ" in words(page)


def test_a_posting_without_an_event_is_found_to_the_cent(loan: Any, people: Any, client_of: Any) -> None:
    paid(loan, people)
    post(
        legal_entity_id=loan.legal_entity_id,
        currency="USD",
        kind="fee",
        lines=[Line("fees", Decimal("0.01"), OCTOBER, loan.pk), Line("fee_income", Decimal("-0.01"), OCTOBER, loan.pk)],
        effective_on=OCTOBER,
        posted_on=BUSINESS_DATE,
        key="slip",
    )
    page = client_of(people.auditor).get(f"/loans/{loan.number}/recalculation/?as_of=2008-10-30")
    assert "They differ" in words(page)
    assert table(page, "Balances")[3] == ["Fees", "0.01", "0.00", "+0.01"]
    assert ["30 Oct 2008", "Fees", "0.01", "0.00", "+0.01"] in table(page, "Line by line")


def test_the_open_day_is_compared_through_the_last_close(loan: Any, people: Any, client_of: Any) -> None:
    paid(loan, people)
    page = client_of(people.auditor).get(f"/loans/{loan.number}/recalculation/")
    assert "Balances at the end of Thu 30 Oct 2008" in words(page)
    assert "Both agree to the cent" in words(page)


def test_what_was_known_on_another_day_is_compared_with_what_was_posted_by_then(
    loan: Any, people: Any, client_of: Any
) -> None:
    paid(loan, people)
    page = client_of(people.auditor).get(f"/loans/{loan.number}/recalculation/?as_of=2008-10-30&known_on=2008-12-30")
    assert table(page, "Balances")[1] == ["Principal", "0.00", "0.00", "0.00"]  # it was boarded on 31 December


def test_it_costs_the_same_queries_however_much_was_posted(loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    paid(loan, people)
    few = queries(client, f"/loans/{loan.number}/recalculation/")
    for n in range(20):
        receive_payment(
            loan_id=loan.pk, amount=Decimal("1.00"), effective_on=BUSINESS_DATE, key=f"q{n}", by=people.operations
        )
    assert queries(client, f"/loans/{loan.number}/recalculation/") == few
    assert few <= 20


def test_who_may_not_see_loans_may_not_see_this(loan: Any, people: Any, client_of: Any) -> None:
    assert client_of(people.borrower).get(f"/loans/{loan.number}/recalculation/").status_code == 403
