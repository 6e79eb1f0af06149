"""The derivation of a loan's balances, of one payment, of arrears and of a payoff quote, from the trail of its replay.

Ask finance.replay.journal for the trail (`trail=True`): it keeps every stretch of interest and every event as they were
applied, and these functions only arrange them.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from finance.ageing import Arrears
from finance.explain import Step, derived, elapsed, given, rounded
from finance.explain_schedule import part_of_year
from finance.loan_state import CASH_KINDS, Accrued, Applied, State
from finance.money import ZERO
from finance.payoff import PayoffQuote, payoff
from finance.terms import LoanTerms

BALANCES = ("principal", "interest", "fees", "unapplied", "written_off", "recovered")
_WORDS = {"principal": "Principal", "interest": "Interest", "fees": "Fees", "unapplied": "Held unapplied"}


def explain_balance(state: State, name: str) -> Step:
    """One of BALANCES of a replayed loan: every event that moved it, in order; interest with its days and rates."""
    assert name in BALANCES, name
    if name == "interest":
        return _interest(state)
    moves = [
        given(_event(entry), getattr(entry.effect, name)) for entry in _applied(state) if getattr(entry.effect, name)
    ]
    label = f"{_WORDS.get(name, name.replace('_', ' ').capitalize())} on {state.accrued_through}"
    return derived("sum", label, moves, value=getattr(state, name))


def explain_payoff(state: State) -> Step:
    """All that is owed: principal, interest and fees, each with its own derivation."""
    parts = [explain_balance(state, name) for name in ("principal", "interest", "fees")]
    return derived("sum", f"Payoff on {state.accrued_through}", parts, value=payoff(state))


def explain_interest(past: Accrued) -> Step:
    """The interest of a stretch of days: principal x rate x part of a year, exact."""
    return derived(
        "product",
        f"Interest from {past.start} to {past.end}",
        [
            given("Principal", past.principal),
            derived("percent as a number", "Rate a year", [given("Rate", past.rate, "percent")], "number"),
            part_of_year(past.day_count, past.start, past.end),
        ],
        value=past.interest,
    )


def explain_payment(state: State, event: str) -> Step:
    """Where a payment went: down the order of its day's terms, each part the less of what was left and what was due."""
    entry = next(entry for entry in _applied(state) if entry.event.id == event)
    assert entry.event.kind in CASH_KINDS, event
    amount = given(_event(entry), entry.effect.cash)
    if entry.effect.kind == "recovery":
        recovered = given("Recovered of what was written off", entry.effect.recovered)
        held = derived("difference", "Held unapplied", [amount, recovered], value=entry.effect.unapplied)
        return derived("sum", f"Payment {event}", [recovered, held], value=entry.effect.cash)
    parts: list[Step] = []
    for part in ("principal",) if entry.event.principal_only else entry.order:
        left = derived("difference", "Left of the payment", [amount, *parts])
        due = given(f"{_WORDS[part]} due", getattr(entry.due, part))
        parts.append(derived("least", f"To {part}", [left, due], value=_paid(entry, part)))
    held = derived("difference", "Held unapplied", [amount, *parts], value=entry.effect.unapplied)
    return derived("sum", f"Payment {event}", [*parts, held], value=entry.effect.cash)


def explain_past_due(terms: LoanTerms, state: State, standing: Arrears, as_of: date) -> Step:
    """What is past due: the instalments due before `as_of` less the payments that filled them; 0.00 when current.

    After the last due date it is all principal and interest.
    """
    label = f"Past due on {as_of}"
    if not standing.dpd:
        return given(f"{label}: no instalment is unmet", ZERO)
    if as_of > terms.schedule[-1].due_date:
        parts = [explain_balance(state, "principal"), explain_balance(state, "interest")]
        return derived("sum", f"{label}, the last instalment being due", parts, value=standing.past_due_amount)
    due = [given(f"Instalment due {row.due_date}", row.amount) for row in terms.schedule if row.due_date < as_of]
    return derived("sum", label, [*due, *_credits(state)], value=standing.past_due_amount)


def explain_days_past_due(standing: Arrears, as_of: date) -> Step:
    """Days from the due date of the oldest unmet instalment."""
    if not standing.dpd or standing.next_due_date is None:
        return given(f"Days past due on {as_of}: no instalment is unmet", 0, "days")
    oldest = standing.next_due_date
    days = elapsed(f"Days from {oldest}, when the oldest unmet instalment was due", "ACT/365F", oldest, as_of)
    return derived("sum", f"Days past due on {as_of}", [days], "days", standing.dpd)


def explain_quote(quoted: PayoffQuote, on: date | None = None) -> Step:
    """The amount that a quote names for a day (None: its first): what was owed, and the interest of each day since."""
    on = on or quoted.on
    amount = dict(quoted.amounts)[on]
    accrued = given(f"Interest to {quoted.on}, exact", quoted.accrued)
    days = [explain_interest(day) for day in quoted.daily if day.end <= on]
    exact = derived("sum", f"Interest to {on}, exact", [accrued, *days])
    bounded = derived("greatest", "Not below zero", [exact, given("Nothing", ZERO)])
    parts = [
        given("Principal", quoted.principal),
        rounded(f"Interest to {on}", bounded, rounding=quoted.rounding),
        given("Fees", quoted.fees),
    ]
    return derived("sum", f"Payoff on {on}", parts, value=amount)


def _interest(state: State) -> Step:
    parts: list[Step] = []
    for entry in state.trail or ():
        if isinstance(entry, Accrued):
            parts.append(explain_interest(entry))
        elif entry.settled:
            parts.append(_settled(entry))
    exact = derived("sum", "Interest earned and not settled, exact", parts, value=state.accrued)
    bounded = derived("greatest", "Not below zero", [exact, given("Nothing", ZERO)])
    return rounded(f"Interest on {state.accrued_through}", bounded, state.interest, rounding=state.rounding)


def _settled(entry: Applied) -> Step:
    """Interest that an event settled, and the sub-cent difference that went with it."""
    effect = entry.effect
    settled = given(_event(entry), -_paid(entry, "interest"))
    parts = [settled]
    if rest := entry.settled - Fraction(settled.value):
        parts.append(given("Difference to the cent, dropped", rest))
    return derived("sum", f"Interest settled on {effect.on}", parts, value=entry.settled)


def _paid(entry: Applied, part: str) -> Decimal:
    """Dollars of fees, interest or principal that an event settled."""
    effect = entry.effect
    if part == "interest":
        return effect.income - effect.interest
    change: Decimal = getattr(effect, part)
    return -change


def _credits(state: State) -> list[Step]:
    """Payments, as far as they fill instalments: negative."""
    return [
        given(f"{_event(entry)}, to interest and principal", filled)
        for entry in _applied(state)
        if entry.effect.kind in ("payment", "payoff") and not entry.event.principal_only
        if (filled := -_paid(entry, "interest") - _paid(entry, "principal"))
    ]


def _applied(state: State) -> list[Applied]:
    assert state.trail is not None, "Replay the loan with trail=True to explain it."
    return [entry for entry in state.trail if isinstance(entry, Applied)]


def _event(entry: Applied) -> str:
    return f"{entry.effect.kind.replace('_', ' ').capitalize()} {entry.event.id} of {entry.event.on}"
