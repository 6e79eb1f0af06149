"""Before something counts from an earlier day, its preview says which statements would change."""

from datetime import date
from typing import Any

from servicing.statements.operations import make_statements
from tests.pages import words

OCTOBER, NOVEMBER = date(2008, 10, 31), date(2008, 11, 30)


def address(loan: Any, since: str) -> str:
    return f"/loans/{loan.number}/statements-touched/?since={since}"


def test_each_statement_from_that_day_on_is_named(mine: Any, people: Any, client_of: Any) -> None:
    for month in (OCTOBER, NOVEMBER):
        make_statements(period_end=month, by=people.operations)
    client = client_of(people.operations)
    assert "2 statements: October 2008 , November 2008" in words(client.get(address(mine, "2008-10-30")))
    assert "1 statement: November 2008" in words(client.get(address(mine, "2008-11-01")))
    assert "No statement that was sent would change." in words(client.get(address(mine, "2008-12-01")))


def test_a_back_dated_payment_asks_before_it_is_taken(mine: Any, people: Any, client_of: Any) -> None:
    form = {"amount": "100.00", "purpose": "ordinary", "effective_on": "2008-11-15", "key": "k1"}
    page = client_of(people.operations).post(f"/loans/{mine.number}/take-payment/effect/", form)
    assert f'hx-get="{address(mine, "2008-11-15")}"' in page.content.decode()
    today = client_of(people.operations).post(
        f"/loans/{mine.number}/take-payment/effect/", form | {"effective_on": "2008-12-31"}
    )
    assert "statements-touched" not in today.content.decode()


def test_a_day_that_is_none_and_a_person_who_may_not_are_refused(mine: Any, people: Any, client_of: Any) -> None:
    assert client_of(people.operations).get(address(mine, "soon")).status_code == 400
    assert client_of(people.borrower).get(address(mine, "2008-10-30")).status_code == 403
