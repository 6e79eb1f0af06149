"""A loan whose interest belongs to its instalments, while its events are replayed: what all such loans share.

Each instalment is a Slot with its own fees, interest and principal. Money is in cents here; `finance.instalments`
turns it into dollars. How interest arises is left to `finance.scheduled_interest` and `finance.recalculated_interest`.
"""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from finance.instalment_terms import InstalmentTerms
from finance.money import to_cents
from finance.schedule import Row, Schedule
from finance.schedule_methods import Ask
from finance.schedule_terms import ScheduleTerms


@dataclass(slots=True)
class Slot:
    """One instalment. start, due: of its period; it falls due on `due`.

    ask: what it asks for, in all or of principal.  interest: what it collects of interest; None while that still runs.
    prepaid: principal paid in its period beside the instalments.  in_advance, late: cash before and after `due`.
    """

    start: date
    due: date
    ask: Ask
    interest: int | None = None
    fees: int = 0
    paid_fees: int = 0
    paid_interest: int = 0
    paid_principal: int = 0
    prepaid: int = 0
    in_advance: int = 0
    late: int = 0
    paid_on: date | None = None

    @property
    def unpaid_fees(self) -> int:
        """Fees it still lacks."""
        return self.fees - self.paid_fees


@dataclass(frozen=True, slots=True)
class Expected:
    """An instalment as it stands: all of its interest, and the principal it still lacks."""

    interest: int
    lacking: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one period at one balance: they bear days / length of `whole`, exact cents for the whole period."""

    start: date
    end: date
    length: int
    whole: Fraction

    @property
    def interest(self) -> Fraction:
        """Exact cents of the stretch."""
        return self.whole * (self.end - self.start).days / self.length


@dataclass(frozen=True, slots=True)
class Earning:
    """Cents of interest earned in period `k` (counted from 1), for finance.explain_instalments.

    stretches: what it was rounded from; none where the whole row of the schedule was earned, or a payoff settled it.
    """

    k: int
    interest: int
    stretches: tuple[Stretch, ...] = ()


class InstalmentLoan(ABC):
    """The state at the end of the day `on`. period: the instalments due by then, and so the period in progress."""

    def __init__(self, terms: InstalmentTerms, schedule: Schedule, slots: list[Slot]) -> None:
        self.terms, self.schedule, self.slots = terms, schedule, slots
        self.principal = to_cents(terms.schedule.principal)
        self.on, self.period = terms.schedule.start_date, 0
        self.unapplied = self.rebated = 0
        self.fees_assessed = self.fees_waived = self.cash_in = 0
        self.paid: Counter[str] = Counter(fees=0, interest=0, principal=0)
        self.closed: date | None = None
        self._first = 0  # no instalment before it lacks anything

    @abstractmethod
    def earned(self) -> int:
        """Interest of the days before `on`, whether due or not."""

    @abstractmethod
    def earnings(self) -> tuple[Earning, ...]:
        """What `earned` adds up from, while the loan is not paid off."""

    @abstractmethod
    def payoff_earned(self) -> int:
        """Interest a payoff today owes in all, with what is paid of it."""

    @abstractmethod
    def expected(self) -> list[Expected]:
        """Every instalment as it stands if what is due is paid today and the rest on its dates."""

    @abstractmethod
    def _accrue(self, to: date) -> None:
        """Interest of the days from `on` to `to`, all in one period."""

    @abstractmethod
    def _end_period(self) -> None:
        """The instalment of the period in progress falls due."""

    @abstractmethod
    def _lacking(self, k: int, balance: int) -> int:
        """The principal that instalment `k`, which is due, still lacks, of a `balance` left for it."""

    @abstractmethod
    def _excess(self, left: int, *, principal_only: bool) -> int:
        """Use money beyond what is due as the terms say; returns what is left for the borrower."""

    @abstractmethod
    def _settle(self, interest: int) -> None:
        """Give every instalment its final interest, `interest` in all, and pay it and all principal."""

    def advance(self, to: date) -> None:
        """Carry the loan to the end of the day `to`."""
        assert self.on <= to, (self.on, to)
        while self.period < len(self.slots) and self.slots[self.period].due <= to:
            due = self.slots[self.period].due
            self._accrue(due)
            self.on = due
            self._end_period()
            self.period += 1
        self._accrue(to)
        self.on = to

    @property
    def in_progress(self) -> bool:
        """Whether a period has begun before today and is not over."""
        return self.period < len(self.slots) and self.slots[self.period].start < self.on

    @property
    def fees(self) -> int:
        """Fees owed."""
        return self.fees_assessed - self.fees_waived - self.paid["fees"]

    @property
    def payoff(self) -> int:
        """What leaves nothing owing today. Interest paid ahead and not earned is deducted."""
        if self.closed:
            return self.fees
        return max(0, self.principal + self.payoff_earned() - self.paid["interest"] + self.fees)

    def charge(self, amount: int) -> None:
        """A fee today. It stands in the first instalment due today or later, or else in the last."""
        k = self._instalment_today()
        self.slots[k].fees += amount
        self.fees_assessed += amount
        self._first = min(self._first, k)

    def waive(self, amount: int) -> None:
        """Lower unpaid fees, oldest instalment first, at most to nothing."""
        for slot in self.slots:
            lowered = min(amount, slot.unpaid_fees)
            slot.fees -= lowered
            self.fees_waived += lowered
            amount -= lowered

    def pay(self, amount: int, *, principal_only: bool = False) -> Counter[str]:
        """A payment today; returns its parts: fees, interest, principal, unapplied.

        A payment that reaches the payoff pays the loan off, whatever it is called; only a principal_only one does not.
        """
        before = self.paid.copy()
        self.cash_in += amount
        if principal_only:
            left = self._excess(amount, principal_only=True)
        elif not self.closed and amount >= self.payoff:
            left = self._close(amount)
        else:
            left = self._pay_due(amount)
            if not self.closed:
                left = self._excess(left, principal_only=False)
        self.unapplied += left
        parts = self.paid.copy()
        parts.subtract(before)
        parts["unapplied"] = left
        return parts

    def _instalment_today(self) -> int:
        """The first instalment due today or later, or else the last."""
        due_today = self.period > 0 and self.slots[self.period - 1].due == self.on
        return min(self.period - due_today, len(self.slots) - 1)

    def _pay_due(self, left: int) -> int:
        """Pay what is due, instalments oldest first and in each the parts in the terms' order; returns what is left.

        Of an instalment that is not due yet, fees charged so far are due.
        """
        balance = self.principal
        for k in range(self._first, len(self.slots)):
            if not left or (k >= self.period and not self.fees):
                break
            slot = self.slots[k]
            owed = {"fees": slot.unpaid_fees, "interest": 0, "principal": 0}
            if k < self.period:
                owed["interest"] = (slot.interest or 0) - slot.paid_interest
                owed["principal"] = self._lacking(k, balance)
                balance -= owed["principal"]
            for part in self.terms.allocation_order:
                left -= self._put(slot, part, min(left, owed[part]))
            if left and k == self._first < self.period:
                self._first += 1
        return left

    def _put(self, slot: Slot, part: str, amount: int) -> int:
        """Pay `amount` of one part of an instalment; returns it. Below zero, it is taken back."""
        if not amount:
            return 0
        if part == "fees":
            slot.paid_fees += amount
        elif part == "interest":
            slot.paid_interest += amount
        else:
            slot.paid_principal += amount
            self.principal -= amount
        if self.on < slot.due:
            slot.in_advance += amount
        elif self.on > slot.due:
            slot.late += amount
        slot.paid_on = self.on
        self.paid[part] += amount
        return amount

    def _prepay(self, left: int) -> int:
        """Lower principal beside the instalments; returns what is left."""
        paid = min(left, self.principal)
        self.slots[self._instalment_today()].prepaid += paid
        self.principal -= paid
        self.paid["principal"] += paid
        return left - paid

    def _close(self, amount: int) -> int:
        """Pay the loan off; returns what is left of `amount`, with interest paid ahead that was not earned."""
        before = self.paid.total()
        for slot in self.slots:
            self._put(slot, "fees", slot.unpaid_fees)
        self._settle(self.payoff_earned())
        assert self.principal == 0, self.principal
        self.closed = self.on
        return amount - (self.paid.total() - before)


def slots_of(terms: ScheduleTerms, rows: tuple[Row, ...]) -> list[Slot]:
    """An empty slot for each row. Periods end on the due date, or where interest runs to the adjusted date, on that."""
    adjusted = terms.interest_mode == "daily" and terms.accrual_dates == "adjusted"
    slots: list[Slot] = []
    start = terms.start_date
    for row in rows:
        due = row.pay_date if adjusted else row.due_date
        slots.append(Slot(start, due, Ask(to_cents(row.principal), False)))
        start = due
    return slots
