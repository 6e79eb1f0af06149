"""Where an amount would go on a loan under each of its hierarchies, and under one that is only tried. Posts nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.ageing import unmet
from finance.allocation import Filled, Hierarchy, Pot, Split, fill, pots, split_of
from finance.loan_state import State
from finance.money import ZERO
from finance.terms import LoanTerms
from ledger.models import Loan
from ledger.terms import in_words, purposes_of

TRIED = "tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One hierarchy and what it puts where, in the order of `Simulation.pots`; None where it never reaches."""

    purpose: str
    hierarchy: Hierarchy
    amounts: tuple[Decimal | None, ...]
    split: Split

    @property
    def title(self) -> str:
        return "As tried" if self.purpose == TRIED else in_words(self.purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """amount: dollars.  pots: what is owed, oldest first, without the empty ones.  columns: one for each hierarchy."""

    amount: Decimal
    pots: tuple[Pot, ...]
    columns: tuple[Column, ...]

    @property
    def rows(self) -> list[tuple[Pot, list[Decimal | None]]]:
        """Each pot with what every column puts into it."""
        return [(pot, [column.amounts[k] for column in self.columns]) for k, pot in enumerate(self.pots)]

    @property
    def owed(self) -> Decimal:
        return sum((pot.amount for pot in self.pots), ZERO)


def simulate(
    loan: Loan, terms: LoanTerms, state: State, *, amount: Decimal, on: date, tried: Hierarchy | None = None
) -> Simulation:
    """`amount` dollars paid on `on` by a loan that stands at `state`, accrued through that day."""
    hierarchies: Mapping[str, Hierarchy] = {purpose: terms.hierarchy(purpose) for purpose in purposes_of(loan)}
    if tried is not None:
        hierarchies = {**hierarchies, TRIED: tried}
    due = Split(fees=state.fees, interest=state.interest, principal=state.principal)
    owed = [pot for pot in pots(due, unmet(terms, state, on), on) if pot.amount]
    columns = []
    for purpose, hierarchy in hierarchies.items():
        filled = fill(amount, owed, hierarchy)
        columns.append(
            Column(
                purpose=purpose,
                hierarchy=hierarchy,
                amounts=tuple(into(pot, filled) for pot in owed),
                split=split_of(amount, filled),
            )
        )
    return Simulation(amount=amount, pots=tuple(owed), columns=tuple(columns))


def into(pot: Pot, filled: list[Filled]) -> Decimal | None:
    return next((row.amount for row in filled if row.pot is pot), None)
