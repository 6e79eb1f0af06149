"""What may be done with a what-if, by whom, and that committing it is all of it or nothing."""

import pickle
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django_fsm import can_proceed

from finance.errors import Refused
from ledger.forks.errors import (
    ActRefused,
    LoanMovedOn,
    MakerCannotCommit,
    MayNotDo,
    MayNotWithdraw,
    NoSuchScenario,
    NotADraft,
    NothingToPropose,
    NotProposed,
    NotTheMaker,
    TooManyScenarios,
)
from ledger.forks.play import compare, standing_of
from ledger.forks.steps import CHOICES, Step, steps_of
from ledger.models import Fork, LoanBalance, LoanEvent, Scenario
from ledger.operations import charge_fee
from ledger.operations.forks import (
    add_act,
    add_scenario,
    commit_fork,
    drop_scenario,
    events_of,
    is_stale,
    look_again,
    propose_fork,
    remove_act,
    withdraw_fork,
)
from ledger.replay import difference
from ledger.views.acts import TABLE
from tenants.models import Tenant, User
from tests.conftest import BUSINESS_DATE
from tests.ledger.forks.conftest import books, fee, fill, payment, rate, returned

TODAY = BUSINESS_DATE


def propose(fork: Fork, number: int = 1) -> Fork:
    return propose_fork(fork_id=fork.pk, number=number, reason="It was agreed.", by=fork.made_by)


def now(fork: Fork) -> tuple[Any, ...]:
    """What a refusal must leave as it was."""
    rows = Scenario.objects.filter(fork=fork).order_by("number").values_list("number", "acts", "kept")
    return (Fork.objects.filter(pk=fork.pk).values().get(), list(rows), books(fork.loan))


def test_a_what_if_begins_with_one_scenario_of_the_loan_as_it_stands(fork: Fork, paid: Any, people: Any) -> None:
    assert (fork.state, fork.made_by, fork.made_on) == ("draft", people.operations, TODAY)
    assert fork.base == paid.events.get(key="p1")
    assert [(row.number, row.title, row.acts) for row in fork.scenarios.all()] == [(1, "Scenario 1", [])]


def test_acts_are_kept_as_they_were_typed_and_in_order(fork: Fork) -> None:
    fill(fork, payment(), rate())
    before = books(fork.loan)
    kept = fork.scenarios.get(number=1)
    assert steps_of(kept.acts) == [payment(), rate()]
    # Sent twice, it is added once.
    add_act(fork_id=fork.pk, number=1, step=payment("5.00"), by=fork.made_by)
    assert steps_of(fork.scenarios.get(number=1).acts) == [payment(), rate()]
    remove_act(fork_id=fork.pk, number=1, key="k1", by=fork.made_by)
    remove_act(fork_id=fork.pk, number=1, key="k1", by=fork.made_by)
    assert steps_of(fork.scenarios.get(number=1).acts) == [rate()]
    assert books(fork.loan) == before


def test_an_act_that_cannot_be_done_is_not_added(fork: Fork) -> None:
    fill(fork, fee())
    before = now(fork)
    with pytest.raises(ActRefused, match="Act 2, Take a payment, cannot be done: 2009-01-02 is after"):
        fill(fork, payment(on="2009-01-02"))
    assert now(fork) == before


def test_at_most_four_scenarios_are_compared_and_a_dropped_one_makes_room(fork: Fork) -> None:
    by = fork.made_by
    numbers = [add_scenario(fork_id=fork.pk, title=title, by=by).number for title in ("Dear", "", "")]
    assert numbers == [2, 3, 4]
    with pytest.raises(TooManyScenarios, match=r"A what-if compares at most 4 scenarios: remove one to try another\."):
        add_scenario(fork_id=fork.pk, by=by)
    fill(fork, fee(), number=2)
    drop_scenario(fork_id=fork.pk, number=2, by=by)
    again = add_scenario(fork_id=fork.pk, by=by)
    assert (again.number, again.title, again.acts, again.kept) == (2, "Scenario 2", [], True)
    drop_scenario(fork_id=fork.pk, number=3, by=by)
    for act in (
        lambda: fill(fork, fee(), number=3),
        lambda: remove_act(fork_id=fork.pk, number=3, key="k3", by=by),
        lambda: drop_scenario(fork_id=fork.pk, number=3, by=by),
        lambda: propose(fork, 3),
    ):
        with pytest.raises(NoSuchScenario, match="There is no scenario 3 any more"):
            act()


