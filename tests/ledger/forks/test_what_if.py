"""The pages of a what-if: side by side, acts put in and taken out, and a second person who commits it."""

from decimal import Decimal as D
from typing import Any

import pytest

from ledger.models import Fork, LoanEvent
from ledger.operations import charge_fee
from ledger.operations.forks import add_scenario, commit_fork, open_fork, propose_fork
from tests.conftest import BUSINESS_DATE
from tests.ledger.forks.conftest import books, fee, fill, rate, returned
from tests.pages import queries, table, words

HTMX = {"HX-Request": "true"}
FEE = {"key": "k9", "amount": "25.00", "effective_on": "2008-12-31", "reason": "Cheque"}


@pytest.fixture
def url(fork: Fork) -> str:
    return f"/loans/{fork.loan.number}/what-if/{fork.pk}/"


@pytest.fixture
def maker(people: Any, client_of: Any) -> Any:
    return client_of(people.operations)


@pytest.fixture
def proposed(fork: Fork) -> Fork:
    fill(fork, fee())
    return propose_fork(fork_id=fork.pk, number=1, reason="It was agreed.", by=fork.made_by)


def acts(fork: Fork, number: int = 1) -> list[str]:
    return [row["act"] for row in fork.scenarios.get(number=number).acts]


def test_the_loans_page_leads_to_its_what_ifs(paid: Any, maker: Any) -> None:
    assert f'href="/loans/{paid.number}/what-if/"' in maker.get(f"/loans/{paid.number}/").content.decode()
    page = maker.get(f"/loans/{paid.number}/what-if/")
    assert "Nothing was tried on this loan yet." in words(page)


def test_a_what_if_is_made_and_stands_in_the_list(paid: Any, maker: Any, people: Any, client_of: Any) -> None:
    address = f"/loans/{paid.number}/what-if/"
    made = maker.post(address, {"title": "Had it come on time?"})
    fork = Fork.objects.get()
    assert (made.status_code, made.url) == (302, f"{address}{fork.pk}/")
    page = client_of(people.auditor).get(address)
    assert table(page, "What-ifs")[1:] == [["Had it come on time?", "Draft", "Operations", "31 Dec 2008"]]
    assert "1 what-if" in words(page)
    assert "Underwriter, operations, collections and portfolio manager can make one." in words(page)


def test_one_without_a_title_or_by_somebody_who_may_not_is_not_made(
    paid: Any, maker: Any, people: Any, client_of: Any
) -> None:
    address = f"/loans/{paid.number}/what-if/"
    page = maker.post(address, {"title": " "})
    assert page.status_code == 422
    assert "What you want to know: Say what this tries out." in words(page)
    assert client_of(people.auditor).post(address, {"title": "x"}).status_code == 403
    assert not Fork.objects.exists()


def test_the_scenarios_stand_beside_the_loan_as_it_is(fork: Fork, paid: Any, maker: Any, url: str) -> None:
    fill(fork, fee(), rate("0", "2008-09-30"))
    add_scenario(fork_id=fork.pk, title="The fee alone", by=fork.made_by)
    fill(fork, fee(), number=2)
    before = books(paid)
    page = maker.get(url)
    rows = {row[0]: row[1:] for row in table(page, "Side by side")}
    assert rows["Figure"] == ["As it stands USD", "Scenario 1", "The fee alone"]
    assert rows["Principal"] == ["11,040.70", "10,947.00 −93.70", "11,040.70"]
    assert rows["Fees"] == ["0.00", "77.61 +77.61", "25.00 +25.00"]
    assert rows["Rate"] == ["9.500 %", "0.000 %", "9.500 %"]
    assert rows["Events brought"] == ["–", "3", "1"]
    said = words(page)
    assert "Change the rate New rate: 0 % · Why it changes: Agreed · Effective on: 30 Sep 2008" in said
    assert "$52.61 is charged on 10 Dec 2008. Instalment 2 was not met when its days of grace ended." in said
    chart = table(page, "")
    assert chart[0] == ["Due on", "As it stands USD", "Scenario 1 USD", "The fee alone USD"]
    due = table(page, "The schedule to come")
    assert due[1][1] == due[1][3]  # a fee changes no instalment
    assert books(paid) == before


