"""The page of a loan: what is owed, what can be done, what was agreed and what happened, on any two dates."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.boarding import AgreedTerms, board_loan
from ledger.models import BoardingRun, Loan
from ledger.operations import charge_fee, charge_off_loan, receive_payment, reverse_event
from tests.conftest import make_product_version
from tests.pages import queries, table, words

OCTOBER, NOVEMBER, TODAY = date(2008, 10, 30), date(2008, 11, 28), date(2008, 12, 31)


@pytest.fixture
def paid_twice(loan: Any, people: Any) -> Any:
    """$12,000.00 at 9.5 %: two payments of 1,053.00 and, entered today, 500.00 as of 29 December."""
    for key, amount, on in (
        ("p1", "1053.00", OCTOBER),
        ("p2", "1053.00", NOVEMBER),
        ("p3", "500.00", date(2008, 12, 29)),
    ):
        receive_payment(loan_id=loan.pk, amount=Decimal(amount), effective_on=on, key=key, by=people.operations)
    return loan


def test_the_first_line_says_who_how_much_and_what_is_next(paid_twice: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.operations).get(f"/loans/{paid_twice.number}/"))
    # Principal 12,000.00 - 959.30 - 969.67 - 418.74; interest of 29 and 30 December: 9,652.29 x 9.5 % x 2 / 365.
    assert "Owed in all 9,657.31 USD" in page
    assert "Principal 9,652.29" in page
    assert "$550.63 brings it up to date; late since Tue 30 Dec 2008, 1 day" in page


def test_the_schedule_stands_beside_what_was_paid(paid_twice: Any, people: Any, client_of: Any) -> None:
    rows = table(client_of(people.operations).get(f"/loans/{paid_twice.number}/"), "Instalments")
    assert rows[1] == ["1", "30 Oct 2008", "1,052.21", "1,052.21", "Met"]
    assert rows[2] == ["2", "30 Nov 2008", "1,052.21", "1,052.21", "Met"]
    assert rows[3] == ["3", "30 Dec 2008", "1,052.21", "501.58", "Late, part paid"]
    assert rows[4] == ["4", "30 Jan 2009", "1,052.21", "0.00", "To come"]
    assert len(rows) == 13


def test_the_timeline_says_where_each_payment_went(paid_twice: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.operations).get(f"/loans/{paid_twice.number}/"))
    assert "4 events, the latest first." in page
    assert "Interest 93.70 · Principal 959.30" in page
    assert "Interest 81.26 · Principal 418.74" in page


def test_an_earlier_day_shows_what_we_know_now_about_then(paid_twice: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.operations).get(f"/loans/{paid_twice.number}/?as_of=2008-11-28"))
    assert "Shown as of Fri 28 Nov 2008" in page
    assert "Owed in all 10,071.03 USD" in page  # 12,000.00 - 959.30 - 969.67; the payment took the interest
    assert "3 events, the latest first." in page
    assert "1 more came later than the dates shown." in page


def test_known_on_shows_what_we_knew_then(paid_twice: Any, people: Any, client_of: Any) -> None:
    """Everything was entered on 31 December: the day before, nothing was known."""
    page = words(client_of(people.operations).get(f"/loans/{paid_twice.number}/?known_on=2008-12-30"))
    assert "as it was known on Tue 30 Dec 2008" in page
    assert "Nothing was known of this loan" in page


def test_a_day_that_has_not_come_is_refused_beside_the_form(loan: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.operations).get(f"/loans/{loan.number}/?as_of=2009-01-01"))
    assert "This day has not come: choose 31 Dec 2008 or an earlier one." in page
    assert "Shown as of" not in page


def test_what_cannot_be_done_says_why_not(loan: Any, people: Any, client_of: Any) -> None:
    operations = words(client_of(people.operations).get(f"/loans/{loan.number}/"))
    assert "Waive a fee No fee is owed." in operations
    collections = words(client_of(people.collections).get(f"/loans/{loan.number}/"))
    assert "Charge a fee Operations can." in collections
    underwriter = words(client_of(people.underwriter).get(f"/loans/{loan.number}/"))
    assert "Take a payment Operations and collections can." in underwriter
    elsewhen = words(client_of(people.operations).get(f"/loans/{loan.number}/?as_of=2008-10-01"))
    assert "Nothing can be done to the loan on a page that shows another day." in elsewhen
    assert "Take a payment" not in elsewhen


def test_a_paid_off_loan_says_so_and_takes_nothing(loan: Any, people: Any, client_of: Any) -> None:
    receive_payment(loan_id=loan.pk, amount=Decimal("12287.34"), effective_on=TODAY, key="off", by=people.operations)
    page = words(client_of(people.operations).get(f"/loans/{loan.number}/"))
    assert "Paid off" in page
    assert "Nothing is owed" in page
    assert "Take a payment The loan is paid off." in page


def test_a_charged_off_loan_shows_what_was_written_off_and_takes_recoveries(
    loan: Any, people: Any, client_of: Any
) -> None:
    charge_off_loan(loan_id=loan.pk, effective_on=TODAY, reason="No contact", key="co", by=people.operations)
    page = words(client_of(people.operations).get(f"/loans/{loan.number}/"))
    # 12,000.00 and the interest of 92 days: 12,000.00 x 9.5 % x 92 / 365 = 287.34.
    assert "Written off and not recovered 12,287.34 USD" in page
    assert "Take a recovery" in page
    assert "Charge a fee" not in page


def test_a_reversed_payment_is_marked_and_says_why(paid_twice: Any, people: Any, client_of: Any) -> None:
    first = paid_twice.events.get(key="p1")
    reverse_event(event_id=first.pk, reason="R01 Insufficient funds", key="r1", by=people.operations)
    page = words(client_of(people.operations).get(f"/loans/{paid_twice.number}/"))
    assert "Reversed on 31 Dec 2008: R01 Insufficient funds" in page
    assert "Payment reversed" in page


def test_a_boarded_loan_says_whose_rate_and_names_these_are(
    company: Any, people: Any, borrower: Any, client_of: Any
) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager)
    type(version).objects.filter(pk=version.pk).update(remark="The rate is the demo's: the tape has none.")
    borrower.name_is_generated = True
    borrower.save()
    found = board_loan(
        agreed=AgreedTerms(amount=Decimal("5000.00"), rate=Decimal("7"), months=6, disbursed_on=OCTOBER),
        product_version=version,
        borrower=borrower,
        legal_entity=company,
        key="b1",
        by=people.operations,
    )
    page = words(client_of(people.auditor).get(f"/loans/{found.number}/"))
    assert "The rate is the demo's: the tape has none." in page
    assert "The borrower's name is made up" in page
    assert BoardingRun.objects.count() == 0
    assert "From the tape" not in page


def test_a_number_nobody_has_is_not_found(people: Any, client_of: Any) -> None:
    assert client_of(people.operations).get("/loans/L-99999999/").status_code == 404


def test_a_long_history_costs_as_many_queries_as_a_short_one(loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    few = queries(client, f"/loans/{loan.number}/")
    for n in range(60):
        charge_fee(
            loan_id=loan.pk,
            amount=Decimal("1.00"),
            effective_on=TODAY,
            reason="Copy",
            key=f"f{n}",
            by=people.operations,
        )
    assert queries(client, f"/loans/{loan.number}/") == few
    assert few <= 17
    page = client.get(f"/loans/{loan.number}/")
    assert words(page).count("Fee charged") == 12
    assert "1–12 of 61 events" in words(page)
    assert words(client.get(f"/loans/{loan.number}/?page=6")).count("Paid out") == words(page).count("Paid out") + 1


def test_a_long_schedule_is_shown_around_today_and_whole_on_request(
    make_loan: Any, people: Any, client_of: Any
) -> None:
    found: Loan = make_loan("100000.00", months=120, disbursed_on=date(2008, 6, 30))
    client = client_of(people.operations)
    assert len(table(client.get(f"/loans/{found.number}/"), "Instalments")) == 1 + 18
    assert len(table(client.get(f"/loans/{found.number}/?whole_schedule"), "Instalments")) == 1 + 120


def test_every_figure_opens_its_explanation_for_the_same_dates(paid_twice: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    page = client.get(f"/loans/{paid_twice.number}/?as_of=2008-11-28&known_on=2008-12-31").content.decode()
    for what in ("payoff", "principal", "interest", "fees", "past_due", "unapplied"):
        assert f'href="/loans/{paid_twice.number}/explain/{what}/?as_of=2008-11-28"' in page
    part = client.get(f"/loans/{paid_twice.number}/explain/payoff/?as_of=2008-11-28", headers={"HX-Request": "true"})
    assert words(part).startswith("Owed in all At the end of Fri 28 Nov 2008.")
    assert "Principal on 28 Nov 2008 sum 10,071.03" in words(part)
    assert "<html" not in part.content.decode()


def test_a_deeper_part_of_an_explanation_is_opened_when_it_is_wanted(
    paid_twice: Any, people: Any, client_of: Any
) -> None:
    client, address = client_of(people.auditor), f"/loans/{paid_twice.number}/explain/payoff/"
    page = client.get(address)
    assert "within=1.0" in page.content.decode()
    assert "Interest from" not in words(page)
    part = client.get(f"{address}?within=1.0.0", headers={"HX-Request": "true"})
    assert "Interest from 29 Dec 2008 to 31 Dec 2008" in words(part)
    wrong = client.get(f"{address}?within=7.x")
    assert wrong.status_code == 422
    assert "7.x is no part of this figure: open it again from the top." in words(wrong)


def test_what_an_event_posted_opens_beside_the_page(paid_twice: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    event = paid_twice.events.get(key="p1")
    address = f"/loans/{paid_twice.number}/events/{event.pk}/"
    page = client.get(f"/loans/{paid_twice.number}/").content.decode()
    assert re.search(rf'<a href="{address}"\s+data-panel', page)
    part = client.get(address, headers={"HX-Request": "true"})
    assert table(part, "What is posted")[1] == ["1000 Cash", "1,053.00", ""]
    assert "<html" not in part.content.decode()
