"""Every state with every transition: which are possible, and where they lead."""

from typing import Any

import pytest
from django_fsm import TransitionNotAllowed, can_proceed

from ledger.models import Loan
from origination.models import Application, Offer
from tenants.models import User
from tests.conftest import BUSINESS_DATE

STATES = [state.value for state in Application.State]
LEADS_TO = {
    "mark_submitted": {"draft": "submitted"},
    "mark_in_review": {"submitted": "in_review", "approved": "in_review"},
    "mark_approved": {"in_review": "approved"},
    "mark_declined": {"in_review": "declined"},
    "mark_accepted": {"approved": "accepted"},
    "mark_funded": {"accepted": "funded"},
    "mark_withdrawn": dict.fromkeys(["draft", "submitted", "in_review", "approved", "accepted"], "withdrawn"),
}
PAIRS = [(state, transition) for state in STATES for transition in LEADS_TO]


def arguments(transition: str, user: Any) -> dict[str, Any]:
    by_and_on = {"by": user, "on": BUSINESS_DATE}
    return {
        "mark_submitted": {"on": BUSINESS_DATE},
        "mark_in_review": by_and_on,
        "mark_approved": by_and_on | {"offer": Offer(), "note": ""},
        "mark_declined": by_and_on | {"reason": "bankruptcy", "note": ""},
        "mark_accepted": by_and_on,
        "mark_funded": by_and_on | {"loan": Loan()},
        "mark_withdrawn": {"on": BUSINESS_DATE},
    }[transition]


def test_the_table_names_every_transition() -> None:
    assert {t.name for t in Application(state="draft").get_all_state_transitions()} == set(LEADS_TO)


@pytest.mark.parametrize(("state", "transition"), PAIRS)
def test_a_transition_leads_where_the_table_says_or_is_not_allowed(state: str, transition: str) -> None:
    somebody = User(full_name="Somebody")
    application = Application(state=state)
    mark = getattr(application, transition)
    target = LEADS_TO[transition].get(state)
    assert can_proceed(mark) == (target is not None)
    if target is None:
        with pytest.raises(TransitionNotAllowed):
            mark(**arguments(transition, somebody))
        assert application.state == state
    else:
        mark(**arguments(transition, somebody))
        assert application.state == target
        assert application.state_since == BUSINESS_DATE
