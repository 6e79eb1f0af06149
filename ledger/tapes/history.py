"""The life of a loan that a tape tells only the ends of: paid out, paid month by month, paid off or charged off.

A tape without payment dates says what was lent, for how long, and what of it was charged off and when. Between these
facts every borrower is taken to behave in the same stated way:

* an instalment is paid on its due date, the last one with all that is owed;
* a borrower whose loan was charged off pays until the principal stands at what was charged off: the payment that
  would go below it is cut short to land on it exactly, and nothing is paid after that. One whose charge-off is all
  that was lent never pays;
* nor is anything paid in the MISSED_MONTHS before the charge-off: loans go bad before they are given up. Where the
  instalments have not brought the principal that far by then, collateral makes up the difference on the day of the
  charge-off, to principal alone.

The events of that life go through finance.replay's accrue() and apply(), which are also what services the loan later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.calendars import add_months, days_in_month
from finance.loan_state import Effect, Event, State
from finance.money import ZERO
from finance.replay import accrue, apply
from finance.terms import LoanTerms

MISSED_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a tape tells of one loan. amount: dollars lent.  charged_off_principal: above zero when there is a date."""

    disbursed_on: date
    amount: Decimal
    charged_off_on: date | None = None
    charged_off_principal: Decimal = ZERO

    def has_stopped(self, on: date) -> bool:
        """Whether the borrower, bound for charge-off, pays nothing any more on `on`."""
        return self.charged_off_on is not None and on > add_months(self.charged_off_on, -MISSED_MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A story played to a day. events: in the order they count; an instalment's payment has its number in the id.

    effects: of each event, in the same order.  accruals: (day, dollars), one for each day on which interest is posted,
    zeros included.  state: the end.
    """

    events: list[Event]
    effects: list[Effect]
    accruals: list[tuple[date, Decimal]]
    state: State


def play(story: Story, terms: LoanTerms, *, through: date) -> History:
    """The loan's history through the end of `through`. Interest is posted on every event, at month ends and at the end.

    What the story tells of later days has not happened.
    """
    played = History(events=[], effects=[], accruals=[], state=State.opening(terms))
    ends = story.charged_off_on if story.charged_off_on and story.charged_off_on <= through else None
    accrue(terms, played.state, story.disbursed_on)
    happens(played, terms, Event(id="disbursement", kind="disburse", on=story.disbursed_on, amount=story.amount))
    for day, instalment in calendar(story, terms, through=ends or through):
        effect = accrue(terms, played.state, day)
        played.accruals.append((day, effect.interest if effect else ZERO))
        if instalment is not None:
            amount = pays(story, terms, played.state, instalment)
            if amount:
                number = instalment + 1
                happens(played, terms, Event(id=f"payment-{number}", kind="payment", on=day, amount=amount))
            if not played.state.principal:
                return played
    if ends:
        charge_off(story, played, terms, ends)
    return played


def pays(story: Story, terms: LoanTerms, state: State, instalment: int) -> Decimal:
    """What the borrower pays when `instalment`, counted from 0, falls due, the loan being accrued through that day."""
    due, floor = terms.schedule[instalment], story.charged_off_principal
    if story.has_stopped(due.due_date) or state.principal <= floor:
        return ZERO
    most = state.interest + state.principal - floor
    last = instalment == len(terms.schedule) - 1
    return state.fees + (most if last else min(most, due.amount))


def charge_off(story: Story, played: History, terms: LoanTerms, on: date) -> None:
    proceeds = played.state.principal - story.charged_off_principal
    if proceeds > 0:
        event = Event(id="proceeds", kind="payment", on=on, amount=proceeds, principal_only=True)
        happens(played, terms, event)
    happens(played, terms, Event(id="charge-off", kind="charge_off", on=on))


def happens(played: History, terms: LoanTerms, event: Event) -> None:
    played.effects.append(apply(terms, played.state, event))
    played.events.append(event)


def calendar(story: Story, terms: LoanTerms, *, through: date) -> Iterator[tuple[date, int | None]]:
    """The days after disbursement on which interest is posted, each with the instalment due on it, if any."""
    due = {row.due_date: k for k, row in enumerate(terms.schedule) if row.due_date <= through}
    month_ends = set()
    month = story.disbursed_on.replace(day=1)
    while (end := month.replace(day=days_in_month(month.year, month.month))) < through:
        month_ends.add(end)
        month = add_months(month, 1)
    month_ends.discard(story.disbursed_on)
    for day in sorted(due.keys() | month_ends | {through}):
        yield day, due.get(day)
