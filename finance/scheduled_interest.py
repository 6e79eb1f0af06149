"""Interest fixed by the schedule: an instalment's interest is the same whether it is paid early, on time or late.

What a payoff owes is what has been earned; the rest is rebated. The convention: docs/finance/scheduled-interest.md.
"""

from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise

from finance.instalment_loan import Earning, Expected, InstalmentLoan, Stretch, slots_of
from finance.instalment_terms import InstalmentTerms
from finance.money import rounded_quotient, to_cents
from finance.rebates import earned_by_row
from finance.schedule import Schedule


class ScheduledInterest(InstalmentLoan):
    """Each slot asks for the principal and collects the interest of its row of the schedule."""

    def __init__(self, terms: InstalmentTerms, schedule: Schedule) -> None:
        slots = slots_of(terms.schedule, schedule.rows)
        for slot, row in zip(slots, schedule.rows, strict=True):
            slot.interest = to_cents(row.interest)
        super().__init__(terms, schedule, slots)
        by_row = earned_by_row(terms.schedule, schedule, terms.earning)
        self._earned = (0, *accumulate(by_row))  # through each row
        self._final: int | None = None

    def earned(self) -> int:
        """Interest of the days before `on`: a row's is earned evenly over the days of its period."""
        if self._final is not None:
            return self._final
        part = self._part()
        return self._earned[self.period] + (part.interest if part else 0)

    def earnings(self) -> tuple[Earning, ...]:
        """The rows that are over, and of the row in progress the part of its days."""
        over = [
            Earning(k + 1, through - before)
            for k, (before, through) in enumerate(pairwise(self._earned[: self.period + 1]))
        ]
        part = self._part()
        return (*over, part) if part else tuple(over)

    def _part(self) -> Earning | None:
        """What the days past of the row in progress have earned."""
        if not self.in_progress:
            return None
        slot, of_row = self.slots[self.period], self._earned[self.period + 1] - self._earned[self.period]
        part = Stretch(slot.start, self.on, (slot.due - slot.start).days, Fraction(of_row))
        exact = part.interest
        rounded = rounded_quotient(exact.numerator, exact.denominator, self.terms.schedule.rounding)
        return Earning(self.period + 1, rounded, (part,))

    def payoff_earned(self) -> int:
        """Interest a payoff today owes in all, with what is paid of it."""
        if self._final is not None:
            return self._final
        if self.terms.payoff_interest == "all":
            return self._earned[-1]
        if self.terms.payoff_interest == "to_due_date":
            return self._earned[self.period + self.in_progress]
        return self.earned()

    def expected(self) -> list[Expected]:
        """Every instalment as the schedule has it."""
        return [Expected(slot.interest or 0, slot.ask.amount - slot.paid_principal) for slot in self.slots]

    def _accrue(self, to: date) -> None:
        """Nothing: what is earned follows from the date."""

    def _end_period(self) -> None:
        """Nothing: what falls due stands in the schedule."""

    def _lacking(self, k: int, balance: int) -> int:
        return min(balance, self.slots[k].ask.amount - self.slots[k].paid_principal)

    def _excess(self, left: int, *, principal_only: bool) -> int:
        assert not principal_only
        if self.terms.excess == "next":
            for slot in self.slots[self.period :]:
                if not left:
                    break
                left -= self._put(slot, "interest", min(left, (slot.interest or 0) - slot.paid_interest))
                left -= self._put(slot, "principal", min(left, slot.ask.amount - slot.paid_principal))
        return left

    def _settle(self, interest: int) -> None:
        self.rebated = sum(slot.interest or 0 for slot in self.slots) - interest
        self._final, left = interest, interest
        everything = self.terms.payoff_interest == "all"
        for k, slot in enumerate(self.slots):
            rest = not everything and k == min(self.period, len(self.slots) - 1)
            slot.interest = left if rest else min(left, slot.interest or 0)
            left -= slot.interest
            self._put(slot, "interest", slot.interest - slot.paid_interest)
            self._put(slot, "principal", slot.ask.amount - slot.paid_principal)
