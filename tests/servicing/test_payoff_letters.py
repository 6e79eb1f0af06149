"""Payoff letters: what they say, that they stand until something changes, and that anybody can check the code."""

import re
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.interest import simple_interest
from finance.loan_state import Event, State
from finance.money import cents
from finance.payoff import quote
from finance.replay import replay
from finance.terms import Instalment, LoanTerms
from ledger.errors import KeyReused
from ledger.models import Entry, LoanEvent
from ledger.operations import charge_fee, charge_off_loan, receive_payment, reverse_event
from servicing.kept import digest
from servicing.late_fees import next_late_fee
from servicing.payoffs.errors import DayOutsideWindow, NothingToPayOff
from servicing.payoffs.models import PayoffLetter
from servicing.payoffs.operations import issue_payoff_letter
from servicing.payoffs.standing import standing_of
from tenants.models import Role, Tenant, User
from tests.conftest import LATE_FEE, make_product_version
from tests.pages import queries, table, words

TODAY, TENTH = date(2008, 12, 31), date(2009, 1, 10)


@pytest.fixture
def letter(mine: Any, people: Any) -> PayoffLetter:
    return issue_payoff_letter(loan_id=mine.pk, good_through=TENTH, key="k", by=people.borrower)


def pay(loan: Any, amount: str, by: Any, on: date = TODAY, key: str = "p") -> LoanEvent:
    return receive_payment(loan_id=loan.pk, amount=D(amount), effective_on=on, key=key, by=by)


def test_a_letter_says_what_pays_the_loan_off_on_each_day(letter: PayoffLetter, mine: Any) -> None:
    # 12,000.00 at 9.5 % for 92 days is 287.34; a day more is 3.1233.
    said = letter.content
    assert (letter.amount, letter.per_diem, letter.quoted_on) == (D("12318.58"), D("3.12"), TODAY)
    assert (said["principal"], said["interest"], said["fees"]) == ("12000.00", "318.58", "0.00")
    assert said["amounts"][:2] == [["2008-12-31", "12287.34"], ["2009-01-01", "12290.47"]]
    assert said["amounts"][-1] == ["2009-01-10", "12318.58"]
    assert said["interest_lines"][1] == {
        "days": 10,
        "start": "2008-12-31",
        "end": "2009-01-10",
        "principal": "12000.00",
        "rate": "9.500000",
        "a_day": "3.1232876712",
        "exact": "31.2328767123",
    }
    assert letter.sha256 == digest(said)
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{20}", letter.code)
    assert not Entry.objects.filter(kind="payoff").exists()


def test_paying_what_the_letter_says_on_its_day_leaves_nothing(letter: PayoffLetter, mine: Any, people: Any) -> None:
    Tenant.objects.update(business_date=TENTH)
    pay(mine, "12318.58", people.borrower, on=TENTH)
    mine.refresh_from_db()
    assert (mine.state, mine.balance.owed, mine.balance.unapplied) == ("paid_off", D("0.00"), D("0.00"))
    letter.loan.refresh_from_db()
    stands = standing_of(letter, TENTH)
    assert (stands.status, stands.sentence) == ("paid", "The loan was paid off on 10 Jan 2009.")


def test_it_stands_until_its_day_is_over(letter: PayoffLetter) -> None:
    for on in (TODAY, date(2009, 1, 4), TENTH):
        stands = standing_of(letter, on)
        assert (stands.status, stands.sentence) == ("good", "$12,318.58 pays the loan off on Sat 10 Jan 2009.")
    over = standing_of(letter, TENTH + timedelta(1))
    assert over.status == "expired"
    assert over.sentence == "The letter was good through 10 Jan 2009. Ask for a new one."


