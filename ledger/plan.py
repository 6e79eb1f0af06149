"""What is still to come on a loan if every instalment is paid on its day, under one set of terms beside another."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from finance.projection import ProjectedRow, Projection, project
from finance.replay import Position


class PlanRow(NamedTuple):
    """The k-th instalment to come, without the change and with it; one of them may be missing."""

    before: ProjectedRow | None
    after: ProjectedRow | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Two projections from the end of the same day."""

    before: Projection
    after: Projection

    @property
    def amounts(self) -> list[tuple[str, Decimal, Decimal, Decimal]]:
        """(what, without, with, difference), in dollars."""
        pairs = [
            ("Payment", self.before.payment, self.after.payment),
            ("Last payment", self.before.final_payment, self.after.final_payment),
            ("Interest to come, in all", self.before.interest, self.after.interest),
            ("To be paid, in all", paid(self.before), paid(self.after)),
        ]
        return [(what, one, other, other - one) for what, one, other in pairs]

    @property
    def rows(self) -> list[PlanRow]:
        """The instalments to come, side by side."""
        return [PlanRow(one, other) for one, other in zip_longest(to_pay(self.before), to_pay(self.after))]

    @property
    def instalments(self) -> tuple[int, int]:
        """How many are to come, without and with."""
        return len(to_pay(self.before)), len(to_pay(self.after))

    @property
    def ends(self) -> tuple[date, date]:
        """When the last of them falls due, without and with."""
        return to_pay(self.before)[-1].due_date, to_pay(self.after)[-1].due_date


def plan_of(before: Position, after: Position) -> Plan | None:
    """The plans of two positions of one loan; None where terms and rate are the same, or nothing is to come."""
    same = before.terms == after.terms and before.state.rate == after.state.rate
    if same or not before.state.principal or not after.state.principal:
        return None
    plan = Plan(project(before.terms, before.state, before.as_of), project(after.terms, after.state, after.as_of))
    return plan if to_pay(plan.before) and to_pay(plan.after) else None


def to_pay(projection: Projection) -> list[ProjectedRow]:
    """The instalments that still find something owed."""
    return [row for row in projection.rows if row.payment]


def paid(projection: Projection) -> Decimal:
    """Dollars of all instalments to come."""
    return sum((row.payment for row in projection.rows), Decimal("0.00"))
