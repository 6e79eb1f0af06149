"""A what-if: drafted by one person, and done, whole or not at all, by another.

Not among what ledger.operations offers by name: it does the acts of ledger.views.acts, which are made of those.
"""

from django.db import transaction

from ledger.forks.errors import (
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
from ledger.forks.play import after
from ledger.forks.steps import Step, perform_all, steps_of
from ledger.models import Fork, LoanEvent, Scenario
from ledger.models.forks import MOST_SCENARIOS
from ledger.operations.steps import lock
from ledger.selectors import business_date
from ledger.views.acts import roles_with
from tenants.models import User


@transaction.atomic
def open_fork(*, loan_id: int, title: str, by: User) -> Fork:
    """A what-if of the loan as it stands, with one scenario that has no act yet."""
    fork: Fork = Fork.objects.create(
        loan_id=loan_id, title=title, made_by=by, made_on=business_date(), base_id=last_event_id(loan_id)
    )
    Scenario.objects.create(fork=fork, number=1, title=usual_title(1))
    return fork


@transaction.atomic
def add_scenario(*, fork_id: int, title: str = "", by: User) -> Scenario:
    """One more to compare, on the first number that is free."""
    fork = draft_of(fork_id, by)
    rows = {row.number: row for row in fork.scenarios.all()}
    free = [n for n in range(1, MOST_SCENARIOS + 1) if n not in rows or not rows[n].kept]
    if not free:
        raise TooManyScenarios(most=MOST_SCENARIOS)
    named = {"title": title or usual_title(free[0]), "acts": [], "kept": True}
    scenario, _ = Scenario.objects.update_or_create(fork=fork, number=free[0], defaults=named)
    return scenario


@transaction.atomic
def drop_scenario(*, fork_id: int, number: int, by: User) -> None:
    """Compare it no more. Its acts go with it."""
    scenario = scenario_of(draft_of(fork_id, by), number)
    scenario.acts, scenario.kept = [], False
    scenario.save(update_fields=["acts", "kept"])


@transaction.atomic
def add_act(*, fork_id: int, number: int, step: Step, by: User) -> Scenario:
    """Put `step` at the end of the scenario, unless it cannot be done there. The same key is added once."""
    lock(loan_of(fork_id))
    fork = draft_of(fork_id, by)
    scenario = scenario_of(fork, number)
    steps = steps_of(scenario.acts)
    if all(one.key != step.key for one in steps):
        with after([*steps, step], loan_id=fork.loan_id, by=by):
            pass
        scenario.acts = [one.as_json() for one in (*steps, step)]
        scenario.save(update_fields=["acts"])
    return scenario


@transaction.atomic
def remove_act(*, fork_id: int, number: int, key: str, by: User) -> Scenario:
    """Take the act with that key out of the scenario; nothing happens when it is out already."""
    scenario = scenario_of(draft_of(fork_id, by), number)
    scenario.acts = [row for row in scenario.acts if row["key"] != key]
    scenario.save(update_fields=["acts"])
    return scenario


@transaction.atomic
def propose_fork(*, fork_id: int, number: int, reason: str, by: User) -> Fork:
    """Ask for the acts of one scenario to be done. Refused when they cannot be done now."""
    lock(loan_of(fork_id))
    fork = draft_of(fork_id, by)
    scenario = scenario_of(fork, number)
    steps = steps_of(scenario.acts)
    if not steps:
        raise NothingToPropose(title=scenario.title)
    with after(steps, loan_id=fork.loan_id, by=by) as today:
        pass
    fork.mark_proposed(chosen=number, reason=reason, on=today)
    fork.base_id = last_event_id(fork.loan_id)
    fork.save(update_fields=["state", "chosen", "reason", "proposed_on", "base"])
    return fork


@transaction.atomic
def look_again(*, fork_id: int, by: User) -> Fork:
    """Take the loan as it stands now for the base. What was proposed is a draft again."""
    fork = locked(fork_id)
    if by.pk != fork.made_by_id:
        raise NotTheMaker(maker=fork.made_by)
    if fork.state == Fork.State.PROPOSED:
        fork.mark_reopened()
    elif fork.state != Fork.State.DRAFT:
        raise NotADraft(state=fork.get_state_display().lower())
    fork.base_id = last_event_id(fork.loan_id)
    fork.save(update_fields=["state", "chosen", "reason", "proposed_on", "base"])
    return fork


@transaction.atomic
def withdraw_fork(*, fork_id: int, by: User) -> Fork:
    """Put it away: nothing of it is done. Also how a second person says no."""
    fork = locked(fork_id)
    if by.pk != fork.made_by_id and not by.has_perm("ledger.commit_fork"):
        raise MayNotWithdraw(maker=fork.made_by)
    if fork.state not in (Fork.State.DRAFT, Fork.State.PROPOSED):
        raise NotADraft(state=fork.get_state_display().lower())
    fork.mark_withdrawn(by=by, on=business_date())
    fork.save(update_fields=["state", "decided_by", "decided_on"])
    return fork


@transaction.atomic
def commit_fork(*, fork_id: int, by: User) -> list[LoanEvent]:
    """Do the acts of the scenario that was proposed, in order, in one transaction. Returns their events.

    Refused, and nothing moves, when `by` made it or may not do one of the acts, when the loan has newer events than
    were looked at, or when one act is refused. Committing again returns the events of the first time.
    """
    _, _, day = lock(loan_of(fork_id))
    fork = locked(fork_id)
    if fork.state == Fork.State.COMMITTED and fork.decided_by_id == by.pk:
        return events_of(fork)
    if fork.state != Fork.State.PROPOSED:
        raise NotProposed(state=fork.get_state_display().lower())
    if fork.made_by_id == by.pk:
        raise MakerCannotCommit
    steps = steps_of(scenario_of(fork, fork.chosen or 0).acts)
    for position, step in enumerate(steps, start=1):
        if not by.has_perm(step.what.permission):
            raise MayNotDo(position=position, act=step.what.title, who=roles_with(step.what.permission) or "nobody")
    if is_stale(fork):
        raise LoanMovedOn(number=fork.loan.number)
    keys = [fork.event_key(position) for position in range(1, len(steps) + 1)]
    events = perform_all(steps, loan_id=fork.loan_id, today=day.today, by=by, keys=keys)
    fork.mark_committed(by=by, on=day.today)
    fork.save(update_fields=["state", "decided_by", "decided_on"])
    return events


def events_of(fork: Fork) -> list[LoanEvent]:
    """What the acts of a committed fork became, in order. Two queries."""
    scenario = fork.scenarios.filter(number=fork.chosen or 0).first()
    keys = [fork.event_key(position) for position in range(1, len(scenario.acts if scenario else []) + 1)]
    found = {row.key: row for row in LoanEvent.objects.filter(key__in=keys).select_related("by", "target")}
    return [found[key] for key in keys if key in found]


def is_stale(fork: Fork) -> bool:
    """Whether the loan has events that came after what was looked at."""
    return last_event_id(fork.loan_id) != fork.base_id


def last_event_id(loan_id: int) -> int:
    """The id of the last thing recorded on the loan; it has at least what was paid out."""
    latest: int = LoanEvent.objects.filter(loan_id=loan_id).order_by("-pk").values_list("pk", flat=True)[0]
    return latest


def loan_of(fork_id: int) -> int:
    """The loan is locked before its fork, everywhere."""
    found: int = Fork.objects.values_list("loan_id", flat=True).get(pk=fork_id)
    return found


def locked(fork_id: int) -> Fork:
    """The fork, locked until the transaction ends."""
    rows = Fork.objects.select_for_update(no_key=True, of=("self",))
    found: Fork = rows.select_related("loan", "made_by").get(pk=fork_id)
    return found


def draft_of(fork_id: int, by: User) -> Fork:
    """The fork, locked, if it is a draft of theirs."""
    fork = locked(fork_id)
    if fork.state != Fork.State.DRAFT:
        raise NotADraft(state=fork.get_state_display().lower())
    if fork.made_by_id != by.pk:
        raise NotTheMaker(maker=fork.made_by)
    return fork


def scenario_of(fork: Fork, number: int) -> Scenario:
    """A scenario of it that is still compared."""
    found = fork.scenarios.filter(number=number, kept=True).first()
    if found is None:
        raise NoSuchScenario(number=number)
    return found


def usual_title(number: int) -> str:
    return f"Scenario {number}"
