"""Changes in the middle of a loan's life, as functions from its terms and its state on a day to new terms.

Each takes the loan as it stands at the end of the day `on` and returns a Modification: the terms from then on, the
events that must be recorded with them, and what changed, before and after. None of them moves money, and what is owed
stays what it was; only interest or fees that are capitalised change their name, by an event. Terms before `on` remain
those of the past. Conventions are on docs/finance/modifications.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from finance.ageing import arrears
from finance.calendars import date_in_month, month_number
from finance.errors import BadInput, Refused
from finance.level_payment import NEAREST_CENT, PaymentRule, level_payment
from finance.loan_state import Event, State
from finance.projection import Projection, project
from finance.replay import apply
from finance.terms import Instalment, LoanTerms

LONGEST_EXTENSION = 600


class CannotModify(Refused):
    """The loan is not in a state for the change. Facts: `what`, `on`, `because`, `instead`."""

    code = "cannot_modify"
    message = "The {what} of {on} cannot be made: {because}. {instead}."


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different: its name, and how it reads before and after (money, dates, counts as they are)."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """New terms from the day `on`, with what to record beside them, and what they change.

    events: capitalisations and a rate change, to be recorded together with the terms.
    before, after: the loan to its end if every instalment is paid on its day, under the old and the new terms; the
    loan as it stands, past due or not. changes: only what differs.
    """

    kind: str
    on: date
    terms: LoanTerms
    events: tuple[Event, ...]
    before: Projection
    after: Projection
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How instalments that a change adds follow the last one: months apart (on a day cut to the month), or days."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if (self.months > 0) == (self.days > 0) or self.months < 0 or self.days < 0:
            raise BadInput(
                field="months", value=self.months, allowed="above zero where days is zero, and zero with days"
            )

    def after(self, last: date, count: int, day: int) -> list[date]:
        """`count` dates after `last`, the months' ones on `day`."""
        if self.days:
            return [last + timedelta(self.days * (k + 1)) for k in range(count)]
        return [date_in_month(month_number(last) + self.months * (k + 1), day) for k in range(count)]


def recast(terms: LoanTerms, state: State, on: date, *, rule: PaymentRule = NEAREST_CENT) -> Modification:
    """The same dates and rate, and a level payment that fits the principal owed now, as after a large prepayment.

    Raises CannotModify when the loan is past due: what is late would be forgiven by the way.
    """
    _require_current("recast", terms, state, on)
    dates = [row.due_date for row in _future("recast", terms, state, on)]
    return _result("recast", terms, state, on, _settled(terms, state, on) + _level(terms, state, on, dates, rule))


def extend(
    terms: LoanTerms, state: State, on: date, *, count: int, spacing: Spacing, rule: PaymentRule = NEAREST_CENT
) -> Modification:
    """`count` more instalments at the end, and a lower level payment for all that are to come. Not while past due."""
    _check_count(count)
    _require_current("extension", terms, state, on)
    dates = [row.due_date for row in _future("extension", terms, state, on)]
    dates += spacing.after(dates[-1], count, _day_of_month(terms))
    return _result("extension", terms, state, on, _settled(terms, state, on) + _level(terms, state, on, dates, rule))


def defer(terms: LoanTerms, state: State, on: date, *, count: int, spacing: Spacing) -> Modification:
    """Skip the next `count` instalments: all that are to come move so many places later, with their amounts.

    Interest runs on meanwhile; the last instalment, which means all that is owed, bears it. What is past due stays so.
    """
    _check_count(count)
    future = _future("deferral", terms, state, on)
    if count >= len(future):
        most = len(future) - 1
        raise BadInput(field="count", value=count, allowed=f"less than the {len(future)} to come, so {most} at most")
    dates = [row.due_date for row in future]
    dates = dates[count:] + spacing.after(dates[-1], count, _day_of_month(terms))
    rows = [Instalment(due_date=due, amount=row.amount) for due, row in zip(dates, future, strict=True)]
    return _result("deferral", terms, state, on, [*_past(terms, on), *rows])


def re_age(terms: LoanTerms, state: State, on: date, *, spacing: Spacing, extra: int | None = None) -> Modification:
    """Bring a late loan back to current without the money: what is past due is asked for at the end.

    The instalments due by `on` are lowered to what was paid on them, and as many as are unmet are added at the end at
    the regular amount (extra: another number, 0 for all of it with the last one). Policy is `check_re_age`.
    """
    standing = arrears(terms, state, on)
    future = _future("re-age", terms, state, on)
    if not standing.dpd:
        raise CannotModify(
            what="re-age",
            on=on.isoformat(),
            because="the loan is not past due",
            instead="A loan that is current can be recast, extended or deferred",
        )
    unmet = sum(1 for row in _past(terms, on) if row.amount) - _met_by(terms, state, on)
    count = unmet if extra is None else extra
    if not 0 <= count <= LONGEST_EXTENSION:
        raise BadInput(field="extra", value=count, allowed=f"a whole number from 0 to {LONGEST_EXTENSION}")
    regular = future[0].amount
    dates = [row.due_date for row in future] + spacing.after(future[-1].due_date, count, _day_of_month(terms))
    amounts = [row.amount for row in future[:-1]] + [regular] * (count + 1)
    rows = [Instalment(due_date=due, amount=amount) for due, amount in zip(dates, amounts, strict=True)]
    return _result("re_age", terms, state, on, _settled(terms, state, on) + rows)


