"""Changes in the middle of a loan's life, as functions from its terms and its state on a day to new terms.

Each takes the loan as it stands at the end of the day `on` and returns a Modification: the event that makes the new
terms hold from then on, and what changes, before and after. None of them moves cash, and what is owed stays what it
was; only interest or fees that are capitalised change their name, and what is waived goes. Terms before `on` remain
those of the past. Conventions are on docs/finance/modifications.md; the lender's limits in finance.modification_limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from finance.ageing import arrears
from finance.calendars import date_in_month, month_number
from finance.errors import BadInput, Refused
from finance.level_payment import NEAREST_CENT, PaymentRule, Spacing, level_payment
from finance.loan_state import Event, State
from finance.money import ZERO
from finance.projection import Projection, project
from finance.replay import apply
from finance.terms import Instalment, LoanTerms, NewTerms

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
    """New terms from the day `on`, and what they change.

    event: what to record, of kind modification; its new_terms hold the terms.
    before, after: the loan to its end if every instalment is paid on its day, under the old and the new terms; the
    loan as it stands, past due or not. changes: only what differs.
    """

    kind: str
    on: date
    event: Event
    before: Projection
    after: Projection
    changes: tuple[Change, ...]

    @property
    def new_terms(self) -> NewTerms:
        """What the event agrees."""
        assert self.event.new_terms is not None
        return self.event.new_terms

    @property
    def terms(self) -> LoanTerms:
        """The terms from `on` on."""
        return self.new_terms.terms


def recast(
    terms: LoanTerms, state: State, on: date, *, rate: Decimal | None = None, rule: PaymentRule = NEAREST_CENT
) -> Modification:
    """The same dates, and a level payment that fits the principal owed now, as after a large prepayment; at another
    rate when one is given.

    Raises CannotModify when the loan is past due: what is late would be forgiven by the way.
    """
    what = "recast" if rate is None else "change of rate and payment"
    _require_current(what, terms, state, on)
    dates = [row.due_date for row in _future(what, terms, state, on)]
    return _re_amortised(what, terms, state, on, dates, rule, rate=_checked(rate))


def extend(
    terms: LoanTerms, state: State, on: date, *, count: int, spacing: Spacing, rule: PaymentRule = NEAREST_CENT
) -> Modification:
    """`count` more instalments at the end, and a lower level payment for all that are to come. Not while past due."""
    _check_count(count)
    _require_current("extension", terms, state, on)
    dates = [row.due_date for row in _future("extension", terms, state, on)]
    dates += spacing.after(dates[-1], count, _day_of_month(terms))
    return _re_amortised("extension", terms, state, on, dates, rule)


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
    return _result("deferral", terms, terms, state, on, [*_past(terms, on), *rows])


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
    return _result("re-age", terms, terms, state, on, _settled(terms, state, on) + rows)


def re_amortise(
    terms: LoanTerms,
    state: State,
    on: date,
    *,
    dates: Sequence[date] = (),
    rate: Decimal | None = None,
    interest: str = "carry",
    fees: str = "carry",
    rule: PaymentRule = NEAREST_CENT,
) -> Modification:
    """All that is owed spread anew over level payments: on the same dates or on `dates`, at the same rate or `rate`.

    What is past due is folded in. interest, fees: what becomes of what is owed of each, one of finance.terms.CHOICES;
    interest that is carried is asked for with the first payment, and fees stand beside the schedule.
    """
    for k, (one, other) in enumerate(pairwise([on, *dates])):
        if other <= one:
            raise BadInput(field=f"dates[{k}]", value=other.isoformat(), allowed=f"after {one}")
    _require_open("re-amortisation", state, on)
    due = list(dates) or [row.due_date for row in _future("re-amortisation", terms, state, on)]
    return _re_amortised(
        "re-amortisation", terms, state, on, due, rule, rate=_checked(rate), interest=interest, fees=fees
    )


def next_dates(terms: LoanTerms, on: date, count: int, spacing: Spacing) -> list[date]:
    """`count` due dates after `on`: those of the schedule as far as it reaches, and then as far apart as `spacing`."""
    _check_count(count)
    dates = [row.due_date for row in terms.schedule if row.due_date > on][:count]
    last, day = dates[-1] if dates else terms.schedule[-1].due_date, _day_of_month(terms)
    while last <= on:
        (last,) = spacing.after(last, 1, day)
        dates = [last]
    return dates + spacing.after(last, count - len(dates), day)


def transfer(terms: LoanTerms, state: State, on: date, *, to: LoanTerms) -> Modification:
    """The same instalments and rate under the day count, allocation, tolerance and late-fee rule of `to`, another
    product's terms; its schedule is not read. What is past due stays so."""
    _require_open("transfer", state, on)
    return _result("transfer", replace(to, version=terms.version), terms, state, on, terms.schedule)


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
    return _result("due-date change", terms, terms, state, on, [*_past(terms, on), *rows])


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
        days = "1 day" if standing.dpd == 1 else f"{standing.dpd} days"
        raise CannotModify(
            what=what,
            on=on.isoformat(),
            because=f"${standing.past_due_amount:,} has been past due for {days}",
            instead="It can once that is paid, or re-aged; or re-amortise all that is owed",
        )