def test_a_second_person_commits_and_gets_exactly_what_was_looked_at(
    fork: Fork, paid: Any, people: Any, second: User
) -> None:
    event = paid.events.get(key="p1")
    steps = [returned(event), fee(), payment("2,000.00", "2008-12-05", "k5")]
    fill(fork, *steps)
    _, (outcome,) = compare(paid.pk, [steps], by=people.operations)
    propose(fork)
    done = commit_fork(fork_id=fork.pk, by=second)
    assert [(row.kind, row.effective_on, row.amount, row.key, row.by) for row in done] == [
        ("reversal", date(2008, 10, 30), None, f"fork/{fork.pk}/1", second),
        ("fee", TODAY, D("25.00"), f"fork/{fork.pk}/2", second),
        ("payment", date(2008, 12, 5), D("2000.00"), f"fork/{fork.pk}/3", second),
    ]
    stands = standing_of(paid.pk, TODAY)
    assert outcome.standing is not None
    assert (stands.at, stands.to_come) == (outcome.standing.at, outcome.standing.to_come)
    through = type(paid.balance).objects.get(pk=paid.pk).accrued_through
    assert difference(paid, through=through, late_fees_through=date(2008, 12, 30)).nothing
    kept = Fork.objects.get(pk=fork.pk)
    assert (kept.state, kept.decided_by, kept.decided_on, kept.reason) == ("committed", second, TODAY, "It was agreed.")
    assert [Fork.behind(row) for row in done] == [kept, kept, kept]
    assert Fork.behind(event) is None


def test_committing_again_returns_the_events_of_the_first_time(fork: Fork, second: User) -> None:
    fill(fork, fee())
    propose(fork)
    done = commit_fork(fork_id=fork.pk, by=second)
    after = books(fork.loan)
    assert commit_fork(fork_id=fork.pk, by=second) == done == events_of(Fork.objects.get(pk=fork.pk))
    assert books(fork.loan) == after


def test_the_maker_never_commits(fork: Fork) -> None:
    fill(fork, fee())
    propose(fork)
    before = now(fork)
    with pytest.raises(MakerCannotCommit, match=r"You made this what-if: a second person has to commit it\."):
        commit_fork(fork_id=fork.pk, by=fork.made_by)
    assert now(fork) == before


def test_who_commits_must_be_allowed_each_act(fork: Fork, people: Any) -> None:
    fill(fork, fee(), rate())
    propose(fork)
    before = now(fork)
    with pytest.raises(MayNotDo) as refused:
        commit_fork(fork_id=fork.pk, by=people.portfolio_manager)
    assert str(refused.value) == "You may not do act 1, Charge a fee, so you cannot commit it: Operations can."
    assert now(fork) == before


def test_a_loan_that_moved_on_is_looked_at_again_first(fork: Fork, paid: Any, people: Any, second: User) -> None:
    fill(fork, fee())
    assert not is_stale(fork)
    propose(fork)
    charge_fee(loan_id=paid.pk, amount=D("9.00"), effective_on=TODAY, reason="x", key="between", by=people.operations)
    assert is_stale(Fork.objects.get(pk=fork.pk))
    before = now(fork)
    with pytest.raises(LoanMovedOn) as refused:
        commit_fork(fork_id=fork.pk, by=second)
    assert str(refused.value) == (
        f"Something was entered on loan {paid.number} since this was proposed: nothing was posted. "
        "Look again at what it would do now, and propose it again."
    )
    assert now(fork) == before
    again = look_again(fork_id=fork.pk, by=people.operations)
    assert (again.state, again.chosen, again.reason, again.proposed_on) == ("draft", None, "", None)
    assert not is_stale(again)
    propose(again)
    assert [row.amount for row in commit_fork(fork_id=fork.pk, by=second)] == [D("25.00")]


def test_one_refused_act_takes_all_of_them_back(fork: Fork, paid: Any, second: User) -> None:
    """The third act stopped being possible without an event of the loan: nothing of the first two stays."""
    fill(fork, fee("30.00", "2008-12-30"), payment("5.00", "2008-12-30"), rate("7", "2008-12-31"))
    propose(fork)
    Tenant.objects.update(business_date=date(2008, 12, 30))
    before = now(fork)
    with pytest.raises(ActRefused) as refused:
        commit_fork(fork_id=fork.pk, by=second)
    assert str(refused.value) == (
        "Act 3, Change the rate, cannot be done: 2008-12-31 is after the business date 2008-12-30: it can be posted "
        "when that day has come."
    )
    assert now(fork) == before


def test_nothing_and_the_impossible_are_not_proposed(fork: Fork, paid: Any, people: Any) -> None:
    with pytest.raises(NothingToPropose, match=r"Scenario 1 has no act: there is nothing to do\."):
        propose(fork)
    waive = Step("waive_fee", "k7", {"amount": "25.00", "effective_on": "2008-12-31", "reason": "Goodwill"})
    fill(fork, fee(), waive)
    remove_act(fork_id=fork.pk, number=1, key="k3", by=people.operations)
    before = now(fork)
    with pytest.raises(ActRefused, match="Act 1, Waive a fee, cannot be done"):
        propose(fork)
    assert now(fork) == before