def test_a_payment_replaces_it_and_taking_that_back_brings_it_back(
    letter: PayoffLetter, mine: Any, people: Any
) -> None:
    event = pay(mine, "500.00", people.borrower)
    stands = standing_of(letter, TODAY)
    assert stands.status == "replaced"
    assert stands.sentence == (
        "What is owed on the loan has changed since 31 Dec 2008, so this amount no longer pays it off. "
        "Ask for a new letter."
    )
    assert stands.causes == (event,)
    reverse_event(event_id=event.pk, reason="R01", key="r", by=people.operations)
    assert standing_of(letter, TODAY).status == "good"


def test_a_charge_off_replaces_it(letter: PayoffLetter, mine: Any, people: Any) -> None:
    charge_off_loan(loan_id=mine.pk, effective_on=TODAY, reason="Gone", key="co", by=people.operations)
    letter.loan.refresh_from_db()
    assert standing_of(letter, TODAY).status == "replaced"


def test_the_same_key_and_the_same_question_give_the_same_letter(letter: PayoffLetter, mine: Any, people: Any) -> None:
    again = issue_payoff_letter(loan_id=mine.pk, good_through=TENTH, key="k", by=people.borrower)
    tab = issue_payoff_letter(loan_id=mine.pk, good_through=TENTH, key="another", by=people.borrower)
    assert (again.pk, tab.pk, PayoffLetter.objects.count()) == (letter.pk, letter.pk, 1)
    with pytest.raises(KeyReused):
        issue_payoff_letter(loan_id=mine.pk, good_through=TODAY, key="k", by=people.borrower)
    charge_fee(loan_id=mine.pk, amount=D("25.00"), effective_on=TODAY, reason="Copy", key="f", by=people.operations)
    other = issue_payoff_letter(loan_id=mine.pk, good_through=TENTH, key="third", by=people.borrower)
    assert (other.amount, PayoffLetter.objects.count()) == (D("12343.58"), 2)


@pytest.mark.parametrize("wrong", [TODAY - timedelta(1), TODAY + timedelta(31)])
def test_a_day_outside_the_window_is_refused(mine: Any, people: Any, wrong: date) -> None:
    with pytest.raises(DayOutsideWindow, match="choose a day from 31 Dec 2008 to 30 Jan 2009"):
        issue_payoff_letter(loan_id=mine.pk, good_through=wrong, key="k", by=people.borrower)
    assert not PayoffLetter.objects.exists()


def test_a_loan_that_is_not_active_has_no_letter(mine: Any, people: Any) -> None:
    charge_off_loan(loan_id=mine.pk, effective_on=TODAY, reason="Gone", key="co", by=people.operations)
    with pytest.raises(NothingToPayOff, match="is charged off"):
        issue_payoff_letter(loan_id=mine.pk, good_through=TENTH, key="k", by=people.borrower)
    assert not PayoffLetter.objects.exists()


def test_a_letter_is_never_changed(letter: PayoffLetter) -> None:
    for change in (lambda: PayoffLetter.objects.update(amount=D("1.00")), PayoffLetter.objects.all().delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_a_late_fee_that_is_coming_is_said(make_loan: Any, people: Any) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    late = make_loan(disbursed_on=date(2008, 11, 28), version=version)  # due on 28 Dec, its grace ends on 7 Jan
    letter = issue_payoff_letter(loan_id=late.pk, good_through=TENTH, key="k", by=people.operations)
    assert letter.content["late_fee"] == {"due_on": "2008-12-28", "on": "2009-01-07", "amount": "52.61"}
    sooner = issue_payoff_letter(loan_id=late.pk, good_through=date(2009, 1, 7), key="s", by=people.operations)
    assert sooner.content["late_fee"] is None


@settings(max_examples=60)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 9_999_999), st.integers(0, 36_000))
def test_a_letter_asked_later_names_the_same_amount_for_the_same_day(
    first: int, days: int, principal: int, rate: int
) -> None:
    """Law: while nothing happens, what pays the loan off on a day does not depend on the day one asks."""
    lent = date(2008, 1, 31)
    terms = LoanTerms(
        rate=D(rate) / 1000,
        day_count="ACT/365F",
        schedule=(Instalment(due_date=date(2009, 6, 1), amount=D(principal) / 100),),
    )
    events = [Event(id="1", kind="disburse", on=lent, amount=D(principal) / 100)]
    asked, good_through = lent + timedelta(first), lent + timedelta(first + days)
    quoted = quote(terms, replay(terms, events, as_of=asked).state, asked, good_through)
    for on, amount in quoted.amounts:
        assert replay(terms, events, as_of=on).payoff == amount
    interest = simple_interest(D(principal) / 100, terms.rate, terms.day_count, lent, good_through)
    assert dict(quoted.amounts)[good_through] == D(principal) / 100 + cents(interest)