def re_amortise(
    terms: LoanTerms,
    state: State,
    on: date,
    *,
    dates: Sequence[date] = (),
    rate: Decimal | None = None,
    capitalise_interest: bool = False,
    capitalise_fees: bool = False,
    rule: PaymentRule = NEAREST_CENT,
) -> Modification:
    """All that is owed spread anew over level payments: on the same dates or on `dates`, at the same rate or `rate`.

    What is past due is folded in. Interest or fees may become principal, by events; interest that does not is asked
    for with the first payment.
    """
    if rate is not None and rate < 0:
        raise BadInput(field="rate", value=str(rate), allowed="a percentage, zero or more")
    for k, (one, other) in enumerate(pairwise([on, *dates])):
        if other <= one:
            raise BadInput(field=f"dates[{k}]", value=other.isoformat(), allowed=f"after {one}")
    _require_open("re-amortisation", state, on)
    due = list(dates) or [row.due_date for row in _future("re-amortisation", terms, state, on)]
    events = []
    if rate is not None and rate != state.rate:
        events.append(Event(id=f"re-amortised-rate-{on}", kind="rate_change", on=on, rate=rate))
    if capitalise_interest and state.interest:
        events.append(Event(id=f"re-amortised-interest-{on}", kind="capitalise_interest", on=on, amount=state.interest))
    if capitalise_fees and state.fees:
        events.append(Event(id=f"re-amortised-fees-{on}", kind="capitalise_fees", on=on, amount=state.fees))
    after = _after(terms, state, events)
    rows = _settled(terms, state, on) + _level(terms, after, on, due, rule)
    return _result("re_amortisation", terms, state, on, rows, events)


