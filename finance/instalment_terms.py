"""The terms of a loan whose interest belongs to its instalments. The convention: docs/finance/scheduled-interest.md."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from finance.allocation import PARTS
from finance.errors import BadInput
from finance.inputs import parse_choice
from finance.money import ZERO
from finance.rebates import EARNINGS
from finance.schedule_terms import ScheduleTerms

INTERESTS = ("scheduled", "recalculated")
EXCESSES = ("next", "shorten", "reamortise", "hold")
PAYOFF_INTERESTS = ("to_date", "to_due_date", "all")
REAMORTISABLE = ("level", "equal_principal", "interest_only", "bullet")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentTerms:
    """The note. Raises BadInput, naming the field, for choices that do not go together.

    schedule: the instalments as agreed; the principal is paid out on its start_date.
    interest: `scheduled`, each instalment's interest is what the schedule says, whenever it is paid; `recalculated`,
    a period's interest follows the balance day by day at the period's rate, and the instalments stay as agreed.
    excess: what money beyond the instalments due does. `next` pays the coming instalments, oldest first; `shorten`
    lowers principal, so that the last instalments fall away; `reamortise` lowers principal and the coming
    instalments; `hold` keeps it unapplied.
    payoff_interest: interest a payoff owes for the period in progress and later: `to_date` that of the days past,
    `to_due_date` that of the whole period, `all` that of every instalment (no rebate).
    earning: one of EARNINGS, how scheduled interest is earned; what is not earned is rebated at payoff.
    allocation_order: the three PARTS, first paid first, within each instalment due, oldest first.
    past_due_tolerance: dollars the instalments due may be short and still count as met.
    bucket_edges: the first day of each arrears bucket.
    """

    schedule: ScheduleTerms
    interest: str = "scheduled"
    excess: str = "next"
    payoff_interest: str = "to_date"
    earning: str = "schedule"
    allocation_order: tuple[str, ...] = PARTS
    past_due_tolerance: Decimal = ZERO
    bucket_edges: tuple[int, ...] = (1, 30, 60, 90, 120)

    def __post_init__(self) -> None:
        parse_choice(self.interest, "interest", INTERESTS)
        parse_choice(self.excess, "excess", EXCESSES)
        parse_choice(self.payoff_interest, "payoff_interest", PAYOFF_INTERESTS)
        parse_choice(self.earning, "earning", EARNINGS)
        if sorted(self.allocation_order) != list(PARTS):
            shown = ", ".join(self.allocation_order)
            raise BadInput(field="allocation_order", value=shown, allowed="fees, interest and principal, each once")
        if self.past_due_tolerance < 0:
            raise BadInput(field="past_due_tolerance", value=str(self.past_due_tolerance), allowed="zero or more")
        edges = self.bucket_edges
        if not edges or edges[0] < 1 or any(low >= high for low, high in pairwise(edges)):
            raise BadInput(field="bucket_edges", value=list(edges), allowed="whole days from 1 up, each above the last")
        _check_scheduled(self) if self.interest == "scheduled" else _check_recalculated(self)


def _check_scheduled(terms: InstalmentTerms) -> None:
    if terms.excess in ("shorten", "reamortise"):
        allowed = "next or hold where interest is scheduled, as no balance is recalculated"
        raise BadInput(field="excess", value=terms.excess, allowed=allowed)


def _check_recalculated(terms: InstalmentTerms) -> None:
    schedule = terms.schedule
    if schedule.method == "flat":
        allowed = "scheduled for flat interest, which does not follow the balance"
        raise BadInput(field="interest", value=terms.interest, allowed=allowed)
    if schedule.grace_rows and schedule.grace and schedule.grace.type != "principal":
        allowed = "principal where interest is recalculated"
        raise BadInput(field="schedule.grace.type", value=schedule.grace.type, allowed=allowed)
    if terms.payoff_interest == "all":
        allowed = "to_date or to_due_date where interest is recalculated"
        raise BadInput(field="payoff_interest", value=terms.payoff_interest, allowed=allowed)
    if terms.earning != "schedule":
        allowed = "schedule where interest is recalculated"
        raise BadInput(field="earning", value=terms.earning, allowed=allowed)
    if terms.excess == "reamortise" and schedule.method not in REAMORTISABLE:
        allowed = f"next, shorten or hold for a {schedule.method} schedule"
        raise BadInput(field="excess", value=terms.excess, allowed=allowed)
