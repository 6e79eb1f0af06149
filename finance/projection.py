"""A loan from a day to its end if every instalment to come is paid on its date: the replay, run ahead."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from finance.loan_state import Event, State
from finance.money import ZERO
from finance.replay import accrue, apply
from finance.terms import LoanTerms


@dataclass(frozen=True, slots=True)
class ProjectedRow:
    """One instalment paid on its date, in dollars. closing: principal owed afterwards."""

    due_date: date
    payment: Decimal
    interest: Decimal
    principal: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What is still to come. Dollars.

    payment: the next instalment as the schedule asks for it; 0.00 without one.  interest: to be paid in all.
    """

    rows: tuple[ProjectedRow, ...]
    payment: Decimal
    interest: Decimal

    @property
    def next_due_date(self) -> date | None:
        """The date of the first instalment to come."""
        return self.rows[0].due_date if self.rows else None

    @property
    def final_payment(self) -> Decimal:
        """What the last instalment that still finds something owed takes: all of it."""
        return next((row.payment for row in reversed(self.rows) if row.payment), ZERO)


def project(terms: LoanTerms, state: State, on: date) -> Projection:
    """Pay each instalment due after `on` on its date, from the state at the end of `on`, which is left as it is.

    An instalment that credit has filled, in whole or in part, asks for the rest; the last one for all principal and
    interest, what is past due included. Fees are set aside, and the rate stays.
    """
    state = replace(state, fees=ZERO, totals=replace(state.totals), trail=None)
    rows: list[ProjectedRow] = []
    asked, last = ZERO, len(terms.schedule) - 1
    for k, row in enumerate(terms.schedule):
        if row.due_date <= on:
            continue
        asked = asked if rows else row.amount
        accrue(terms, state, row.due_date)
        owed = state.principal + state.interest
        payment = owed if k == last else max(ZERO, min(row.amount, terms.cumulative[k] - state.credit, owed))
        interest = principal = ZERO
        if payment:
            effect = apply(
                terms, state, Event(id=f"instalment-{k + 1}", kind="payment", on=row.due_date, amount=payment)
            )
            interest, principal = effect.income - effect.interest, -effect.principal
        rows.append(ProjectedRow(row.due_date, payment, interest, principal, state.principal))
    return Projection(rows=tuple(rows), payment=asked, interest=sum((row.interest for row in rows), ZERO))
