"""Every balance opens down to events or postings, and adds up again at each level."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.explain import Step, broken
from ledger import movements, standing
from ledger.explain import LOAN_FIGURES, NotInThisAccount, explain_account, explain_loan, node
from ledger.models import Account, Loan, LoanEvent
from ledger.operations import charge_fee, receive_payment
from tests.conftest import BUSINESS_DATE
from tests.ledger.test_laws import HAPPENINGS, Undo, happen, on_one_database
from tests.pages import words


@pytest.fixture
def paid(loan: Loan, people: Any) -> Loan:
    """$12,000.00 out on 30 September; $1,053.00 back on 30 October, of which $93.70 is interest."""
    receive_payment(
        loan_id=loan.pk, amount=D("1053.00"), effective_on=date(2008, 10, 30), key="p", by=people.operations
    )
    return loan


def test_principal_opens_to_its_events(paid: Loan) -> None:
    step = explain_loan(standing.read_account(paid), "principal", as_of=BUSINESS_DATE)
    assert (step.value, [part.value for part in step.parts]) == (D("11040.70"), [D("12000.00"), D("-959.30")])
    out, back = LoanEvent.objects.order_by("pk")
    shown = node(step)
    assert [(part.label, part.figure, part.event) for part in shown.parts] == [
        ("Disburse of 30 Sep 2008", "12,000.00", out.pk),
        ("Payment of 30 Oct 2008", "−959.30", back.pk),
    ]


@pytest.mark.parametrize("what", LOAN_FIGURES)
def test_each_figure_of_a_loan_adds_up_as_it_was_known_too(paid: Loan, what: str) -> None:
    account = standing.read_account(paid)
    for as_of, known_on in (
        (BUSINESS_DATE, None),
        (date(2008, 10, 15), BUSINESS_DATE),
        (BUSINESS_DATE, date(2008, 1, 1)),
    ):
        assert broken(explain_loan(account, what, as_of=as_of, known_on=known_on)) == []


@on_one_database
@given(happenings=st.lists(HAPPENINGS, min_size=1, max_size=5))
def test_whatever_happened_what_is_owed_is_explained(loan: Loan, happenings: list[Any]) -> None:
    from django.db import transaction

    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            happen(loan.pk, *happening, key=f"h-{number}")
        account = standing.read_account(loan)
        step = explain_loan(account, "payoff", as_of=BUSINESS_DATE)
        assert broken(step) == []
        assert step.value == standing.position(account, as_of=BUSINESS_DATE).payoff
        raise Undo


def opened(account: Account, step: Step, **dates: Any) -> None:
    """Open every part that can be opened: each level must add up to the part that it opens."""
    assert broken(step) == []
    for part in step.parts:
        if within := part.detail.get("within"):
            below = explain_account(account, within, **dates)
            assert below.value == part.value, within
            opened(account, below, **dates)


def test_an_account_opens_to_its_entries(paid: Loan, people: Any) -> None:
    charge_fee(
        loan_id=paid.pk, amount=D("25.00"), effective_on=BUSINESS_DATE, reason="x", key="f", by=people.operations
    )
    for account in Account.objects.all():
        for as_of, known_on in ((BUSINESS_DATE, None), (date(2008, 10, 29), None), (BUSINESS_DATE, date(2008, 12, 30))):
            step = explain_account(account, as_of=as_of, known_on=known_on)
            assert step.value == movements.totals([account.pk], as_of=as_of, known_on=known_on)[account.pk].balance
            opened(account, step, as_of=as_of, known_on=known_on)
    cash = Account.objects.get(role="cash")
    day = explain_account(cash, "2008-10-30", as_of=BUSINESS_DATE)
    assert [part.value for part in day.parts] == [D("1053.00")]
    assert day.parts[0].label.endswith(f", payment, loan {paid.number}")


def test_more_entries_than_a_page_holds_still_add_up(paid: Loan, people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        receive_payment(
            loan_id=paid.pk, amount=D("10.00"), effective_on=BUSINESS_DATE, key=f"q{number}", by=people.operations
        )
    monkeypatch.setattr("ledger.explain.ENTRIES_LISTED", 3)
    day = explain_account(Account.objects.get(role="cash"), BUSINESS_DATE.isoformat(), as_of=BUSINESS_DATE)
    assert [part.value for part in day.parts] == [D("10.00"), D("10.00"), D("10.00"), D("20.00")]
    assert day.parts[-1].label == "2 more entries of the day"
    assert (day.value, broken(day)) == (D("50.00"), [])


def test_many_months_come_together_by_year(paid: Loan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.explain.MONTHS_LISTED", 1)
    cash = Account.objects.get(role="cash")
    step = explain_account(cash, as_of=BUSINESS_DATE)
    assert [(part.label, part.value) for part in step.parts] == [("2008: 2 postings", D("-10947.00"))]
    opened(cash, step, as_of=BUSINESS_DATE)


@pytest.mark.parametrize("within", ["2008-13", "0000", "Rome", "2008-02-30"])
def test_what_is_no_part_of_time_is_refused(paid: Loan, within: str) -> None:
    with pytest.raises(NotInThisAccount):
        explain_account(Account.objects.get(role="cash"), within, as_of=BUSINESS_DATE)


def test_the_pages_open_a_figure_and_a_part_alone(paid: Loan, people: Any, client_of: Callable[[Any], Any]) -> None:
    client = client_of(people.auditor)
    page = client.get(f"/loans/{paid.number}/explain/principal/")
    assert "Disburse of 30 Sep 2008" in words(page)
    assert (
        "<html"
        not in client.get(f"/loans/{paid.number}/explain/payoff/", headers={"HX-Request": "true"}).content.decode()
    )
    assert client.get(f"/loans/{paid.number}/explain/nothing/").status_code == 404
    page = words(client.get("/books/accounts/1200/explain/"))
    assert "1200 Loans receivable on 31 Dec 2008 sum 11,040.70" in page
    part = client.get("/books/accounts/1200/explain/?within=2008-10", headers={"HX-Request": "true"})
    assert words(part) == "30 Oct 2008: 1 posting −959.30 Open 30 Oct 2008: 1 posting"
    wrong = client.get("/books/accounts/1200/explain/?within=Rome")
    assert (wrong.status_code, "Rome is no year, month or day" in words(wrong)) == (422, True)


def test_a_borrower_sees_no_account_and_no_loan_of_the_lender(
    paid: Loan, people: Any, client_of: Callable[[Any], Any]
) -> None:
    client = client_of(people.borrower)
    for address in (f"/loans/{paid.number}/explain/payoff/", "/books/accounts/1200/explain/", "/books/proof/"):
        assert client.get(address).status_code == 403