def change_due_day(terms: LoanTerms, state: State, on: date, *, day: int) -> Modification:
    """Monthly instalments to come fall on another day of the month (31: its last), none earlier than before.

    Amounts stay; the interest of the longer first period comes with the last instalment. What is past due stays so.
    """
    if not 1 <= day <= 31:
        raise BadInput(field="day", value=day, allowed="a whole number from 1 to 31")
    future = _future("due-date change", terms, state, on)
    months = [month_number(row.due_date) for row in future]
    if any(other <= one for one, other in pairwise(months)):
        raise CannotModify(
            what="due-date change",
            on=on.isoformat(),
            because="two instalments fall within one month",
            instead="Only a loan with at most one instalment a month has a due day",
        )
    later = any(date_in_month(month, day) < row.due_date for month, row in zip(months, future, strict=True))
    rows = [
        Instalment(due_date=date_in_month(month + later, day), amount=row.amount)
        for month, row in zip(months, future, strict=True)
    ]
    return _result("due_date_change", terms, state, on, [*_past(terms, on), *rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAgePolicy:
    """When a lender may re-age. Source: FFIEC Uniform Retail Credit Classification and Account Management Policy,
    65 FR 36903 (12 June 2000), "Re-aging": nine months old, three consecutive payments, once in a year, twice in five.
    """

    months_open: int = 9
    payments_in_a_row: int = 3
    once_in_months: int = 12
    twice_in_months: int = 60


def check_re_age(
    policy: ReAgePolicy, on: date, *, opened: date, payments_in_a_row: int, earlier: Sequence[date] = ()
) -> None:
    """Raises CannotModify, naming the limit that stands against re-aging on a day. earlier: dates of former re-ages."""

    def since(months: int) -> date:
        return date_in_month(month_number(on) - months, on.day)

    recent = [day for day in earlier if since(policy.once_in_months) < day <= on]
    in_years = [day for day in earlier if since(policy.twice_in_months) < day <= on]
    because = ""
    if opened > since(policy.months_open):
        because = f"the loan was opened on {opened}, less than {policy.months_open} months ago"
    elif payments_in_a_row < policy.payments_in_a_row:
        because = f"{payments_in_a_row} payments were made in a row and the policy asks for {policy.payments_in_a_row}"
    elif recent:
        because = f"it was re-aged on {max(recent)}, less than {policy.once_in_months} months ago"
    elif len(in_years) >= 2:
        because = f"it was re-aged {len(in_years)} times in the last {policy.twice_in_months} months"
    if because:
        instead = "It can once the limit of the re-age policy is met"
        raise CannotModify(what="re-age", on=on.isoformat(), because=because, instead=instead)


def _level(terms: LoanTerms, state: State, on: date, dates: Sequence[date], rule: PaymentRule) -> list[Instalment]:
    payment = level_payment(terms, state, on, dates, rule)
    return [Instalment(due_date=due, amount=payment) for due in dates]


def _past(terms: LoanTerms, on: date) -> list[Instalment]:
    return [row for row in terms.schedule if row.due_date <= on]


def _future(what: str, terms: LoanTerms, state: State, on: date) -> list[Instalment]:
    """The instalments due after `on`, at least one, of a loan that owes something."""
    _require_open(what, state, on)
    future = [row for row in terms.schedule if row.due_date > on]
    if not future:
        raise CannotModify(
            what=what,
            on=on.isoformat(),
            because="no instalment is due after that day",
            instead="A loan past its last due date can be re-amortised over new dates",
        )
    return future


def _settled(terms: LoanTerms, state: State, on: date) -> list[Instalment]:
    """The instalments due by `on` as what was paid on them; what was paid ahead becomes one of that day.

    Instalments to come then ask for money of their own, and nothing of before is past due or paid twice.
    """
    left, rows = state.credit, []
    for row in _past(terms, on):
        paid = min(left, row.amount)
        rows.append(Instalment(due_date=row.due_date, amount=paid))
        left -= paid
    return [*rows, Instalment(due_date=on, amount=left)] if left else rows


def _met_by(terms: LoanTerms, state: State, on: date) -> int:
    """How many of the instalments due by `on`, those of 0.00 aside, are met."""
    rows = zip(terms.schedule, terms.cumulative, strict=True)
    reached = state.credit + terms.past_due_tolerance
    return sum(1 for row, due in rows if row.due_date <= on and row.amount and reached >= due)


def _day_of_month(terms: LoanTerms) -> int:
    """The day that monthly instalments aim at: the latest there is, since shorter months cut it."""
    return max(row.due_date.day for row in terms.schedule)


def _check_count(count: int) -> None:
    if not 1 <= count <= LONGEST_EXTENSION:
        raise BadInput(field="count", value=count, allowed=f"a whole number from 1 to {LONGEST_EXTENSION}")


def _require_open(what: str, state: State, on: date) -> None:
    assert state.accrued_through in (None, on), (state.accrued_through, on)
    because = ""
    if state.charged_off:
        because = "the loan is charged off"
    elif state.principal <= 0:
        because = "no principal is owed"
    if because:
        raise CannotModify(
            what=what, on=on.isoformat(), because=because, instead="Only an open loan has terms to change"
        )


def _require_current(what: str, terms: LoanTerms, state: State, on: date) -> None:
    standing = arrears(terms, state, on)
    if standing.dpd:
        raise CannotModify(
            what=what,
            on=on.isoformat(),
            because=f"{standing.past_due_amount} has been past due for {standing.dpd} days",
            instead="It can once that is paid, or re-aged; or re-amortise all that is owed",
        )


def _after(terms: LoanTerms, state: State, events: Sequence[Event]) -> State:
    """A copy of the state with events applied."""
    state = replace(state, totals=replace(state.totals), trail=None)
    for event in sorted(events, key=lambda event: event.order):
        apply(terms, state, event)
    return state


def _result(
    kind: str,
    terms: LoanTerms,
    state: State,
    on: date,
    rows: Sequence[Instalment],
    events: Sequence[Event] = (),
) -> Modification:
    new_terms = replace(terms, schedule=tuple(rows))
    new_state = _after(terms, state, events)
    before, after = project(terms, _after(terms, state, ()), on), project(new_terms, new_state, on)
    pairs = [
        ("principal", state.principal, new_state.principal),
        ("rate", state.rate, new_state.rate),
        ("next_due_date", before.next_due_date, after.next_due_date),
        ("payment", before.payment, after.payment),
        ("instalments_to_come", len(before.rows), len(after.rows)),
        ("maturity", terms.schedule[-1].due_date, new_terms.schedule[-1].due_date),
        ("final_payment", before.final_payment, after.final_payment),
        ("interest_to_come", before.interest, after.interest),
        ("days_past_due", arrears(terms, state, on).dpd, arrears(new_terms, new_state, on).dpd),
        (
            "past_due_amount",
            arrears(terms, state, on).past_due_amount,
            arrears(new_terms, new_state, on).past_due_amount,
        ),
    ]
    return Modification(
        kind=kind,
        on=on,
        terms=new_terms,
        events=tuple(events),
        before=before,
        after=after,
        changes=tuple(Change(name, one, other) for name, one, other in pairs if one != other),
    )
