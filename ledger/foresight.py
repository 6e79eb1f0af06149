"""What an act on a loan would change, worked out for the person who is about to confirm it.

ledger.operations.preview really does the act and takes it back; here its result is set beside how things stand, both
at the end of today, so that every difference is the act's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from finance.errors import Refused
from finance.money import ZERO
from finance.replay import Allocation, Position
from ledger.day import hold_business_day
from ledger.models import Account, Accrual, Entry, Loan, LoanEvent
from ledger.operations import preview
from ledger.plan import Plan, plan_of
from ledger.standing import carried, event_key, position, read_account


@dataclass(frozen=True, slots=True)
class Moved:
    """A payment whose dollars go elsewhere because of the act."""

    event: LoanEvent
    before: Allocation
    after: Allocation


@dataclass(frozen=True, slots=True)
class Foresight:
    """refusal: why it cannot be done; nothing else is set then. Otherwise what would stand afterwards.

    before, after: the loan at the end of today.  allocation: where the act's own dollars go, if it brings any.
    moved: other payments that are allocated anew.  interest: corrections of past days.  entries: what is posted.
    late_fees: charged because of the act.  late_fees_undone: those that no longer stand.
    plan: what is still to come without it and with it; None where the act leaves terms and rate as they are.
    """

    refusal: Refused | None = None
    event: LoanEvent | None = None
    before: Position | None = None
    after: Position | None = None
    state_before: str = ""
    state_after: str = ""
    allocation: Allocation | None = None
    moved: tuple[Moved, ...] = ()
    interest: tuple[Accrual, ...] = ()
    late_fees: tuple[LoanEvent, ...] = ()
    late_fees_undone: tuple[LoanEvent, ...] = ()
    entries: tuple[Entry, ...] = ()
    plan: Plan | None = None

    @property
    def balances(self) -> list[tuple[str, Decimal, Decimal, Decimal]]:
        """(what, without the act, with it, difference) of every balance, in dollars; what stays at zero is left out."""
        assert self.before is not None
        assert self.after is not None
        was, will = self.before.state, self.after.state
        rows = [
            ("Principal", was.principal, will.principal),
            ("Interest", was.interest, will.interest),
            ("Fees", was.fees, will.fees),
            ("Owed in all", self.before.payoff, self.after.payoff),
            ("Past due", self.before.arrears.past_due_amount, self.after.arrears.past_due_amount),
            ("Held for the borrower", was.unapplied, will.unapplied),
            ("In escrow", was.escrow, will.escrow),
            ("Interest in suspense", was.suspense, will.suspense),
            ("Interest applied to principal", was.applied, will.applied),
            ("Written off", was.written_off, will.written_off),
            ("Recovered", was.recovered, will.recovered),
        ]
        always = ("Principal", "Interest", "Fees", "Owed in all")
        return [(what, old, new, new - old) for what, old, new in rows if what in always or old or new]

    @property
    def moved_in_all(self) -> list[tuple[str, Decimal]]:
        """(part, how much more of the other payments goes to it): what all of `moved` comes to."""
        parts = ("fees", "interest", "principal", "unapplied")
        words = ("Fees", "Interest", "Principal", "Held")
        return [
            (word, sum((getattr(row.after, part) - getattr(row.before, part) for row in self.moved), ZERO))
            for part, word in zip(parts, words, strict=True)
        ]

    @property
    def interest_total(self) -> Decimal:
        return sum((row.amount for row in self.interest), ZERO)

    @property
    def accounts(self) -> "list[AccountMoved]":
        """What is posted in all, account by account."""
        return by_account(self.entries)

    @property
    def changes_state(self) -> bool:
        return self.state_before != self.state_after


def foresee(operation: Callable[..., LoanEvent], loan: Loan, **arguments: Any) -> Foresight:
    """What `operation(**arguments)`, an act on `loan`, would change if it were done now. Leaves nothing behind."""
    today = hold_business_day().today
    account = read_account(loan)
    # A key of its own: two people who look at the same moment must not wait for each other.
    shown = preview(operation, loan_id=loan.pk, key=f"preview/{uuid4()}", **arguments)
    if shown.refusal is not None:
        return Foresight(refusal=shown.refusal)
    assert shown.event is not None
    assert shown.before is not None
    assert shown.after is not None
    known = {row.pk: row for row in account.events}
    later = replace(account, events=(*account.events, shown.event, *shown.consequences))
    before = {row.event: row for row in position(account, as_of=today).allocations}
    after = {row.event: row for row in position(later, as_of=today).allocations}
    undone = [row for row in shown.consequences if row.kind == LoanEvent.Kind.REVERSAL]
    assert shown.terms_before is not None
    assert shown.terms_after is not None
    stands = carried(shown.before, shown.terms_before, today)
    would_stand = carried(shown.after, shown.terms_after, today)
    return Foresight(
        event=shown.event,
        before=stands,
        after=would_stand,
        plan=plan_of(stands, would_stand),
        state_before=shown.state_before,
        state_after=shown.state_after,
        allocation=after.get(event_key(shown.event.pk)),
        moved=tuple(
            Moved(row, before[key], after[key])
            for row in account.events
            if (key := event_key(row.pk)) in before and key in after and cents_of(before[key]) != cents_of(after[key])
        ),
        interest=shown.accruals,
        late_fees=tuple(row for row in shown.consequences if row.kind == LoanEvent.Kind.LATE_FEE),
        late_fees_undone=tuple(known[row.target_id] for row in undone if row.target_id in known),
        entries=shown.entries,
    )


class AccountMoved(NamedTuple):
    """What some entries come to on one account: the side on which it ends, the other is zero."""

    account: Account
    debit: Decimal
    credit: Decimal


def by_account(entries: Iterable[Entry]) -> list[AccountMoved]:
    """What `entries` come to, account by account in the order of their codes; their postings must be read already."""
    balances: dict[Account, Decimal] = {}
    for entry in entries:
        for posting in entry.postings.all():
            balances[posting.account] = balances.get(posting.account, ZERO) + posting.debit - posting.credit
    ordered = sorted(balances.items(), key=lambda item: item[0].code)
    return [AccountMoved(account, max(amount, ZERO), max(-amount, ZERO)) for account, amount in ordered if amount]


def cents_of(row: Allocation) -> tuple[Decimal, ...]:
    """Where the cents went, for comparing."""
    return row.fees, row.interest, row.principal, row.unapplied, row.recovered
