"""The first page of each role: what needs them now, ranked by money and clock, with the reason."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.close.night import start_night, work_night
from ledger.forks.steps import Step
from ledger.models import LoanBalance, Night, NightException, Proof
from ledger.operations import add_account, draft_mapping, receive_payment
from ledger.operations.forks import add_act, open_fork, propose_fork
from ledger.operations.mapping import DraftLine
from lending.needs import Need
from parties.models import Party
from tenants.models import LegalEntity, Role, Tenant, User
from tests.conftest import LATE_FEE, make_product_version
from tests.origination.conftest import Desk, desk  # noqa: F401 (a fixture)
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)
NEEDS = "What needs you now"


def test_an_underwriter_sees_the_applications_the_largest_first(
    desk: Desk,  # noqa: F811
    people: Any,
    client_of: Any,
) -> None:
    application = desk.at("submitted")
    rows = table(client_of(people.underwriter).get("/"), NEEDS)
    assert rows[1] == [
        application.number,
        "Harbour Tools Rental LLC",
        "An underwriter starts the review. The decision is due by Fri 30 Jan 2009.",
        "31 Dec 2008",
        "Fri 30 Jan 2009",
        "12,000.00",
        "Start the review",
    ]


@pytest.mark.parametrize("role", ["operations", "portfolio_manager"])
def test_funds_that_wait_for_release_are_on_the_first_page(
    desk: Desk,  # noqa: F811
    people: Any,
    client_of: Any,
    role: str,
) -> None:
    application = desk.at("accepted")
    rows = table(client_of(getattr(people, role)).get("/"), NEEDS)
    assert rows[1][:1] + rows[1][2:] == [
        application.number,
        "Somebody other than Underwriter releases the funds.",
        "31 Dec 2008",
        "–",
        "12,000.00",
        "Release the funds",
    ]


def test_operations_see_what_the_night_could_not_do_before_any_money(loan: Any, people: Any, client_of: Any) -> None:
    receive_payment(loan_id=loan.pk, amount=Decimal("12300.00"), effective_on=TODAY, key="p", by=people.operations)
    night = Night.objects.create(business_date=date(2008, 12, 30), step="done", finished_at="2008-12-31T01:00Z")
    NightException.objects.create(night=night, loan=loan, step="accrue", sentence="No rate.")
    rows = table(client_of(people.operations).get("/"), NEEDS)
    assert rows[1:] == [
        [
            loan.number,
            loan.borrower.name,
            "The books The night could not do this loan: No rate.",
            "30 Dec 2008",
            "–",
            "",
            "Try again",
        ],
        [
            loan.number,
            loan.borrower.name,
            "Money came in that nothing was owed for. It is held and never applied by itself.",
            "31 Dec 2008",
            "–",
            "12.66",
            "Apply or refund",
        ],
    ]


def test_collections_see_the_most_money_late_first(make_loan: Any, people: Any, client_of: Any) -> None:
    small, large, current = (
        make_loan(to=Party.objects.create(kind="company", name=name)) for name in ("Small", "Large", "Current")
    )
    for loan, dpd, amount in ((small, 90, "500.00"), (large, 10, "9000.00"), (current, 0, "0.00")):
        LoanBalance.objects.filter(pk=loan.pk).update(dpd=dpd, past_due_amount=Decimal(amount))
    page = client_of(people.collections).get("/")
    assert table(page, NEEDS)[1:] == [
        [large.number, "Large", "10 days past due.", "30 Oct 2008", "–", "9,000.00", "Open the loan"],
        [small.number, "Small", "90 days past due.", "30 Oct 2008", "–", "500.00", "Open the loan"],
    ]
    assert "2, $9,500.00 at risk" in words(page)


def test_a_long_list_says_that_it_is_the_most_pressing_and_where_the_rest_is(
    make_loan: Any, people: Any, client_of: Any
) -> None:
    for _ in range(26):
        make_loan()
    LoanBalance.objects.update(dpd=5, past_due_amount=Decimal("10.00"))
    page = client_of(people.collections).get("/")
    assert len(table(page, NEEDS)) == 1 + 25
    assert "The most pressing 25, $250.00 at risk" in words(page)
    assert 'href="/loans/?bucket=past-due&amp;sort=-past_due"' in page.content.decode()


def test_the_portfolio_manager_sees_the_book_by_days_late(make_loan: Any, people: Any, client_of: Any) -> None:
    late, _ = make_loan(), make_loan("5000.00")
    LoanBalance.objects.filter(pk=late.pk).update(dpd=95, past_due_amount=Decimal("2104.42"))
    rows = table(client_of(people.portfolio_manager).get("/?part=book"), "Open loans by days late")
    assert rows[1:] == [
        ["Current", "1", "5,000.00", "0.00"],
        ["1–29 days", "0", "0.00", "0.00"],
        ["30–59 days", "0", "0.00", "0.00"],
        ["60–89 days", "0", "0.00", "0.00"],
        ["90–119 days", "1", "12,000.00", "2,104.42"],
        ["120 days or more", "0", "0.00", "0.00"],
    ]


def test_what_is_added_up_over_the_whole_book_comes_after_the_page_and_to_its_role_alone(
    loan: Any, people: Any, client_of: Any
) -> None:
    for role, parts in {"portfolio_manager": ["changes", "book"], "operations": ["night"], "collections": []}.items():
        client = client_of(getattr(people, role))
        page = client.get("/").content.decode()
        assert re.findall(r'hx-get="\?part=(\w+)', page) == parts
        for part in ("changes", "book", "night"):
            assert (NEEDS in words(client.get(f"/?part={part}"))) == (part not in parts)


def test_what_the_last_night_brought_is_counted_and_added_up(make_loan: Any, people: Any, client_of: Any) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    make_loan(version=version, disbursed_on=date(2008, 11, 30))  # due on 30 December: a day late tonight
    fined = make_loan(version=version, disbursed_on=date(2008, 11, 21))  # due on 21 December: grace ends tonight
    receive_payment(loan_id=fined.pk, amount=Decimal("10.00"), effective_on=TODAY, key="p", by=people.operations)
    assert work_night(Tenant.objects.get().pk, start_night().pk)
    rows = table(client_of(people.operations).get("/?part=night"), "What the last closed day brought")
    assert rows[1:] == [
        ["Disbursement", "2", "24,000.00"],
        ["Late fee", "1", "52.61"],
        ["Payment", "1", "10.00"],
        # 12,000.00 x 9.5 % x 31 / 365 = 96.82 for the first, x 40 / 365 = 124.93 for the second
        ["Interest accrued", "2", "221.75"],
        ["Loans newly late", "1", "1,052.21"],
    ]


def test_the_auditor_sees_proofs_tie_outs_and_back_dated_events(loan: Any, people: Any, client_of: Any) -> None:
    event = receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p", by=people.operations
    )
    Proof.objects.create(law="entries_balance", business_date=TODAY, compared=2, holds=True)
    Proof.objects.create(
        law="subledger_is_gl", business_date=TODAY, compared=4, holds=False, differences=[{"what": "1200"}]
    )
    page = client_of(people.auditor).get("/")
    assert [row[::3] for row in table(page, "Laws of the books")[1:]] == [
        ["Every entry balances", "Holds"],
        ["The loans add up to the general ledger", "Does not hold"],
    ]
    assert table(page, NEEDS)[1][0] == "The loans add up to the general ledger: does not hold"
    assert (
        table(page, "The last back-dated events")[1:]
        == [
            ["Disbursement", loan.number, "30 Sep 2008", "31 Dec 2008", "Operations", "", "12,000.00"],
            ["Payment", loan.number, "30 Oct 2008", "31 Dec 2008", "Operations", "", "1,053.00"],
        ][::-1]
    )
    assert f"/loans/{loan.number}/events/{event.pk}/" in page.content.decode()
    assert "No tape was boarded." in words(page)


def test_the_administrator_sees_health_and_who_signs_in_with_a_password_alone(people: Any, client_of: Any) -> None:
    User.objects.create_user(
        "gone@example.com", "a long password 1", full_name="Gone", roles=["auditor"], is_active=False
    )
    page = client_of(people.administrator).get("/")
    assert [row[0] for row in table(page, "Staff without a second factor")[1:]] == [
        "Administrator", "Auditor", "Collections", "Operations", "Portfolio Manager", "Underwriter",
    ]  # fmt: skip
    assert "Last close None yet" in words(page)


@pytest.mark.parametrize("role", [role for role in Role.values if role != "borrower"])
def test_a_first_page_without_work_says_what_comes_here(company: Any, people: Any, client_of: Any, role: str) -> None:
    page = words(client_of(getattr(people, role)).get("/"))
    titles = {"underwriter": "No application waits for you", "collections": "No loan is late"}
    assert titles.get(role, "Nothing waits for you") in page
    assert "Checked at" in page


def test_somebody_with_two_roles_sees_both_works_once(loan: Any, people: Any, client_of: Any) -> None:
    LoanBalance.objects.filter(pk=loan.pk).update(dpd=5, past_due_amount=Decimal("10.00"))
    both = User.objects.create_user(
        "both@example.com", "a long password 1", full_name="Both", roles=["collections", "operations", "auditor"]
    )
    Proof.objects.create(
        law="entries_balance", business_date=TODAY, compared=2, holds=False, differences=[{"what": "x"}]
    )
    rows = table(client_of(both).get("/"), NEEDS)
    assert [row[0] for row in rows[1:]] == ["Every entry balances: does not hold", loan.number]


def test_a_borrower_goes_to_the_portal_and_a_stranger_to_the_sign_in_page(
    people: Any, client_of: Any, client: Any
) -> None:
    assert client_of(people.borrower).get("/").url == "/portal/"
    assert client.get("/").url == "/accounts/login/?next=/"


def test_what_waits_for_a_second_person_is_on_the_first_page_of_whoever_may_decide(
    loan: Any, people: Any, client_of: Any
) -> None:
    fork = open_fork(loan_id=loan.pk, title="Forgive the fee", by=people.operations)
    step = Step("charge_fee", "k", {"amount": "5.00", "effective_on": "2008-12-31", "reason": "x"})
    add_act(fork_id=fork.pk, number=1, step=step, by=people.operations)
    propose_fork(fork_id=fork.pk, number=1, reason="She asked.", by=people.operations)
    company = LegalEntity.objects.get()
    account = add_account(company=company, code="1207", name="Other", role="principal")
    lines = [DraftLine("principal", account)]
    draft_mapping(company=company, remark="x", lines=lines, effective_from=date(2009, 1, 5), by=people.operations)
    rows = table(client_of(people.portfolio_manager).get("/"), NEEDS)
    assert rows[1:] == [
        ["Forgive the fee", loan.borrower.name, "Operations proposes it: She asked. A second person commits it.",
         "31 Dec 2008", "–", "12,000.00", "Commit or send back"],
        ["GL mapping 1", str(company), "Operations drafted it. It starts on 5 Jan 2009 once it is approved.",
         "–", "Mon 5 Jan 2009", "", "Approve"],
    ]  # fmt: skip
    assert NEEDS not in [row[0] for row in rows]
    assert "Forgive the fee" not in words(client_of(people.operations).get("/"))


def test_a_month_whose_last_night_is_done_asks_to_be_closed(company: Any, people: Any, client_of: Any) -> None:
    Night.objects.create(business_date=date(2008, 11, 30), step="done", finished_at="2008-12-01T01:00Z")
    (row,) = table(client_of(people.portfolio_manager).get("/"), NEEDS)[1:]
    assert row[0::6] == ["Close November 2008", "Go through the checklist"]


def test_a_decision_that_is_due_comes_before_a_larger_one_that_is_not(people: Any) -> None:
    given = {"what": "x", "url": "/", "why": "x", "act": "x"}
    due = Need(**given, money=Decimal("1.00"), by=TODAY, overdue=True)
    large = Need(**given, money=Decimal("9.00"))
    broken = Need(**given, broken=True)
    assert sorted([large, due, broken], key=lambda need: need.rank) == [broken, due, large]


@pytest.mark.parametrize("role", [role for role in Role.values if role != "borrower"])
def test_a_large_book_costs_the_first_page_no_query_more(
    make_loan: Any, people: Any, client_of: Any, role: str
) -> None:
    client = client_of(getattr(people, role))

    def late(number: int) -> None:
        for _ in range(number):
            make_loan()
        LoanBalance.objects.update(dpd=5, past_due_amount=Decimal("10.00"), unapplied=Decimal("1.00"))

    late(5)
    few = queries(client, "/")
    late(20)
    assert queries(client, "/") == few
    assert few <= 25