def test_an_act_is_tried_by_its_own_form_with_its_effect_after_the_acts_before_it(
    fork: Fork, paid: Any, maker: Any, url: str
) -> None:
    fill(fork, fee())
    address, before = f"{url}scenarios/1/act/", books(paid)
    form = maker.get(address, {"act": "waive_fee"}, headers=HTMX)
    assert form.status_code == 200
    assert "Waive a fee, in Scenario 1" in words(form)
    typed = FEE | {"reason": "Goodwill"}
    effect = maker.post(f"{address}effect/?act=waive_fee", typed, headers=HTMX)
    assert table(effect, "Balances before and after, at the end of today")[3] == ["Fees", "25.00", "0.00", "−25.00"]
    refused = maker.post(f"{address}effect/?act=waive_fee", typed | {"amount": "30.00"}, headers=HTMX)
    assert "owes $25.00 of fees, less than the $30.00 to waive: waive at most that." in words(refused)
    empty = maker.post(f"{address}effect/?act=waive_fee", typed | {"amount": ""}, headers=HTMX)
    assert "Fill in the form to see what will be posted" in words(empty)
    assert acts(fork) == ["charge_fee"]
    page = maker.post(f"{address}?act=waive_fee", typed, headers=HTMX)
    assert (page.status_code, page.headers["HX-Retarget"]) == (200, "#what-if")
    assert acts(fork) == ["charge_fee", "waive_fee"]
    assert 'id="act-1" autofocus' in " ".join(page.content.decode().split())
    assert books(paid) == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "0"}, "Amount: Type more than zero."),
        ({"effective_on": "2009-01-02"}, "Act 1, Charge a fee, cannot be done: 2009-01-02 is after the business date"),
        ({"reason": ""}, "Reason: Say why."),
    ],
)
def test_what_cannot_be_tried_comes_back_with_why_not(
    fork: Fork, paid: Any, maker: Any, url: str, changes: dict[str, str], sentence: str
) -> None:
    before = books(paid)
    page = maker.post(f"{url}scenarios/1/act/?act=charge_fee", FEE | changes, headers=HTMX)
    assert page.status_code == 422
    assert sentence in words(page)
    assert 'id="what-if"' not in page.content.decode()  # the form alone comes back
    assert (acts(fork), books(paid)) == ([], before)


def test_only_an_event_of_this_loan_that_stands_is_taken_back(
    fork: Fork, paid: Any, make_loan: Any, maker: Any, url: str
) -> None:
    address = f"{url}scenarios/1/act/?act=reverse_event"
    form = maker.get(address)
    assert "30 Oct 2008: Payment of $1,053.00" in words(form)
    assert "Paid out" not in words(form)
    typed = {"key": "k", "reason": "R01 Insufficient funds", "remark": ""}
    theirs = make_loan().events.get()
    page = maker.post(address, typed | {"event": str(theirs.pk)})
    assert "Choose an event of this loan that stands and can be taken back." in words(page)
    charge = charge_fee(
        loan_id=paid.pk, amount=D("9.00"), effective_on=BUSINESS_DATE, reason="x", key="f", by=fork.made_by
    )
    page = maker.post(address, typed | {"event": str(charge.pk)})
    assert "A bank returns payments alone: choose a mistake of ours." in words(page)
    assert acts(fork) == []
    back = maker.post(address, typed | {"event": str(paid.events.get(key="p1").pk)})
    assert (back.status_code, back.url) == (302, url)
    assert acts(fork) == ["reverse_event"]


def test_an_act_or_a_scenario_that_there_is_not_is_not_found(maker: Any, url: str, people: Any, client_of: Any) -> None:
    for address in ("scenarios/1/act/", "scenarios/1/act/?act=grant_wish", "scenarios/2/act/?act=charge_fee"):
        assert maker.get(url + address).status_code == 404, address
    assert maker.get("/loans/NONE/what-if/").status_code == 404
    assert maker.get(url.replace(url.split("/")[2], "L-99999999")).status_code == 404
    may = {
        role
        for role, user in vars(people).items()
        if client_of(user).get(f"{url}scenarios/1/act/?act=charge_fee").status_code == 200
    }
    assert may == {"underwriter", "operations", "collections", "portfolio_manager"}


def test_scenarios_and_acts_come_and_go(fork: Fork, maker: Any, url: str) -> None:
    page = maker.post(f"{url}scenarios/", {"title": "Dearer"}, headers=HTMX)
    assert "Dearer" in words(page)
    maker.post(f"{url}scenarios/2/act/?act=charge_fee", FEE, headers=HTMX)
    assert acts(fork, 2) == ["charge_fee"]
    maker.post(f"{url}scenarios/2/act/remove/", {"key": "k9"}, headers=HTMX)
    assert acts(fork, 2) == []
    page = maker.post(f"{url}scenarios/2/drop/", headers=HTMX)
    assert "Dearer" not in words(page)
    for number in (2, 3, 4):
        assert maker.post(f"{url}scenarios/").status_code == 302, number
    assert "Compare another" not in words(maker.get(url))
    full = maker.post(f"{url}scenarios/", {"title": "One more"}, headers=HTMX)
    assert full.status_code == 422
    assert "A what-if compares at most 4 scenarios: remove one to try another." in words(full)
    long = maker.post(f"{url}scenarios/", {"title": "x" * 61}, headers=HTMX)
    assert long.status_code == 422


def test_an_act_that_cannot_be_done_any_more_is_said_in_its_column(fork: Fork, paid: Any, maker: Any, url: str) -> None:
    event = paid.events.get(key="p1")
    fill(fork, returned(event))
    maker.post(
        f"/loans/{paid.number}/events/{event.pk}/reverse/",
        {"key": "r", "seen": event.pk, "reason": "R01 Insufficient funds", "remark": ""},
    )
    page = maker.get(url)
    assert "Act 1, Take an event back, cannot be done: What is taken back: Choose an event of this loan" in words(page)
    assert "The loan has moved on since this was looked at" in words(page)
    assert "Nothing: it cannot be done as it is." in words(page)
    rows = {row[0]: row[1:] for row in table(page, "Side by side")}
    assert rows["Principal"] == ["12,000.00", "–"]