def _checked(rate: Decimal | None) -> Decimal | None:
    if rate is not None and rate < 0:
        raise BadInput(field="rate", value=str(rate), allowed="a percentage, zero or more")
    return rate


def _re_amortised(
    what: str,
    terms: LoanTerms,
    state: State,
    on: date,
    dates: Sequence[date],
    rule: PaymentRule,
    **choices: Any,
) -> Modification:
    """Level payments on `dates` from the state that the choices leave; what was due before is settled."""
    after = _after(terms, state, _event(what, terms, state, on, **choices))
    rows = _settled(terms, state, on) + _level(terms, after, on, dates, rule)
    return _result(what, terms, terms, state, on, rows, **choices)


def _event(
    what: str,
    terms: LoanTerms,
    state: State,
    on: date,
    *,
    rate: Decimal | None = None,
    interest: str = "carry",
    fees: str = "carry",
) -> Event:
    agreed = NewTerms(
        terms=terms,
        interest=interest,
        fees=fees,
        interest_waived=state.interest if interest == "waive" else ZERO,
        fees_waived=state.fees if fees == "waive" else ZERO,
    )
    return Event(id=f"{what}-{on}", kind="modification", on=on, rate=rate, new_terms=agreed)


def _after(terms: LoanTerms, state: State, event: Event | None = None) -> State:
    """A copy of the state, with `event` applied."""
    state = replace(state, totals=replace(state.totals), trail=None)
    if event is not None:
        apply(terms, state, event)
    return state


def _result(
    what: str,
    to: LoanTerms,
    terms: LoanTerms,
    state: State,
    on: date,
    rows: Sequence[Instalment],
    **choices: Any,
) -> Modification:
    """to: the terms that get the schedule `rows`; its last instalment says what it will take if all are paid."""
    new_terms = replace(to, schedule=tuple(rows))
    new_state = _after(terms, state, _event(what, new_terms, state, on, **choices))
    late = arrears(new_terms, new_state, on)
    if rows[-1].due_date > on:
        final = project(new_terms, new_state, on).rows[-1].payment - late.past_due_amount
        new_terms = replace(to, schedule=(*rows[:-1], replace(rows[-1], amount=max(ZERO, final))))
    before, after = project(terms, _after(terms, state), on), project(new_terms, new_state, on)
    was, now = arrears(terms, state, on), arrears(new_terms, new_state, on)
    pairs = [
        ("principal", state.principal, new_state.principal),
        ("interest", state.interest, new_state.interest),
        ("fees", state.fees, new_state.fees),
        ("rate", state.rate, new_state.rate),
        ("next_due_date", before.next_due_date, after.next_due_date),
        ("payment", before.payment, after.payment),
        ("instalments_to_come", len(before.rows), len(after.rows)),
        ("maturity", terms.schedule[-1].due_date, new_terms.schedule[-1].due_date),
        ("final_payment", before.final_payment, after.final_payment),
        ("interest_to_come", before.interest, after.interest),
        ("days_past_due", was.dpd, now.dpd),
        ("past_due_amount", was.past_due_amount, now.past_due_amount),
    ]
    return Modification(
        kind=what,
        on=on,
        event=_event(what, new_terms, state, on, **choices),
        before=before,
        after=after,
        changes=tuple(Change(name, one, other) for name, one, other in pairs if one != other),
    )