def test_only_its_maker_changes_a_draft(fork: Fork, second: User) -> None:
    fill(fork, fee())
    before = now(fork)
    for act in (
        lambda: add_scenario(fork_id=fork.pk, by=second),
        lambda: drop_scenario(fork_id=fork.pk, number=1, by=second),
        lambda: add_act(fork_id=fork.pk, number=1, step=rate(), by=second),
        lambda: remove_act(fork_id=fork.pk, number=1, key="k3", by=second),
        lambda: propose_fork(fork_id=fork.pk, number=1, reason="x", by=second),
        lambda: look_again(fork_id=fork.pk, by=second),
    ):
        with pytest.raises(NotTheMaker, match=r"Only Operations, who made this what-if, can change it\."):
            act()
    assert now(fork) == before


def test_what_is_proposed_stays_as_it_was_read(fork: Fork, second: User) -> None:
    fill(fork, fee())
    propose(fork)
    before = now(fork)
    for act in (
        lambda: add_scenario(fork_id=fork.pk, by=fork.made_by),
        lambda: drop_scenario(fork_id=fork.pk, number=1, by=fork.made_by),
        lambda: fill(fork, rate()),
        lambda: remove_act(fork_id=fork.pk, number=1, key="k3", by=fork.made_by),
        lambda: propose(fork),
    ):
        with pytest.raises(NotADraft, match=r"This what-if is proposed: its scenarios cannot be changed\."):
            act()
    assert now(fork) == before


def test_its_maker_or_who_may_commit_it_withdraws_it_and_nothing_is_done(fork: Fork, people: Any, second: User) -> None:
    fill(fork, fee())
    propose(fork)
    before = books(fork.loan)
    with pytest.raises(MayNotWithdraw, match="Only Operations, who made this what-if, or somebody who may commit it"):
        withdraw_fork(fork_id=fork.pk, by=people.collections)
    withdraw_fork(fork_id=fork.pk, by=second)
    gone = Fork.objects.get(pk=fork.pk)
    assert (gone.state, gone.decided_by, gone.decided_on) == ("withdrawn", second, TODAY)
    for act, refusal in (
        (lambda: withdraw_fork(fork_id=fork.pk, by=fork.made_by), NotADraft),
        (lambda: look_again(fork_id=fork.pk, by=fork.made_by), NotADraft),
        (lambda: commit_fork(fork_id=fork.pk, by=second), NotProposed),
    ):
        with pytest.raises(refusal, match="This what-if is withdrawn"):
            act()
    assert books(fork.loan) == before


TRANSITIONS = ["mark_proposed", "mark_reopened", "mark_committed", "mark_withdrawn"]
LEGAL = {
    "draft": {"mark_proposed", "mark_withdrawn"},
    "proposed": {"mark_reopened", "mark_committed", "mark_withdrawn"},
    "committed": set[str](),
    "withdrawn": set[str](),
}


@pytest.mark.parametrize("transition", TRANSITIONS)
@pytest.mark.parametrize("state", LEGAL)
def test_every_state_and_transition(state: str, transition: str) -> None:
    assert set(Fork.State.values) == set(LEGAL)
    assert can_proceed(getattr(Fork(state=state), transition)) == (transition in LEGAL[state])


# What is typed to try each act of the table on $12,000.00 of which one instalment is paid.
ON_THE_DAY = {"effective_on": "2008-12-31"}
SAID = ON_THE_DAY | {"reason": "Agreed"}
TYPED: dict[str, dict[str, Any]] = {
    "take_payment": payment().data,
    "charge_fee": fee().data,
    "waive_fee": fee().data,
    "change_rate": rate().data,
    "charge_off": SAID,
    "receive_recovery": ON_THE_DAY | {"amount": "10.00"},
    "take_payoff": ON_THE_DAY | {"amount": "20000.00"},
    "apply_credit": ON_THE_DAY | {"amount": "10.00"},
    "refund_credit": SAID | {"amount": "10.00"},
    "receive_escrow": ON_THE_DAY | {"amount": "100.00"},
    "disburse_escrow": SAID | {"amount": "40.00"},
    "draw_funds": SAID | {"amount": "500.00"},
    "capitalise": SAID | {"part": "interest"},
    "place_on_nonaccrual": SAID,
    "restore_accrual": SAID,
    "write_off_small_balance": SAID,
    "sell_loan": SAID | {"amount": "9000.00"},
    "buy_back_loan": SAID | {"amount": "9000.00"},
    "recast_loan": SAID,
    "change_rate_and_payment": SAID | {"rate": "7"},
    "extend_loan": SAID | {"count": "3"},
    "defer_instalments": SAID | {"count": "1"},
    "change_due_day": SAID | {"day": "15"},
    "re_amortise_loan": SAID,
    "re_age_loan": SAID,
    "restructure_loan": SAID | {"interest": "capitalise", "fees": "waive"},
    "transfer_loan": SAID,
}
CLEARED = payment("2,200.00", on="2008-12-31", key="cleared")
OVERPAID = payment("20,000.00", on="2008-12-31", key="overpaid")
# What must have happened in the scenario before.
BEFORE = {
    "waive_fee": [fee()],
    "receive_recovery": [Step("charge_off", "gone", SAID)],
    "refund_credit": [OVERPAID],
    "disburse_escrow": [Step("receive_escrow", "in", ON_THE_DAY | {"amount": "100.00"})],
    "recast_loan": [CLEARED],
    "change_rate_and_payment": [CLEARED],
    "extend_loan": [CLEARED],
}
# What this loan does not allow, and why not.
REFUSED = {
    "take_payoff": "payoff_differs",
    "apply_credit": "not_held",
    "draw_funds": "nothing_to_draw",
    "restore_accrual": "status_stands",
    "write_off_small_balance": "above_tolerance",
    "buy_back_loan": "still_ours",
    "re_age_loan": "cannot_modify",
    "transfer_loan": "act_cannot_be_read",
}


