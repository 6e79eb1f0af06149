"""The rarer acts on the loan's page: which are offered, what each shows before it is done, and a refusal in place."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from ledger.boarding import AgreedTerms, board_loan
from ledger.models import Loan, LoanBalance, LoanEvent
from ledger.operations import charge_off_loan, place_on_nonaccrual, receive_escrow, receive_payment, sell_loan
from tests.conftest import BUSINESS_DATE, make_product_version
from tests.pages import table, words

HTMX = {"HX-Request": "true"}
TODAY = "2008-12-31"
DONE = {
    "take-payoff": ({"amount": "12287.34"}, "payoff", "Took $12,287.34."),
    "receive-escrow": ({"amount": "300"}, "escrow_deposit", "Took into escrow $300.00."),
    "capitalise": ({"part": "interest", "reason": "Clause 4(b)"}, "capitalise_interest", "Capitalised loan"),
    "place-on-nonaccrual": ({"reason": "Bankruptcy"}, "nonaccrual", "Put on non-accrual loan"),
}


def offered(client: Any, loan: Loan) -> str:
    """The words of the loan's page between its facts and its dates: the acts."""
    said = words(client.get(f"/loans/{loan.number}/"))
    return said[said.index("Rate") : said.index("Effective on")]


def given(**fields: str) -> dict[str, str]:
    return {"key": "k1", "effective_on": TODAY, **fields}


@pytest.mark.parametrize("address", DONE)
def test_each_is_done_once_from_its_page_and_says_so(loan: Any, people: Any, client_of: Any, address: str) -> None:
    fields, kind, said = DONE[address]
    client, url = client_of(people.operations), f"/loans/{loan.number}/{address}/"
    assert client.get(url).status_code == 200
    for _ in range(2):
        answer = client.post(url, given(**fields), headers=HTMX)
        assert answer.headers["HX-Redirect"] == f"/loans/{loan.number}/"
    event = LoanEvent.objects.get(loan=loan, kind=kind)
    assert (event.by, event.source, event.effective_on) == (people.operations, "staff", BUSINESS_DATE)
    assert said in words(client.get(f"/loans/{loan.number}/"))


def test_what_makes_no_sense_for_a_loan_is_not_offered(loan: Any, people: Any, client_of: Any) -> None:
    shown = offered(client_of(people.operations), loan)
    for title in ("Take the payoff", "Take into escrow", "Capitalise interest or fees", "Put on non-accrual", "Sell"):
        assert title in shown
    for title in ("Return to accrual", "Refund", "Apply held", "Pay out", "Write off", "Buy back", "recovery"):
        assert title not in shown


def test_a_loan_on_nonaccrual_says_so_and_offers_the_way_back(loan: Any, people: Any, client_of: Any) -> None:
    place_on_nonaccrual(
        loan_id=loan.pk, effective_on=date(2008, 11, 30), reason="Payments stopped", key="n", by=people.operations
    )
    client = client_of(people.operations)
    page = words(client.get(f"/loans/{loan.number}/"))
    assert "On non-accrual" in page[page.index("Accrual") :]
    assert "Put on non-accrual Effective 30 Nov 2008" in page
    assert "287.34" in page[page.index("In suspense") :]
    assert "Return to accrual" in offered(client, loan)
    assert "Put on non-accrual" not in offered(client, loan)
    refused = client.post(f"/loans/{loan.number}/restore-accrual/", given(reason="x"), headers=HTMX)
    assert refused.status_code == 422
    assert "The loan cannot return to accrual: it is 62 days past due with 0 payments made in a row." in words(refused)
    assert not LoanEvent.objects.filter(kind="restoration").exists()


def test_the_effect_of_a_sale_shows_gain_or_loss_and_only_its_people_may(
    loan: Any, people: Any, client_of: Any
) -> None:
    url = f"/loans/{loan.number}/sell-loan/"
    fields = given(amount="12,000.00", reason="Delta Capital, agreement of today")
    assert client_of(people.operations).post(url, fields).status_code == 403
    client = client_of(people.portfolio_manager)
    page = client.post(f"{url}effect/", fields, headers=HTMX)
    assert "From active to sold." in words(page)
    assert table(page, "What is posted")[1:] == [
        ["1000 Cash", "12,000.00", ""],
        ["1200 Loans receivable", "", "12,000.00"],
        ["1210 Interest receivable", "", "287.34"],
        ["4300 Gain or loss on loans sold", "287.34", ""],
    ]
    assert Loan.objects.get(pk=loan.pk).state == "active"
    assert client.post(url, fields, headers=HTMX).status_code == 200
    sold = words(client.get(f"/loans/{loan.number}/"))
    assert "It has another owner since 31 Dec 2008; what the borrower pays is theirs" in sold
    assert "Buy back" in offered(client, loan)
    assert "Take a payment" not in offered(client, loan)
    early = client.post(f"/loans/{loan.number}/buy-back-loan/", given(key="k2", amount="1", reason="x"), headers=HTMX)
    assert early.status_code == 422
    assert "only a loan that was sold before 2008-12-31 can be bought back." in words(early)


