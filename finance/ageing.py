"""Arrears: which instalments are met, and for how many days the oldest unmet one has been due."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from finance.allocation import Unmet
from finance.interest import simple_interest
from finance.loan_state import State
from finance.money import ZERO, cents
from finance.terms import LoanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrears:
    """Where a loan stands against its schedule at the end of a day. Money in dollars.

    dpd: days past due, 0 on the due date itself.  bucket: its name, "current" or "30-59" or "120+".
    past_due_amount: what had to be there before today and is not; 0.00 when dpd is 0.
    instalments_satisfied: how many instalments are met, those of the future included.
    next_due_date, next_due_amount: the first unmet instalment, past or future, and what it still lacks; None, 0.00.
    """

    dpd: int
    bucket: str
    past_due_amount: Decimal
    instalments_satisfied: int
    next_due_date: date | None
    next_due_amount: Decimal


def arrears(terms: LoanTerms, state: State, as_of: date) -> Arrears:
    """The arrears of a loan accrued through `as_of`.

    Credit fills the instalments oldest first; one is met when credit reaches all that is due up to it, less the
    tolerance. The last means "all that is owed". A loan that owes no principal and no interest has met every
    instalment; unpaid fees never make a loan late; before it is paid out a loan has met none. A charged-off or sold
    loan owes nothing on the books, so it does not age, and is not counted as having met what it has not.
    """
    assert state.accrued_through in (None, as_of), (state.accrued_through, as_of)
    unmet, satisfied = _standing(terms, state, owed(state))
    if unmet is None or state.gone:
        return Arrears(
            dpd=0,
            bucket=bucket(0, terms.bucket_edges),
            past_due_amount=ZERO,
            instalments_satisfied=satisfied,
            next_due_date=None,
            next_due_amount=ZERO,
        )
    due_date = terms.schedule[unmet].due_date
    dpd = max(0, (as_of - due_date).days)
    return Arrears(
        dpd=dpd,
        bucket=bucket(dpd, terms.bucket_edges),
        past_due_amount=_past_due(terms, state, as_of) if dpd else ZERO,
        instalments_satisfied=satisfied,
        next_due_date=due_date,
        next_due_amount=_lacking(terms, state, unmet, as_of),
    )


def bucket(dpd: int, edges: Sequence[int]) -> str:
    """The bucket of `dpd` days past due: "current" below the first edge, "120+" from the last one on."""
    index = bisect_right(edges, dpd)
    if index == 0:
        return "current"
    if index == len(edges):
        return f"{edges[-1]}+"
    return f"{edges[index - 1]}-{edges[index] - 1}"


def owed(state: State) -> Decimal:
    """Principal and rounded interest: what the last instalment means. Fees are not part of it."""
    return state.principal + state.interest


def is_met(terms: LoanTerms, state: State, k: int, total_owed: Decimal, *, slack: Decimal = ZERO) -> bool:
    """Whether instalment `k`, counted from 0, is met when `total_owed` is principal and interest.

    slack: dollars that count for the borrower beside the tolerance.
    """
    if state.totals.disbursed == 0:
        return False
    if total_owed == 0 and not state.gone:
        return True
    tolerance = terms.past_due_tolerance + slack
    if k == len(terms.schedule) - 1:
        return total_owed <= tolerance and not state.gone
    return state.credit + tolerance >= terms.cumulative[k]


def unmet(terms: LoanTerms, state: State, on: date) -> list[Unmet]:
    """What the instalments due by `on` still lack, oldest first. The last one lacks all that is owed beside them."""
    last = len(terms.schedule) - 1
    lacking: list[Unmet] = []
    for k in range(bisect_right(terms.cumulative, state.credit, 0, max(last, 0)), len(terms.schedule)):
        row = terms.schedule[k]
        if row.due_date > on:
            break
        if k == last:
            lacks = max(ZERO, owed(state) - sum((each.lacks for each in lacking), ZERO))
            lacking.append(Unmet(due_on=row.due_date, lacks=lacks, interest=state.interest))
            break
        lacks = min(row.amount, terms.cumulative[k] - state.credit)
        # What was paid of an instalment was its interest first.
        lacking.append(Unmet(due_on=row.due_date, lacks=lacks, interest=max(ZERO, row.interest - row.amount + lacks)))
    return lacking


def credit_after(terms: LoanTerms, credit: Decimal, paid: Decimal, on: date) -> Decimal:
    """What fills instalments once `paid` dollars of interest and principal came on `on`, as terms.prepayments says."""
    filled = credit + paid
    if terms.prepayments == "advance" or not terms.schedule:
        return filled
    following = bisect_left(terms.schedule, on, key=lambda row: row.due_date)
    return max(credit, min(filled, terms.cumulative[min(following, len(terms.schedule) - 1)]))


def _standing(terms: LoanTerms, state: State, total_owed: Decimal) -> tuple[int | None, int]:
    """The first unmet instalment, counted from 0, or None; and how many are met."""
    last = len(terms.schedule) - 1
    if last < 0:
        return None, 0
    if state.totals.disbursed == 0:
        return 0, 0
    if total_owed == 0 and not state.gone:
        return None, last + 1
    filled = bisect_right(terms.cumulative, state.credit + terms.past_due_tolerance, 0, last)
    all_met = is_met(terms, state, last, total_owed)
    first_unmet = filled if filled < last or not all_met else None
    return first_unmet, filled + all_met


def _past_due(terms: LoanTerms, state: State, as_of: date) -> Decimal:
    if as_of > terms.schedule[-1].due_date:
        return owed(state)
    due_before = bisect_right(terms.schedule, as_of - timedelta(1), key=lambda row: row.due_date)
    return terms.cumulative[due_before - 1] - state.credit


def _lacking(terms: LoanTerms, state: State, k: int, as_of: date) -> Decimal:
    """What instalment `k` will lack on its due date, or lacks now when that has passed, if nothing else happens."""
    row = terms.schedule[k]
    if k < len(terms.schedule) - 1 or state.totals.disbursed == 0:
        return min(row.amount, terms.cumulative[k] - state.credit)
    if row.due_date <= as_of:
        return owed(state)
    to_come = simple_interest(state.principal, state.rate, terms.day_count, as_of, row.due_date)
    return state.principal + cents(state.accrued + to_come, state.rounding)
