"""Where the cents of one payment go: hierarchies, and the pots that they fill.

What is owed is cut into pots: each part (fees, interest, principal) of each instalment that is due, and of what is to
come. A hierarchy lists pots; money fills them one after the other, and what is left over is held unapplied.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from finance.errors import BadInput
from finance.inputs import parse_choice
from finance.money import ZERO

PARTS = ("fees", "interest", "principal")
# Before today, today, after today. Fees are due once they are charged.
WHENS = ("past_due", "due", "to_come")
BY = ("component", "instalment")
REACHES = ("everything", "due")

ORDINARY, PAYOFF, CLEAR_DUES, PRINCIPAL_ONLY = "ordinary", "payoff", "clear_dues", "principal_only"


class Split(NamedTuple):
    """A payment's parts, in dollars, each zero or more. Together they are the payment."""

    fees: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO
    unapplied: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """order: parts, first paid first; "interest" is all of it, "past_due.interest" that of one time alone.

    by: "component" pays the first line of the order on every instalment, then the next line (vertical); "instalment"
    pays the whole order on the oldest instalment, then on the next (horizontal). Fees stand with the oldest.
    reach: "everything" may prepay principal; "due" takes no more than what is due, and holds the rest.
    Raises BadInput, naming the field. What the order does not name is not paid.

    divides: derived; whether it treats one instalment's money unlike another's, so that the pots must be told apart.
    """

    order: tuple[str, ...] = PARTS
    by: str = "component"
    reach: str = "everything"
    # The (when, part) pairs of each line of the order.
    lines: tuple[frozenset[tuple[str, str]], ...] = field(init=False, repr=False, compare=False)
    divides: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parse_choice(self.by, "by", BY)
        parse_choice(self.reach, "reach", REACHES)
        if not self.order:
            raise BadInput(field="order", value=[], allowed="at least one part")
        lines: list[frozenset[tuple[str, str]]] = []
        for k, line in enumerate(self.order):
            left = _named(line, f"order[{k}]").difference(*lines)
            if not left:
                allowed = "something that the lines before it have not named"
                raise BadInput(field=f"order[{k}]", value=line, allowed=allowed)
            lines.append(left)
        divides = self.by == "instalment" or self.reach == "due" or any("." in line for line in self.order)
        object.__setattr__(self, "lines", tuple(lines))
        object.__setattr__(self, "divides", divides)


def _named(line: str, field: str) -> frozenset[tuple[str, str]]:
    """The (when, part) pairs that a line of an order names."""
    when, _, part = line.rpartition(".")
    if part not in PARTS or (when and when not in WHENS):
        raise BadInput(
            field=field, value=line, allowed='a part, such as "interest", or one of a time: "past_due.interest"'
        )
    return frozenset((each, part) for each in ((when,) if when else WHENS))


class Pot(NamedTuple):
    """Something owed. due_on: of its instalment; None for what belongs to none that is due.  when: one of WHENS."""

    part: str
    when: str
    amount: Decimal
    due_on: date | None = None


class Filled(NamedTuple):
    """What a payment put into a pot, in dollars; zero too, so that every pot is seen."""

    pot: Pot
    amount: Decimal


class Unmet(NamedTuple):
    """What an instalment that is due still lacks, and how much of it the schedule calls interest. Dollars."""

    due_on: date
    lacks: Decimal
    interest: Decimal


def pots(due: Split, unmet: Iterable[Unmet], on: date) -> list[Pot]:
    """Everything owed on the day `on`, oldest first; together the pots are `due`.

    due: fees, interest and principal owed in all.  unmet: the instalments due by `on` that are not met, oldest first.
    Interest belongs to the oldest instalment up to what the schedule calls interest there, and what came since, being
    owed by the day, to the newest, as far as it lacks anything. What an instalment lacks beyond is principal; interest
    and principal that no due instalment asks for are to come.
    """
    interest, principal = due.interest, due.principal
    rows = list(unmet)
    found: list[Pot] = []
    for k, row in enumerate(rows):
        when = "past_due" if row.due_on < on else "due"
        of_interest = min(row.lacks, interest, row.interest if k < len(rows) - 1 else interest)
        of_principal = min(row.lacks - of_interest, principal)
        interest, principal = interest - of_interest, principal - of_principal
        for part, amount in (("interest", of_interest), ("principal", of_principal)):
            found.append(Pot(part, when, amount, row.due_on))
    fees = Pot("fees", found[0].when if found else "due", due.fees)
    return [fees, *found, Pot("interest", "to_come", interest), Pot("principal", "to_come", principal)]


def fill(amount: Decimal, owed: list[Pot], hierarchy: Hierarchy) -> list[Filled]:
    """Put `amount` dollars into the pots in the hierarchy's order. Less than `amount` when something is left over."""
    assert amount >= 0, amount
    filled, left = [], amount
    for pot in in_turn(owed, hierarchy):
        put = left if left < pot.amount else pot.amount
        filled.append(Filled(pot, put))
        left -= put
    return filled


def in_turn(owed: list[Pot], hierarchy: Hierarchy) -> list[Pot]:
    """The pots that the hierarchy reaches, first paid first."""
    reached = owed if hierarchy.reach == "everything" else [pot for pot in owed if pot.when != "to_come"]
    groups = [reached] if hierarchy.by == "component" else by_instalment(reached)
    return [pot for group in groups for line in hierarchy.lines for pot in group if (pot.when, pot.part) in line]


def by_instalment(owed: list[Pot]) -> Iterator[list[Pot]]:
    """The pots instalment by instalment, oldest first, fees with the oldest; what is to come stands last."""
    if not owed:
        return
    starts = [0, *(k for k, pot in enumerate(owed) if k > 1 and pot.due_on != owed[k - 1].due_on), len(owed)]
    yield from (owed[start:end] for start, end in pairwise(starts))


def split_of(amount: Decimal, filled: Iterable[Filled]) -> Split:
    """The four parts of a payment of `amount` dollars."""
    parts = dict.fromkeys(PARTS, ZERO)
    for pot, put in filled:
        parts[pot.part] += put
        amount -= put
    return Split(**parts, unapplied=amount)


@lru_cache(maxsize=64)
def usual(order: tuple[str, ...]) -> dict[str, Hierarchy]:
    """The hierarchies that every loan has, by purpose, from its order of parts. Not to be changed by the caller."""
    return {
        ORDINARY: Hierarchy(order=order),
        PAYOFF: Hierarchy(order=order),
        CLEAR_DUES: Hierarchy(order=order, reach="due"),
        PRINCIPAL_ONLY: Hierarchy(order=("principal",)),
    }