def test_held_money_is_offered_back_with_its_amount(loan: Any, people: Any, client_of: Any) -> None:
    receive_payment(
        loan_id=loan.pk, amount=D("12300.00"), effective_on=date(2008, 12, 30), key="p", by=people.operations
    )
    client = client_of(people.operations)
    assert "Refund held money" in offered(client, loan)
    url = f"/loans/{loan.number}/refund-credit/"
    assert 'value="15.78"' in client.get(url).content.decode()
    effect = client.post(f"{url}effect/", given(amount="15.78", reason="Cheque 7"), headers=HTMX)
    assert ["Held for the borrower", "15.78", "0.00", "−15.78"] in table(
        effect, "Balances before and after, at the end of today"
    )
    assert client.post(url, given(amount="15.78", reason="Cheque 7"), headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=loan.pk).unapplied == D("0.00")


def test_applying_held_money_shows_where_it_goes(loan: Any, people: Any, client_of: Any) -> None:
    receive_payment(
        loan_id=loan.pk,
        amount=D("12010.00"),
        effective_on=date(2008, 10, 30),
        key="p",
        by=people.operations,
        principal_only=True,
    )
    client, url = client_of(people.operations), f"/loans/{loan.number}/apply-credit/"
    effect = client.post(f"{url}effect/", given(amount="10.00"), headers=HTMX)
    assert table(effect, "Where it goes")[1:] == [
        ["Fees", "0.00"], ["Interest", "10.00"], ["Principal", "0.00"], ["Held for the borrower", "0.00"],
        ["In all", "10.00"],
    ]  # fmt: skip
    assert client.post(url, given(amount="10.00"), headers=HTMX).status_code == 200
    assert "Held money applied" in words(client.get(f"/loans/{loan.number}/"))


def test_escrow_is_shown_and_paid_out_to_somebody(loan: Any, people: Any, client_of: Any) -> None:
    receive_escrow(loan_id=loan.pk, amount=D("300.00"), effective_on=BUSINESS_DATE, key="e", by=people.operations)
    client, url = client_of(people.operations), f"/loans/{loan.number}/disburse-escrow/"
    page = client.post(url, given(amount="300.00", reason=""), headers=HTMX)
    assert page.status_code == 422
    assert "To whom and what for: Say to whom it is paid." in words(page)
    assert client.post(url, given(amount="300.00", reason="County"), headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=loan.pk).escrow == D("0.00")


def test_a_line_shows_what_is_available_and_pays_it_out(
    company: Any, people: Any, borrower: Any, client_of: Any
) -> None:
    version = make_product_version(
        people.administrator,
        people.portfolio_manager,
        line={"revolving": True, "draw_months": 6},
        small_balance="5.00",
    )
    opened = BUSINESS_DATE - timedelta(10)
    agreed = AgreedTerms(amount=D("10000.00"), rate=D("9"), months=12, disbursed_on=opened, advance=D("4000.00"))
    line = board_loan(
        agreed=agreed, product_version=version, borrower=borrower, legal_entity=company, key="l", by=people.operations
    )
    client, url = client_of(people.operations), f"/loans/{line.number}/draw-funds/"
    page = words(client.get(f"/loans/{line.number}/"))
    assert "6,000.00" in page[page.index("Available") :]
    refused = client.post(url, given(amount="6,000.01", reason="Stock"), headers=HTMX)
    assert refused.status_code == 422
    assert "cannot pay out $6,000.01: $6,000.00 is available. Draw at most that, or repay first." in words(refused)
    assert client.post(url, given(amount="6,000.00", reason="Stock"), headers=HTMX).status_code == 200
    assert LoanBalance.objects.get(pk=line.pk).principal == D("10000.00")
    receive_payment(loan_id=line.pk, amount=D("10006.00"), effective_on=BUSINESS_DATE, key="p", by=people.operations)
    # 9.86 of interest: 3.86 of principal are left, within the tolerance.
    small = f"/loans/{line.number}/write-off-small-balance/"
    assert "Write off" in words(client.get(small))
    assert client.post(small, given(key="k2", reason="Small"), headers=HTMX).status_code == 200
    assert Loan.objects.get(pk=line.pk).state == "paid_off"
    assert "Pay out a draw" in offered(client, line)


def test_a_loan_charged_off_may_be_sold_and_one_on_another_day_has_no_acts(
    loan: Any, people: Any, client_of: Any
) -> None:
    charge_off_loan(loan_id=loan.pk, effective_on=date(2008, 11, 30), reason="x", key="c", by=people.operations)
    client = client_of(people.portfolio_manager)
    assert "Take a recovery" in offered(client, loan)
    assert "Sell" in offered(client, loan)
    sell_loan(
        loan_id=loan.pk, amount=D("500.00"), effective_on=BUSINESS_DATE, reason="x", key="s", by=people.operations
    )
    other_day = words(client.get(f"/loans/{loan.number}/?as_of=2008-12-15"))
    assert "Nothing can be done to the loan on a page that shows another day." in other_day
    assert "Charged off" in other_day
