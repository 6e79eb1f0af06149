"""Why a what-if says no."""

from finance.errors import Refused


class ActRefused(Refused):
    """Facts: position (from 1), act (its title), why (a sentence)."""

    code = "act_refused"
    message = "Act {position}, {act}, cannot be done: {why}"


class NotADraft(Refused):
    code = "fork_not_draft"
    message = "This what-if is {state}: its scenarios cannot be changed. Make another one to try something else."


class NotTheMaker(Refused):
    code = "fork_not_the_maker"
    message = "Only {maker}, who made this what-if, can change it. Make one of your own to try something else."


class TooManyScenarios(Refused):
    code = "too_many_scenarios"
    message = "A what-if compares at most {most} scenarios: remove one to try another."


class NoSuchScenario(Refused):
    code = "no_such_scenario"
    message = "There is no scenario {number} any more: open the what-if again to see what it has."


class NothingToPropose(Refused):
    code = "nothing_to_propose"
    message = "Scenario {title} has no act: there is nothing to do. Add an act, or choose another scenario."


class NotProposed(Refused):
    code = "fork_not_proposed"
    message = "This what-if is {state}: only one that is proposed can be committed."


class MakerCannotCommit(Refused):
    code = "maker_cannot_commit"
    message = "You made this what-if: a second person has to commit it."


class LoanMovedOn(Refused):
    code = "loan_moved_on"
    message = (
        "Something was entered on loan {number} since this was proposed: nothing was posted. "
        "Look again at what it would do now, and propose it again."
    )


class MayNotDo(Refused):
    code = "may_not_do"
    message = "You may not do act {position}, {act}, so you cannot commit it: {who} can."


class MayNotWithdraw(Refused):
    code = "may_not_withdraw"
    message = "Only {maker}, who made this what-if, or somebody who may commit it can withdraw it."