def test_every_act_of_the_loans_page_can_be_chosen_and_is_tried_below() -> None:
    assert set(CHOICES) == {act.name for act in TABLE} | {"reverse_event"}
    assert set(TYPED) == {act.name for act in TABLE}


@pytest.mark.parametrize("name", [name for name in TYPED if name not in REFUSED])
def test_every_act_can_be_tried_and_committed(fork: Fork, paid: Any, second: User, name: str) -> None:
    steps = [*BEFORE.get(name, []), Step(name, "tried", TYPED[name])]
    fill(fork, *steps)
    propose(fork)
    assert len(commit_fork(fork_id=fork.pk, by=second)) == len(steps)
    # No night has charged the late fee of 10 December; the long way derives it.
    derived = LoanEvent.objects.filter(loan=paid, kind="late_fee").exists()
    through = LoanBalance.objects.get(pk=paid.pk).accrued_through
    late_fees_through = date(2008, 12, 30) if derived else date(2008, 12, 9)
    assert difference(paid, through=through, late_fees_through=late_fees_through).nothing


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_an_act_that_the_loan_does_not_allow_is_refused_as_on_its_own_page(
    fork: Fork, paid: Any, name: str, code: str
) -> None:
    before = books(paid)
    with pytest.raises(ActRefused) as refused:
        fill(fork, Step(name, "tried", TYPED[name]))
    reason: Any = refused.value.__cause__
    assert (reason.code, books(paid)) == (code, before)
    assert steps_of(Scenario.objects.get(fork=fork, number=1).acts) == []


@pytest.mark.parametrize(
    ("purpose", "principal_only", "kept"), [("principal_only", True, "ordinary"), ("clear_dues", False, "clear_dues")]
)
def test_a_payment_keeps_its_purpose(fork: Fork, second: User, purpose: str, principal_only: bool, kept: str) -> None:
    fill(fork, Step("take_payment", "k1", payment("100.00").data | {"purpose": purpose}))
    propose(fork)
    (event,) = commit_fork(fork_id=fork.pk, by=second)
    assert (event.principal_only, event.purpose) == (principal_only, kept)


def test_the_database_keeps_what_was_proposed_as_it_was_read(fork: Fork) -> None:
    fill(fork, fee())
    propose(fork)
    before = now(fork)
    scenario = fork.scenarios.get(number=1)
    with pytest.raises(IntegrityError, match="the scenarios of a proposed what-if stay"), transaction.atomic():
        Scenario.objects.filter(pk=scenario.pk).update(acts=[])
    with pytest.raises(IntegrityError, match="the scenarios of a proposed what-if stay"), transaction.atomic():
        Scenario.objects.create(fork=fork, number=2, title="x")
    assert now(fork) == before


def test_the_database_lets_no_maker_commit(fork: Fork) -> None:
    fill(fork, fee())
    propose(fork)
    before = now(fork)
    with pytest.raises(IntegrityError, match="fork_four_eyes"), transaction.atomic():
        Fork.objects.filter(pk=fork.pk).update(state="committed", decided_by=fork.made_by, decided_on=TODAY)
    assert now(fork) == before


@pytest.mark.parametrize("column", ["made_by", "loan", "title", "made_on"])
def test_the_database_lets_nobody_rewrite_who_made_it_and_of_what(fork: Fork, column: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Fork.objects.filter(pk=fork.pk).update(**{column: getattr(fork, column)})


def test_a_refusal_is_a_sentence_in_a_worker_too() -> None:
    for refusal in (MakerCannotCommit(), TooManyScenarios(most=4), ActRefused(position=1, act="x", why="y")):
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)
        assert isinstance(refusal, Refused)