def test_no_late_fee_comes_to_a_loan_that_bears_none() -> None:
    terms = LoanTerms(
        rate=D(5), day_count="ACT/365F", schedule=(Instalment(due_date=date(2009, 1, 1), amount=D("10.00")),)
    )
    at = replay(terms, [], as_of=TODAY)
    assert at.state == State.opening(terms) or at.payoff == 0
    assert next_late_fee(at) is None


# --- pages ----------------------------------------------------------------------------------------------------------
def test_two_clicks_from_the_loan_to_the_letter(mine: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/payoff-letter/"
    page = client.get(url)
    assert "$12,318.58 pays the loan off on Sat 10 Jan 2009." in words(page)
    assert table(page, "What it pays")[1:] == [
        ["The money borrowed and not paid back", "12,000.00"],
        ["Interest up to 10 Jan 2009", "318.58"],
        ["Fees", "0.00"],
        ["To pay on 10 Jan 2009", "12,318.58"],
    ]
    given = {"key": "abc", "good_through": "2009-01-05"}
    effect = client.post(f"{url}effect/", given)
    assert "$12,302.96 pays the loan off on Mon 5 Jan 2009." in words(effect)
    made = client.post(url, given)
    again = client.post(url, given)  # a double click
    letter = PayoffLetter.objects.get()
    assert made.headers["Location"] == again.headers["Location"] == f"{url}{letter.pk}/"
    shown = client.get(made.headers["Location"])
    assert letter.code_in_groups in words(shown)
    # The PDF comes by itself, once.
    assert f'content="0;url={url}{letter.pk}/pdf/"' in shown.content.decode()
    assert "http-equiv" not in client.get(made.headers["Location"]).content.decode()
    assert "Made on 31 Dec 2008" in words(client.get(url))


def test_the_pdf_is_the_same_bytes_each_time(letter: PayoffLetter, mine: Any, people: Any, client_of: Any) -> None:
    url = f"/portal/loans/{mine.number}/payoff-letter/{letter.pk}/pdf/"
    first, second = (client_of(people.borrower).get(url) for _ in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == f'attachment; filename="payoff-letter-{mine.number}-2009-01-10.pdf"'
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "Choose a day."),
        ("soon", "Type a day, such as 2009-01-10."),
        ("2008-12-30", "Choose a day from 31 Dec 2008 to 30 Jan 2009."),
        ("2009-01-31", "Choose a day from 31 Dec 2008 to 30 Jan 2009."),
    ],
)
def test_a_wrong_day_has_its_sentence(mine: Any, people: Any, client_of: Any, given: str, sentence: str) -> None:
    url = f"/portal/loans/{mine.number}/payoff-letter/"
    page = client_of(people.borrower).post(url, {"key": "abc", "good_through": given})
    assert page.status_code == 422
    assert f"Which day will you pay?: {sentence}" in words(page)
    assert not PayoffLetter.objects.exists()


def test_staff_make_one_for_the_borrower(mine: Any, people: Any, client_of: Any) -> None:
    url = f"/loans/{mine.number}/payoff-letter/"
    client = client_of(people.operations)
    page = words(client.get(url))
    assert "$12,318.58 pays the loan off on Sat 10 Jan 2009." in page
    assert "Good through" in page
    assert "Which day will you pay?" not in page
    made = client.post(url, {"key": "abc", "good_through": "2009-01-10"})
    assert "made on 31 Dec 2008 by Operations" in words(client.get(made.headers["Location"]))
    letter = PayoffLetter.objects.get()
    allowed = {"operations", "collections", "portfolio_manager"}
    for role, user in vars(people).items():
        assert client_of(user).get(url).status_code == (200 if role in allowed else 403), role
        seen = 403 if role == "borrower" else 200
        assert client_of(user).get(f"{url}{letter.pk}/").status_code == seen, role