def test_a_scenario_is_proposed_with_a_reason(fork: Fork, maker: Any, url: str) -> None:
    assert "Have it done" not in words(maker.get(url))  # there is nothing to do yet
    fill(fork, fee())
    page = maker.post(f"{url}propose/", {"number": "1", "reason": ""}, headers=HTMX)
    assert page.status_code == 422
    assert "Why it should be done: Say why." in words(page)
    assert maker.post(f"{url}propose/", {"number": "2", "reason": "x"}, headers=HTMX).status_code == 422
    assert Fork.objects.get().state == "draft"
    page = maker.post(f"{url}propose/", {"number": "1", "reason": "It was agreed."}, headers=HTMX)
    said = words(page)
    assert "Operations, on 31 Dec 2008: It was agreed. It would do Scenario 1." in said
    assert "You made it: a second person has to commit it." in said
    assert "Another act" not in said


def test_the_maker_and_whoever_may_not_are_told_why(
    proposed: Fork, maker: Any, people: Any, client_of: Any, url: str
) -> None:
    before = books(proposed.loan)
    page = maker.post(f"{url}commit/", headers=HTMX)
    assert page.status_code == 422
    assert "You made this what-if: a second person has to commit it." in words(page)
    assert client_of(people.auditor).post(f"{url}commit/").status_code == 403
    assert "Operations and portfolio manager can." in words(client_of(people.auditor).get(url))
    manager = client_of(people.portfolio_manager)
    assert "Charge a fee: operations can." in words(manager.get(url))
    page = manager.post(f"{url}commit/", headers=HTMX)
    assert "You may not do act 1, Charge a fee, so you cannot commit it: Operations can." in words(page)
    assert (Fork.objects.get().state, books(proposed.loan)) == ("proposed", before)


def test_a_second_person_commits_it_and_the_events_lead_back_to_it(
    proposed: Fork, paid: Any, second: Any, client_of: Any, url: str
) -> None:
    client = client_of(second)
    assert "Commit 1 act" in words(client.get(url))
    done = client.post(f"{url}commit/", headers=HTMX)
    assert done.headers["HX-Redirect"] == f"/loans/{paid.number}/"
    assert "Committed “Had it come on time?”: 1 act done." in words(client.get(f"/loans/{paid.number}/"))
    event = LoanEvent.objects.get(kind="fee")
    assert (event.amount, event.by) == (D("25.00"), second)
    said = words(client.get(url))
    assert "Operations proposed it on 31 Dec 2008: It was agreed. Second Person committed it on 31 Dec 2008." in said
    assert "What was done" in said
    assert "Side by side" not in said
    page = client.get(f"/loans/{paid.number}/events/{event.pk}/")
    assert f'href="{url}"' in page.content.decode()
    again = client.post(f"{url}commit/")
    assert (again.status_code, LoanEvent.objects.filter(kind="fee").count()) == (302, 1)


def test_a_loan_that_moved_on_is_looked_at_again(
    proposed: Fork, paid: Any, maker: Any, second: Any, client_of: Any, url: str
) -> None:
    charge_fee(loan_id=paid.pk, amount=D("9.00"), effective_on=BUSINESS_DATE, reason="x", key="f", by=second)
    said = words(client_of(second).get(url))
    assert "1 newer event: fee charged of $9.00 effective 31 Dec 2008." in said
    assert "The loan has newer events: Operations has to look again and propose it anew." in said
    page = client_of(second).post(f"{url}commit/", headers=HTMX)
    assert page.status_code == 422
    assert f"Something was entered on loan {paid.number} since this was proposed: nothing was posted." in words(page)
    assert client_of(second).post(f"{url}look-again/", headers=HTMX).status_code == 422  # the maker's own to do
    page = maker.post(f"{url}look-again/", headers=HTMX)
    assert page.status_code == 200
    assert "newer event" not in words(page)
    assert Fork.objects.get().state == "draft"


def test_a_second_person_says_no_by_withdrawing_it(proposed: Fork, second: Any, client_of: Any, url: str) -> None:
    before = books(proposed.loan)
    assert client_of(second).post(f"{url}withdraw/").url == url
    assert "Second Person withdrew it on 31 Dec 2008. Nothing of it was done." in words(client_of(second).get(url))
    assert books(proposed.loan) == before
    with pytest.raises(Exception, match="withdrawn: only one that is proposed"):
        commit_fork(fork_id=proposed.pk, by=second)


def test_a_longer_list_costs_no_query_more(fork: Fork, paid: Any, people: Any, maker: Any, url: str) -> None:
    address = f"/loans/{paid.number}/what-if/"
    few = queries(maker, address)
    for _ in range(10):
        open_fork(loan_id=paid.pk, title="x", by=people.operations)
    assert queries(maker, address) == few
    # A scenario without acts costs what reading the loan costs; one with acts what doing them costs besides.
    assert queries(maker, url) <= 45
