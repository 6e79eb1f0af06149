"""The derivation of a loan's balances, of one payment, of arrears and of a payoff quote, from the trail of its replay.

Ask finance.replay.journal for the trail (`trail=True`): it keeps every stretch of interest and every event as they were
applied, and these functions only arrange them.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from finance.ageing import Arrears
from finance.allocation import Pot
from finance.explain import Step, derived, elapsed, given, rounded
from finance.explain_schedule import part_of_year
from finance.loan_state import CASH_KINDS, Accrued, Applied, State
from finance.money import ZERO
from finance.payoff import PayoffQuote, payoff
from finance.terms import LoanTerms

BALANCES = (
    *("principal", "interest", "fees", "unapplied", "written_off", "recovered"),
    *("escrow", "suspense", "applied"),
)
_WORDS = {
    "principal": "Principal",
    "interest": "Interest",
    "fees": "Fees",
    "unapplied": "Held unapplied",
    "escrow": "Held in escrow",
    "suspense": "Interest in suspense",
    "applied": "Interest applied to principal",
}
# What became of interest when the loan changed hands.
_HANDED_OVER = {"sale": "Interest that went with the loan", "buy_back": "Interest that came with the loan"}


def explain_balance(state: State, name: str) -> Step:
    """One of BALANCES of a replayed loan: every event that moved it, in order; interest with its days and rates."""
    assert name in BALANCES, name
    if name == "interest":
        return _interest(state)
    moves = []
    for entry in state.trail or ():
        if isinstance(entry, Applied) and getattr(entry.effect, name):
            moves.append(given(_event(entry), getattr(entry.effect, name)))
        elif isinstance(entry, Accrued) and name == "suspense" and entry.suspended:
            moves.append(given(f"Interest from {entry.start} to {entry.end}, no income", entry.suspended))
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
    """Where a payment went: pot after pot of its hierarchy, each taking the less of what was left and what was owed.

    What went to the pots before one stands below it as figures, since each is derived beside it: with derivations
    within derivations, every pot would double the tree.
    """
    entry = next(entry for entry in _applied(state) if entry.event.id == event)
    assert entry.event.kind in (*CASH_KINDS, "credit_applied"), event
    if entry.effect.kind == "sold":
        return given(f"Payment {event}, to who owned the loan on {entry.event.on}", ZERO)
    paid = entry.effect.cash
    amount = given(_event(entry), paid)
    if entry.event.kind == "credit_applied":
        asked = given(_event(entry), entry.event.amount or ZERO)
        amount = derived("least", "Of what was held", [asked, given("Held unapplied before", entry.held)])
        paid = min(entry.event.amount or ZERO, entry.held)
    kept = entry.effect.unapplied + paid - entry.effect.cash
    if entry.effect.recovered or entry.effect.kind == "recovery":
        recovered = given("Recovered of what was written off", entry.effect.recovered)
        held = derived("difference", "Held unapplied", [amount, recovered], value=kept)
        return derived("sum", f"Payment {event}", [recovered, held], value=paid)
    parts: list[Step] = []
    for filled in entry.filled:
        left = derived("difference", "Left of the payment", [amount, *_as_figures(parts)])
        owed = given(f"{_pot(filled.pot)} owed", filled.pot.amount)
        parts.append(derived("least", f"To {filled.pot.part}", [left, owed], value=filled.amount))
    held = derived("difference", "Held unapplied", [amount, *_as_figures(parts)], value=kept)
    return derived("sum", f"Payment {event}", [*parts, held], value=paid)


def _as_figures(steps: Iterable[Step]) -> list[Step]:
    return [given(step.label, step.value, step.unit) for step in steps]


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
    handed_over = _HANDED_OVER.get(effect.kind)
    settled = given(_event(entry), -_paid(entry, "interest"))
    parts = [settled]
    if rest := entry.settled - Fraction(settled.value):
        parts.append(given("Below a cent" if handed_over else "Difference to the cent, dropped", rest))
    return derived("sum", f"{handed_over or 'Interest settled'} on {effect.on}", parts, value=entry.settled)


def _paid(entry: Applied, part: str) -> Decimal:
    """Dollars of fees, interest or principal that an event settled."""
    effect = entry.effect
    if part == "interest":
        return effect.income - effect.interest
    change: Decimal = getattr(effect, part)
    return -change


def _pot(pot: Pot) -> str:
    """A pot in words: Interest, or Interest of the instalment of 2026-03-01."""
    return _WORDS[pot.part] + (f" of the instalment of {pot.due_on}" if pot.due_on else "")


def _credits(state: State) -> list[Step]:
    """Payments, as far as they fill instalments: negative."""
    return [
        given(f"{_event(entry)}, to interest and principal", -entry.credit) for entry in _applied(state) if entry.credit
    ]


def _applied(state: State) -> list[Applied]:
    assert state.trail is not None, "Replay the loan with trail=True to explain it."
    return [entry for entry in state.trail if isinstance(entry, Applied)]


def _event(entry: Applied) -> str:
    return f"{entry.effect.kind.replace('_', ' ').capitalize()} {entry.event.id} of {entry.event.on}"
