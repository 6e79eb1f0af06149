"""Interest that follows the balance day by day, collected by instalments that stay as agreed.

A period's interest is its rate on the balance, spread evenly over its calendar days, and rounded once when the period
ends: with every instalment paid on its date it is the schedule's own, under 30/360 as under actual days. The
convention: docs/finance/scheduled-interest.md. Source of the behaviour: Apache Fineract's progressive loans.
"""

from datetime import date
from fractions import Fraction

from finance.instalment_loan import Earning, Expected, InstalmentLoan, Slot, Stretch, slots_of
from finance.instalment_terms import InstalmentTerms
from finance.money import rounded_quotient, to_cents
from finance.schedule import Schedule
from finance.schedule_methods import Ask, rounded_payment, solved_payment

UNLIMITED = 10**30


class RecalculatedInterest(InstalmentLoan):
    """Interest earned is collected by the instalments in turn: each takes what arose since the one before took its own,
    on its due date or on the earlier day it is met."""

    def __init__(self, terms: InstalmentTerms, schedule: Schedule) -> None:
        super().__init__(terms, schedule, slots_of(terms.schedule, schedule.rows))
        for slot, ask in zip(self.slots, _asks(terms, schedule), strict=True):
            slot.ask = ask
        self._rates = schedule.basis.rates
        self._running = Fraction(0)  # exact interest of the period in progress
        self._ended = 0  # rounded interest of the periods that are over
        self._collected = 0  # of both, what instalments have taken
        self._stretches: list[Stretch] = []
        self._open = 0  # the first instalment whose interest still runs

    def earned(self) -> int:
        """Interest of the days before `on`, rounded once for each period."""
        return self._ended + self._rounded(self._running)

    def earnings(self) -> tuple[Earning, ...]:
        """Each period by its stretches of one balance."""
        found = []
        for k, slot in enumerate(self.slots):
            within = tuple(each for each in self._stretches if slot.start <= each.start < slot.due)
            if within:
                exact = sum((each.interest for each in within), Fraction(0))
                found.append(Earning(k + 1, self._rounded(exact), within))
        return tuple(found)

    def payoff_earned(self) -> int:
        """Interest a payoff today owes in all, with what is paid of it."""
        if self.closed or self.terms.payoff_interest == "to_date" or not self.in_progress:
            return self.earned()
        due = self.slots[self.period].due
        return self._ended + self._rounded(self._running + self._interest(self.period, self.principal, self.on, due))

    def expected(self) -> list[Expected]:
        """Every instalment as it stands if what is due is paid today and the rest on its dates."""
        rows: list[Expected] = []
        balance, on, running = self.principal, self.on, self._running
        ended, collected = self._ended, self._collected
        for k, slot in enumerate(self.slots):
            if k >= self.period:
                running += self._interest(k, balance, on, slot.due)
                ended, running, on = ended + self._rounded(running), Fraction(0), slot.due
            interest = slot.interest
            if interest is None:
                interest = min(ended - collected, self._room(k))
                collected += interest
            rows.append(Expected(interest, self._asked(k, interest, balance)))
            balance -= rows[-1].lacking
        return rows

    def _accrue(self, to: date) -> None:
        if self.period < len(self.slots):
            interest = self._interest(self.period, self.principal, self.on, to)
            if interest:
                self._running += interest
                slot = self.slots[self.period]
                length, days = (slot.due - slot.start).days, (to - self.on).days
                self._stretches.append(Stretch(self.on, to, length, interest * length / days))

    def _end_period(self) -> None:
        self._ended += self._rounded(self._running)
        self._running = Fraction(0)
        slot = self.slots[self.period]
        if slot.interest is None:
            self._collect(slot, min(self._ended - self._collected, self._room(self.period)))

    def _lacking(self, k: int, balance: int) -> int:
        return self._asked(k, self.slots[k].interest or 0, balance)

    def _excess(self, left: int, *, principal_only: bool) -> int:
        excess = self.terms.excess
        if excess == "next" and not principal_only:
            for k in range(self._open, len(self.slots)):
                left -= self._fill(k, left)
                if not left:
                    break
            return left
        if not principal_only:
            if excess == "hold":
                return left
            if self.in_progress:
                left -= self._fill(self.period, left)
        if left and excess == "reamortise":
            left = self._prepay(left)
            self._reamortise()
            return left
        return self._prepay(left)

    def _settle(self, interest: int) -> None:
        self._ended, self._running = interest, Fraction(0)
        for k, slot in enumerate(self.slots):
            if slot.interest is None:
                self._collect(slot, min(interest - self._collected, self._room(k)))
            assert slot.interest is not None
            self._put(slot, "interest", slot.interest - slot.paid_interest)
            self._put(slot, "principal", self._asked(k, slot.interest, self.principal))

    def _fill(self, k: int, left: int) -> int:
        """Pay instalment `k` ahead of its date; returns what that took. Paid in full, it is met and takes no more
        interest: what arises later in its period falls to the next."""
        slot = self.slots[k]
        if slot.interest is not None:
            return 0
        accrued = 0
        if k == self._open:
            accrued = min(self.earned() - self._collected, self._room(k))
        paid = self._put(slot, "interest", min(left, accrued - slot.paid_interest))
        paid += self._put(slot, "principal", min(left - paid, self._asked(k, accrued, self.principal)))
        if slot.ask.with_interest and slot.paid_interest + slot.paid_principal == slot.ask.amount:
            self._collect(slot, accrued)
        return paid

    def _reamortise(self) -> None:
        """Ask for new payments from the first instalment whose period has not begun, so that they repay the rest."""
        first = max(self.period + self.in_progress, self.terms.schedule.grace_rows)
        rows = self.expected()
        opening = self.principal - sum(row.lacking for row in rows[:first])
        coming = self.slots[first:]
        if not coming or opening <= 0:
            return
        ask = None
        if self.terms.schedule.method == "equal_principal":
            ask = Ask(rounded_quotient(opening, len(coming), self.terms.schedule.rounding), False)
        elif self.terms.schedule.method == "level":
            rates, none = self._rates.of_row[first:], [0] * len(coming)
            exact = solved_payment(opening, rates, self._rates.denominator, none, [1] * len(coming))
            assert exact is not None
            ask = Ask(rounded_payment(self.terms.schedule, exact), True)
        for slot in coming:
            slot.ask = ask or slot.ask

    def _collect(self, slot: Slot, interest: int) -> None:
        slot.interest = interest
        self._collected += interest
        while self._open < len(self.slots) and self.slots[self._open].interest is not None:
            self._open += 1

    def _asked(self, k: int, interest: int, balance: int) -> int:
        """The principal instalment `k` lacks when it takes that interest: the last one, all of the balance."""
        slot = self.slots[k]
        if k == len(self.slots) - 1:
            return balance
        asked = slot.ask.amount - slot.paid_principal - (interest if slot.ask.with_interest else 0)
        return min(max(0, asked), balance)

    def _room(self, k: int) -> int:
        """The most interest that instalment `k` can take; what is over falls to the next."""
        slot = self.slots[k]
        if k == len(self.slots) - 1 or not slot.ask.with_interest:
            return UNLIMITED
        return slot.ask.amount - slot.paid_principal

    def _interest(self, k: int, balance: int, start: date, end: date) -> Fraction:
        """Exact cents of interest on `balance` for days of period `k`."""
        length = (self.slots[k].due - self.slots[k].start).days
        if not balance or not length or start >= end:
            return Fraction(0)
        return Fraction(balance * self._rates.of_row[k] * (end - start).days, self._rates.denominator * length)

    def _rounded(self, exact: Fraction) -> int:
        return rounded_quotient(exact.numerator, exact.denominator, self.terms.schedule.rounding)


def _asks(terms: InstalmentTerms, schedule: Schedule) -> list[Ask]:
    """What the instalments ask for: a payment, for the methods that have one; otherwise principal."""
    asks = []
    regular = schedule.regular_payment
    by_row = {row.due_date: row for row in terms.schedule.rows}
    for row in schedule.rows:
        payment = terms.schedule.is_level or terms.schedule.method == "step"
        if terms.schedule.method == "given":
            payment = by_row[row.due_date].payment is not None
        if row.k <= terms.schedule.grace_rows or not payment:
            asks.append(Ask(to_cents(row.principal), False))
        elif regular is not None and terms.schedule.is_level and row.k > 1:
            asks.append(Ask(to_cents(regular), True))
        else:
            asks.append(Ask(to_cents(row.payment), True))
    return asks
