"""What of a loan's interest the lender counts as income: nothing of it that is in suspense or applied to principal.

The borrower's account is not touched by any of this. finance.replay asks these functions with every effect, and
finance.nonaccrual uses the same to read a whole history. Conventions: docs/finance/nonaccrual.md.
"""

from decimal import Decimal

from finance.loan_state import CASH_KINDS, Effect, Event, State
from finance.money import ZERO
from finance.terms import LoanTerms

STATUS_KINDS = ("nonaccrual", "restoration")


def shares(effect: Effect, *, suspense: Decimal, owed: Decimal, cash: str | None) -> tuple[Decimal, Decimal]:
    """(change of suspense, change of what is applied to principal) of one effect, in dollars.

    suspense: what stands in it before the effect.  owed: the interest owed after it, of which suspense is a part.
    cash: what a payment of interest is on non-accrual, one of finance.terms.CASH_METHODS; None on accrual.
    """
    settled = effect.income - effect.interest  # interest paid, capitalised or forgiven
    suspended = effect.income if cash else ZERO
    from_suspense = min(settled, suspense + suspended)  # the older interest, so it is settled first
    to_principal = effect.kind in ("capitalise_interest", "modification") or cash == "cost_recovery"
    # Rounded another way from here on, what is owed may fall by a cent that nobody paid.
    change = min(suspended - from_suspense, owed - suspense)
    return change, from_suspense if to_principal and not effect.interest_waived else ZERO


def recognise(terms: LoanTerms, state: State, effect: Effect) -> Effect:
    """`effect` with its shares of suspense and of what is applied to principal. Changes those of `state`."""
    if not (state.nonaccrual or state.suspense or state.applied):
        return effect
    cash = terms.nonaccrual_cash if state.nonaccrual else None
    suspense, applied = shares(effect, suspense=state.suspense, owed=state.interest, cash=cash)
    if effect.kind in (*CASH_KINDS, "credit_applied") and not state.principal and not state.interest:
        # Nothing is owed any more: what was applied to principal has been collected after all.
        applied = -state.applied
    return _moved(state, effect, suspense, applied)


def end_recognition(state: State, effect: Effect) -> Effect:
    """`effect`, with which the loan leaves the books: suspense and what was applied end, and neither was income."""
    return _moved(state, effect, -state.suspense, -state.applied)


def change_status(terms: LoanTerms, state: State, event: Event) -> Effect:
    """Put a loan on non-accrual, or back on accrual, at the end of the event's day. Changes `state`."""
    effect = Effect(on=event.on, kind=event.kind, event=event.id)
    if event.kind == "nonaccrual":
        state.nonaccrual = True
        return _moved(state, effect, state.interest - state.suspense, ZERO)
    state.nonaccrual = False
    released = state.suspense if terms.restoration == "at_once" else ZERO
    return _moved(state, effect, -released, ZERO)


def _moved(state: State, effect: Effect, suspense: Decimal, applied: Decimal) -> Effect:
    state.suspense += suspense
    state.applied += applied
    return effect._replace(suspense=suspense, applied=applied) if suspense or applied else effect