def test_a_stranger_finds_neither_loan_nor_letter(letter: PayoffLetter, mine: Any, client_of: Any) -> None:
    other = User.objects.create_user("other@example.com", "a long password 1", full_name="Other", roles=[Role.BORROWER])
    for rest in ("", f"{letter.pk}/", f"{letter.pk}/pdf/"):
        assert client_of(other).get(f"/portal/loans/{mine.number}/payoff-letter/{rest}").status_code == 404, rest
    assert client_of(other).get(f"/loans/{mine.number}/payoff-letter/").status_code == 403


def test_a_finished_loan_says_so(mine: Any, people: Any, client_of: Any) -> None:
    pay(mine, "12287.34", people.borrower)
    url = f"/portal/loans/{mine.number}/payoff-letter/"
    page = client_of(people.borrower).get(url)
    assert "You owe nothing on this loan: it is paid off since 31 Dec 2008." in words(page)
    refused = client_of(people.borrower).post(url, {"key": "abc", "good_through": "2009-01-10"})
    assert (refused.status_code, PayoffLetter.objects.count()) == (422, 0)


# --- checking a code ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spelt", [str, str.lower, lambda code: f"{code[:4]}-{code[4:]}"])
def test_anybody_can_check_a_code_and_learns_no_name(letter: PayoffLetter, mine: Any, spelt: Any) -> None:
    cache.clear()
    page = Client().get(f"/check/{spelt(letter.code)}/")
    said = words(page)
    assert page.status_code == 200
    assert "Still good $12,318.58 pays the loan off on Sat 10 Jan 2009." in said
    for told in (f"Loan number ends in {mine.number[-4:]}", "Amount in the letter $12,318.58", "Test Lending LLC"):
        assert told in said, told
    for hidden in (mine.number, mine.borrower.name, "Borrower", "12,000.00"):
        assert hidden not in said, hidden
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]


def test_the_check_says_when_the_letter_was_replaced(letter: PayoffLetter, mine: Any, people: Any) -> None:
    cache.clear()
    pay(mine, "500.00", people.borrower)
    said = words(Client().get(f"/check/{letter.code}/"))
    assert "Replaced What is owed on the loan has changed since 31 Dec 2008" in said
    assert "500.00" not in said


def test_a_code_that_is_none_and_a_field_left_empty(mine: Any) -> None:
    cache.clear()
    client = Client()
    unknown = client.get("/check/AAAA-BBBB/")
    assert (unknown.status_code, "We made no letter with the code AAAA-BBBB." in words(unknown)) == (404, True)
    empty = client.get("/check/", {"code": "  "})
    assert (empty.status_code, "Type the code that stands on the letter." in words(empty)) == (422, True)
    assert client.get("/check/").status_code == 200
    assert client.get("/check/", {"code": " ab/cd "}).headers["Location"] == "/check/abcd/"


def test_codes_are_not_guessed_from_one_address(mine: Any) -> None:
    cache.clear()
    client = Client()
    answers = [client.get(f"/check/{n:020d}/").status_code for n in range(31)]
    assert (answers[:30], answers[30]) == ([404] * 30, 429)


def test_a_long_history_costs_the_pages_no_query_more(mine: Any, people: Any, client_of: Any) -> None:
    client, url = client_of(people.borrower), f"/portal/loans/{mine.number}/payoff-letter/"
    pay(mine, "1.00", people.borrower)
    few = queries(client, url)
    for n in range(10):
        pay(mine, "1.00", people.borrower, key=f"p{n}")
    assert queries(client, url) == few
