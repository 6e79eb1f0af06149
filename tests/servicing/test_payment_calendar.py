"""The payments on a calendar: what was planned beside what happened, and the file for one's own calendar."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from icalendar import Calendar

from ledger.models import LoanEvent
from ledger.operations import defer_instalments, receive_payment, reverse_event
from ledger.standing import read_account
from servicing.payments.plan import bank_holidays, plan_of
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)


@pytest.fixture
def pay(mine: Any, people: Any) -> Any:
    def pay(amount: str, on: date = TODAY, key: str = "p") -> LoanEvent:
        return receive_payment(loan_id=mine.pk, amount=D(amount), effective_on=on, key=key, by=people.borrower)

    return pay


def shown(loan: Any) -> list[tuple[str, Any, int]]:
    rows = plan_of(read_account(loan), TODAY).rows
    return [(row.standing.state, row.met_on, row.days_late) for row in rows[:4]]


def test_each_instalment_knows_the_day_that_filled_it(mine: Any, pay: Any) -> None:
    pay("1052.21", date(2008, 10, 28), "a")  # due on 30 October
    pay("1000.00", date(2008, 11, 30), "b")
    pay("52.21", date(2008, 12, 3), "c")  # the rest of the one due on 30 November
    pay("500.00", date(2008, 12, 31), "d")
    assert shown(mine) == [
        ("met", date(2008, 10, 28), 0),
        ("met", date(2008, 12, 3), 3),
        ("late", None, 0),
        ("open", None, 0),
    ]


def test_a_payment_that_pays_all_finishes_every_instalment(mine: Any, pay: Any) -> None:
    pay("12287.34")
    rows = plan_of(read_account(mine), TODAY).rows
    assert {(row.standing.state, row.met_on) for row in rows} == {("met", TODAY)}


def test_a_payment_taken_back_fills_nothing_and_is_marked(mine: Any, people: Any, pay: Any) -> None:
    event = pay("1052.21", date(2008, 10, 30))
    reverse_event(event_id=event.pk, reason="R01", key="r", by=people.operations)
    assert shown(mine)[0] == ("late", None, 0)
    notes = plan_of(read_account(mine), TODAY).notes(date(2008, 10, 1), date(2008, 10, 31))
    assert [(note.kind, note.words) for note in notes[date(2008, 10, 30)]] == [
        ("late", "$1,052.21 is late"),
        ("back", "You paid $1,052.21, taken back on 31 Dec 2008"),
    ]


def test_what_a_change_moved_is_shown_where_it_was(make_loan: Any, people: Any) -> None:
    loan = make_loan(disbursed_on=date(2008, 12, 15))
    defer_instalments(loan_id=loan.pk, count=1, effective_on=TODAY, reason="Agreed", key="d", by=people.operations)
    plan = plan_of(read_account(loan), TODAY)
    assert [(row.due_on, change.kind) for row, change in plan.moved][:1] == [(date(2009, 1, 15), "modification")]
    (note,) = plan.notes(date(2009, 1, 15), date(2009, 1, 15))[date(2009, 1, 15)]
    assert note.words == "$1,052.21 was due here until the change of 31 Dec 2008 moved it"


def test_bank_holidays_stand_on_the_calendar() -> None:
    assert bank_holidays(date(2008, 12, 1), date(2009, 1, 31)) == [
        date(2008, 12, 25),
        date(2009, 1, 1),
        date(2009, 1, 19),
    ]
    assert bank_holidays(date(1850, 1, 1), date(1850, 2, 1)) == []


# --- pages ----------------------------------------------------------------------------------------------------------
def test_the_month_the_list_and_the_whole_plan(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    pay("1052.21", date(2008, 10, 30))
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/calendar/"
    page = client.get(url)
    assert "December 2008" in words(page)
    assert "$1,052.21 is late Tue 30 Dec 2008" in words(page)
    assert "Banks are closed Thu 25 Dec 2008" in words(page)
    rows = table(page, "What was planned and what happened")
    assert rows[1:4] == [
        ["30 Oct 2008", "1,052.21", "Paid on 30 Oct 2008"],
        ["30 Nov 2008", "1,052.21", "$1,052.21 is late"],
        ["30 Dec 2008", "1,052.21", "$1,052.21 is late"],
    ]
    assert len(rows) == 13
    january = client.get(url, {"month": "2009-01"})
    assert "$1,052.21 is due Fri 30 Jan 2009" in words(january)
    assert "?month=2008-12" in january.content.decode()
    october = client.get(url, {"month": "2008-10"})
    assert "You paid $1,052.21" in words(october)


@pytest.mark.parametrize(
    ("asked", "first"), [("1999-01", "September 2008"), ("x", "December 2008"), ("2030-13", "December 2008")]
)
def test_a_month_that_the_loan_has_not_has_its_sentence(
    mine: Any, people: Any, client_of: Any, asked: str, first: str
) -> None:
    page = client_of(people.borrower).get(f"/portal/loans/{mine.number}/calendar/", {"month": asked})
    assert f"Your loan has no month {asked}: it goes from September 2008 to September 2009." in words(page)
    assert first in words(page)


def test_the_file_for_ones_own_calendar(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    pay("3256.63")  # three instalments, and 100.00 of the fourth
    answer = client_of(people.borrower).get(f"/portal/loans/{mine.number}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert mine.number not in answer["Content-Disposition"]
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 9
    first = events[0]
    assert first["SUMMARY"] == "Loan payment of $952.21 is due"
    assert (first.decoded("DTSTART"), first.decoded("DTEND")) == (date(2009, 1, 30), date(2009, 1, 31))
    assert str(first["UID"]) == f"loan-{mine.pk}-1-4@testserver"
    assert len({str(event["UID"]) for event in events}) == 9
    assert mine.number not in str(first["DESCRIPTION"]).split("Pay at")[0]


def test_a_long_history_costs_the_calendar_no_query_more(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/calendar/"
    pay("1.00")
    few = queries(client, url)
    for n in range(10):
        pay("1.00", TODAY, f"p{n}")
    assert queries(client, url) == few
