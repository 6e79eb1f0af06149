"""The receipt of a payment, cent by cent; and the history in which it is found again."""

from datetime import date
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.explain import broken
from finance.loan_state import Event
from finance.money import cents
from finance.terms import Instalment, LoanTerms
from ledger.models import LoanEvent
from ledger.operations import charge_fee, receive_payment, receive_payoff, reverse_event
from servicing.past import Past, read_pasts
from servicing.payments.explained import explained
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)


@pytest.fixture
def pay(mine: Any, people: Any) -> Any:
    def pay(amount: str, on: date = TODAY, key: str = "p") -> LoanEvent:
        return receive_payment(loan_id=mine.pk, amount=D(amount), effective_on=on, key=key, by=people.borrower)

    return pay


def of(loan: Any, event: LoanEvent) -> Any:
    return explained(read_pasts([loan])[loan.pk], event)


def test_the_days_and_rates_of_the_interest_add_up_to_it(mine: Any, people: Any, pay: Any) -> None:
    pay("1052.21", date(2008, 10, 30), "first")
    charge_fee(
        loan_id=mine.pk, amount=D("25.00"), effective_on=date(2008, 12, 1), reason="Copy", key="f", by=people.operations
    )
    why = of(mine, pay("1100.00"))
    (stretch,) = why.stretches
    # 11,041.49 at 9.5 % for the 62 days from 30 October to 31 December.
    assert (stretch.days, stretch.principal, stretch.rate) == (62, D("11041.49"), D("9.5"))
    assert stretch.exact == Fraction(1104149, 100) * Fraction(95, 1000) * Fraction(62, 365)
    assert (why.interest_owed, why.unpaid_before, why.fees_owed) == (D("178.18"), D("0.00"), D("25.00"))
    assert [(one.kind, one.amount, one.on) for one in why.charges] == [("fee", D("25.00"), date(2008, 12, 1))]
    assert why.owed_after == D("10144.67")
    assert broken(why.step) == []


def test_interest_that_was_not_paid_before_is_said(mine: Any, pay: Any) -> None:
    pay("50.00", date(2008, 10, 30), "first")  # of 93.70
    why = of(mine, pay("1000.00"))
    assert (why.unpaid_before, why.interest_owed) == (D("43.70"), D("237.34"))
    assert [one.days for one in why.stretches] == [62]


def test_a_payment_that_was_taken_back_has_no_derivation(mine: Any, people: Any, pay: Any) -> None:
    event = pay("500.00")
    reverse_event(event_id=event.pk, reason="R01", key="r", by=people.operations)
    assert of(mine, event) is None


TERMS = LoanTerms(
    rate=D("9.5"), day_count="ACT/365F", schedule=(Instalment(due_date=date(2009, 12, 1), amount=D("9000.00")),)
)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(1, 330), st.integers(1, 300_000)), min_size=1, max_size=8))
def test_what_a_receipt_derives_is_what_was_owed(drawn: list[tuple[int, int]]) -> None:
    """Law: what was left from before and the stretches of days, added exactly and rounded once, are the interest."""
    first = date(2008, 1, 15)
    events = [Event(id="000000000000", kind="disburse", on=first, amount=D("9000.00"))]
    rows = []
    for n, (days, amount) in enumerate(sorted(drawn), start=1):
        on = date.fromordinal(first.toordinal() + days)
        row = LoanEvent(pk=n, kind="payment", effective_on=on, recorded_on=on, amount=D(amount) / 100)
        rows.append(row)
    advance = LoanEvent(pk=0, kind="disbursement", effective_on=first, recorded_on=first, amount=events[0].amount)
    for row in rows:
        why = explained(Past(TERMS, (advance, *rows)), row)
        assert why is not None
        exact = why.before + sum((one.exact for one in why.stretches), Fraction(0))
        assert max(D("0.00"), cents(exact)) == why.interest_owed
        assert broken(why.step) == []


# --- pages ----------------------------------------------------------------------------------------------------------
def test_the_receipt_says_each_cent_and_why(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    event = pay("3156.63")
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/payments/{event.pk}/"
    page = client.get(url)
    assert "92 days, up to 31 Dec 2008: $12,000.00 at 9.500\xa0% a year" in page.content.decode()
    assert "That makes $287.34 of interest." in words(page)
    assert "After this payment you owed $9,130.71 in all on 31 Dec 2008." in words(page)
    assert "Every step of the sum" in words(page)
    assert "/loans/" not in words(page)
    pdf = client.get(f"{url}pdf/")
    assert pdf["Content-Disposition"] == (f'attachment; filename="receipt-{mine.number}-2008-12-31-{event.pk}.pdf"')
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.content == client.get(f"{url}pdf/").content


def test_a_payoff_that_staff_took_has_a_receipt_as_well(mine: Any, people: Any, client_of: Any) -> None:
    event = receive_payoff(loan_id=mine.pk, amount=D("12287.34"), effective_on=TODAY, key="po", by=people.operations)
    client = client_of(people.borrower)
    page = client.get(f"/portal/loans/{mine.number}/payments/{event.pk}/")
    assert "You owe nothing more on this loan." in words(page)
    assert table(page, "What it paid")[-1] == ["You paid", "12,287.34"]
    assert f"/portal/loans/{mine.number}/payments/{event.pk}/" in client.get("/portal/").content.decode()


def test_the_history_leads_to_every_receipt(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    first = pay("100.00", date(2008, 12, 1), "one")
    pay("200.00", date(2008, 12, 2), "two")
    reverse_event(event_id=first.pk, reason="R01", key="r", by=people.operations)
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/payments/"
    page = client.get(url)
    assert table(page, "Your payments")[1:] == [
        ["2 Dec 2008 , receipt", "200.00"],
        ["1 Dec 2008 , receipt Taken back", "100.00"],
    ]
    assert f'href="{url}{first.pk}/"' in page.content.decode()
    few = queries(client, url)
    for n in range(60):
        pay("1.00", TODAY, f"p{n}")
    assert queries(client, url) == few
    assert "page=2" in client.get(url).content.decode()


def test_nothing_paid_says_what_comes_here(mine: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.borrower).get(f"/portal/loans/{mine.number}/payments/")
    assert "You have paid nothing yet" in words(page)


def test_a_stranger_finds_neither(mine: Any, client_of: Any, pay: Any) -> None:
    from tenants.models import Role, User

    event = pay("100.00")
    other = User.objects.create_user("other@example.com", "a long password 1", full_name="Other", roles=[Role.BORROWER])
    for rest in ("payments/", f"payments/{event.pk}/", f"payments/{event.pk}/pdf/", "calendar/", "calendar.ics"):
        assert client_of(other).get(f"/portal/loans/{mine.number}/{rest}").status_code == 404, rest
