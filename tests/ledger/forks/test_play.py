"""Scenarios are really done and taken back: exactly what doing them gives, and nothing is left behind."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction

from ledger.foresight import by_account
from ledger.forks.errors import ActRefused
from ledger.forks.figures import schedules, side_by_side
from ledger.forks.play import after, compare, standing_of
from ledger.forks.steps import Step, details_of, perform_all, steps_of
from ledger.models import Entry, LoanEvent
from ledger.operations import reverse_event
from ledger.replay import difference
from tests.conftest import BUSINESS_DATE
from tests.ledger.forks.conftest import books, fee, payment, rate, returned


def posted(entries: Any) -> list[tuple[str, D, D]]:
    return [(row.account.role, row.debit, row.credit) for row in by_account(entries)]


def really(loan: Any, steps: list[Step], by: Any) -> tuple[Any, list[Any], list[tuple[str, D, D]]]:
    """(where the loan stands, its new events, what they posted by account) once the steps are done for real."""
    known = set(LoanEvent.objects.values_list("pk", flat=True))
    savepoint = transaction.savepoint()
    perform_all(steps, loan_id=loan.pk, today=BUSINESS_DATE, by=by, keys=[f"really/{n}" for n, _ in enumerate(steps)])
    through = type(loan.balance).objects.get(pk=loan.pk).accrued_through
    assert difference(loan, through=through, late_fees_through=date(2008, 12, 30)).nothing
    stands = standing_of(loan.pk, BUSINESS_DATE)
    events = LoanEvent.objects.exclude(pk__in=known).order_by("id")
    brought = [(row.kind, row.effective_on, row.amount, row.rate) for row in events]
    found = posted(Entry.objects.filter(event__in=events).prefetch_related("postings__account"))
    transaction.savepoint_rollback(savepoint)
    return stands, brought, found


def test_each_scenario_gives_exactly_what_doing_it_gives_and_leaves_nothing(paid: Any, people: Any) -> None:
    event = paid.events.get(key="p1")
    scenarios = [[payment(), rate()], [returned(event), fee(), payment("2,000.00", "2008-12-05", "k5")], []]
    before = books(paid)
    now, outcomes = compare(paid.pk, scenarios, by=people.operations)
    assert books(paid) == before
    for steps, outcome in zip(scenarios, outcomes, strict=True):
        stands, brought, found = really(paid, steps, people.operations)
        assert outcome.standing.at == stands.at
        assert (outcome.standing.to_come, outcome.standing.interest_paid) == (stands.to_come, stands.interest_paid)
        happened = sorted(outcome.events, key=lambda row: row.pk)
        assert [(row.kind, row.effective_on, row.amount, row.rate) for row in happened] == brought
        assert posted(outcome.foresight.entries) == found
    assert outcomes[2].standing.at == now.at
    assert (outcomes[2].events, outcomes[2].foresight.entries) == ((), ())
    assert books(paid) == before


def test_the_figures_stand_side_by_side_with_their_differences(paid: Any, people: Any) -> None:
    now, outcomes = compare(paid.pk, [[fee(), rate("0", "2008-09-30")], [fee()]], by=people.operations)
    rows = {row.what: row for section in side_by_side(now, outcomes) for row in section.rows}
    # No interest ever: the whole payment went to principal.
    assert [cell.value for cell in rows["Principal"].cells] == [D("11040.70"), D("10947.00"), D("11040.70")]
    assert [cell.difference for cell in rows["Principal"].cells] == [None, D("-93.70"), D("0.00")]
    # A back-dated change replays the loan to today, so the late fee of November that no night has charged comes too.
    assert [cell.value for cell in rows["Fees"].cells] == [D("0.00"), D("77.61"), D("25.00")]
    assert [cell.value for cell in rows["Rate"].cells] == [D("9.5"), D("0"), D("9.5")]
    assert [cell.value for cell in rows["Interest in all"].cells][1] == D("0.00")
    assert [cell.value for cell in rows["Events brought"].cells] == [None, 3, 1]
    assert [cell.value for cell in rows["Late fees charged"].cells] == [None, D("52.61"), D("0.00")]
    assert [cell.value for cell in rows["Payments allocated anew"].cells] == [None, 1, 0]
    assert "Written off" not in rows
    due = schedules([now, *(outcome.standing for outcome in outcomes)])
    assert due[0].on == date(2009, 1, 30)
    assert due[0].cells[0] == due[0].cells[2]  # a fee changes no instalment
    assert [row.on for row in due][-1] == date(2009, 9, 30)


def test_a_loan_that_ends_has_nothing_to_come(paid: Any, people: Any) -> None:
    gone = Step("charge_off", "k9", {"effective_on": "2008-12-31", "reason": "Gone"})
    now, (outcome,) = compare(paid.pk, [[gone]], by=people.operations)
    rows = {row.what: row for section in side_by_side(now, [outcome]) for row in section.rows}
    assert [cell.value for cell in rows["State"].cells] == ["Active", "Charged off"]
    assert [cell.value for cell in rows["Owed in all"].cells][1] == D("0.00")
    assert rows["Written off"].cells[0].value == D("0.00")
    assert rows["Written off"].cells[1].value == now.at.payoff
    assert rows["Instalments to come"].cells[1].value == 0
    assert rows["Ends on"].cells[1].value is None


def test_an_act_that_is_refused_stops_its_scenario_alone(paid: Any, people: Any) -> None:
    waive = Step("waive_fee", "k7", {"amount": "30.00", "effective_on": "2008-12-31", "reason": "Goodwill"})
    before = books(paid)
    now, outcomes = compare(paid.pk, [[fee(), waive], [fee()]], by=people.operations)
    assert isinstance(outcomes[0].refusal, ActRefused)
    assert str(outcomes[0].refusal) == (
        f"Act 2, Waive a fee, cannot be done: Loan {paid.number} owes $25.00 of fees, less than the $30.00 to waive: "
        "waive at most that."
    )
    assert outcomes[1].standing.at.state.fees == D("25.00")
    rows = {row.what: row for section in side_by_side(now, outcomes) for row in section.rows}
    assert [cell.known for cell in rows["Principal"].cells] == [True, False, True]
    assert [cell.known for cell in rows["State"].cells] == [True, False, True]
    assert books(paid) == before


def test_an_act_may_stand_on_what_an_earlier_one_did(paid: Any, people: Any) -> None:
    gone = Step("charge_off", "k9", {"effective_on": "2008-12-31", "reason": "Gone"})
    recovery = Step("receive_recovery", "k8", {"amount": "100.00", "effective_on": "2008-12-31"})
    _, (alone, both) = compare(paid.pk, [[recovery], [gone, recovery]], by=people.operations)
    assert "it takes no recoveries" in str(alone.refusal)
    assert both.standing.at.state.recovered == D("100.00")


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (payment("0.00"), "Act 1, Take a payment, cannot be done: Amount: Type more than zero."),
        (payment(on="2009-01-02"), "2009-01-02 is after the business date 2008-12-31"),
        (payment(on="2008-09-29"), "choose that day or a later one."),
        (Step("grant_wish", "k1", {}), "There is no act called grant_wish: remove it from the scenario."),
        (
            Step("reverse_event", "k1", {"event": "1", "reason": "Wrong day", "remark": ""}),
            "What is taken back: Choose an event of this loan that stands and can be taken back.",
        ),
    ],
)
def test_what_cannot_be_done_says_why(paid: Any, people: Any, step: Step, sentence: str) -> None:
    before = books(paid)
    with pytest.raises(ActRefused) as refused, after([step], loan_id=paid.pk, by=people.operations):
        pass
    assert sentence in str(refused.value)
    assert books(paid) == before


def test_an_event_is_taken_back_once_in_a_scenario(paid: Any, people: Any) -> None:
    event = paid.events.get(key="p1")
    _, (outcome,) = compare(paid.pk, [[returned(event), returned(event, "k5")]], by=people.operations)
    assert str(outcome.refusal).startswith("Act 2, Take an event back, cannot be done: What is taken back: Choose")


def test_what_would_be_told_once_committed_is_not_told(
    paid: Any, people: Any, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[str] = []
    with django_capture_on_commit_callbacks(execute=True), after([payment()], loan_id=paid.pk, by=people.operations):
        transaction.on_commit(lambda: told.append("receipt"))
    assert told == []


def test_an_act_reads_in_words(paid: Any, people: Any) -> None:
    event = paid.events.get(key="p1")
    assert details_of(payment(), paid, BUSINESS_DATE) == [("Amount", "$1,052.21"), ("Effective on", "28 Nov 2008")]
    assert details_of(rate(), paid, BUSINESS_DATE)[0] == ("New rate", "7.3 %")
    assert details_of(returned(event), paid, BUSINESS_DATE) == [
        ("What is taken back", "30 Oct 2008: Payment of $1,053.00"),
        ("Why it is taken back", "R01 Insufficient funds"),
    ]
    # What was taken back since is a choice no more, and is still said in words.
    reverse_event(event_id=event.pk, reason="Returned", key="back", by=people.operations)
    assert details_of(returned(event), paid, BUSINESS_DATE)[0][1] == "30 Oct 2008: Payment of $1,053.00"
    assert details_of(Step("grant_wish", "k", {}), paid, BUSINESS_DATE) == []


def test_a_step_is_the_same_after_it_was_kept(paid: Any) -> None:
    step = payment()
    assert steps_of([step.as_json()]) == [step]
