"""A bank's file of payments: a thousand lines in a transaction, each placed or refused by itself.

Lines that leave nothing to judge are placed by the database, all of a batch in one call. Of the others, one that comes
last in its loan's history takes the short way together with its like; any other is entered alone, by the same functions
as a payment at the counter. So the books are those of one payment after another.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import DatabaseError, OperationalError, transaction

from finance.allocation import ORDINARY
from finance.errors import Refused
from ledger.errors import KeyTooLong, NoSuchLoan, NotAnAmount, NotPosted
from ledger.holding import hold
from ledger.models import LoanEvent
from ledger.operations.reversal import reverse_event
from ledger.operations.steps import in_transaction, record, require_active, require_possible, same_content
from ledger.plain_payments import LONGEST_KEY, is_plain, learn_place, take_plain
from ledger.replay import enter, enter_forward, forward, takes_short_way
from ledger.writing import Movement
from tenants.current import tenant_context
from tenants.models import User


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line of a file. key: the bank's reference, once in the file.  amount: dollars."""

    loan_id: int
    amount: Decimal
    effective_on: date
    key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: its event, or why not."""

    line: PaymentLine
    event: LoanEvent | None = None
    refusal: Refused | None = None


def place_file(
    tenant_id: int, *, key: str, lines: Sequence[PaymentLine], by: User | None, batch: int = 1000, source: str = "file"
) -> Iterator[Outcome]:
    """Place the lines, a transaction for each `batch` of them; yields their outcomes in order.

    A file can be placed again after whatever happened: a line that is in the books returns the event it made, and the
    rest is placed. Several processes may share a file when each loan's lines stay with one of them: see shares().
    """
    for start in range(0, len(lines), batch):
        with tenant_context(tenant_id):
            outcomes = receive_payments(key=key, lines=lines[start : start + batch], by=by, source=source)
        yield from outcomes


def shares(lines: Iterable[PaymentLine], parts: int) -> list[list[PaymentLine]]:
    """The lines in `parts` shares, in their order, with all lines of a loan in the same one."""
    shared: list[list[PaymentLine]] = [[] for _ in range(parts)]
    for line in lines:
        shared[line.loan_id % parts].append(line)
    return shared


@in_transaction
def receive_payments(*, key: str, lines: Sequence[PaymentLine], by: User | None, source: str = "file") -> list[Outcome]:
    """Take the payments of `lines`, each from the borrower of its loan, in one transaction.

    key: the file's; with a line's own key it makes the key of the event. The same line again returns its event; other
    content under its key is refused. Outcomes stand in the order of the lines.
    """
    try:
        with transaction.atomic():
            return Batch(key, by, source).place(lines)
    except OperationalError:
        raise  # the database is gone, or chose this transaction to end a deadlock: try the batch again
    except DatabaseError:
        return [one_by_one(key, line, by=by, source=source) for line in lines]


class Batch:
    """Lines on their way into the books. `movements` are decided and not written yet."""

    def __init__(self, key: str, by: User | None, source: str) -> None:
        self.key, self.by, self.source = key, by, source
        self.movements: list[Movement] = []
        self.has_learnt = False

    def place(self, lines: Sequence[PaymentLine]) -> list[Outcome]:
        """First what is plain, of each loan its first line; then, in their order, the others.

        The first loan of its kind that this process sees today is never plain; once it is placed, its like may be.
        """
        plain = self.place_plain(lines)
        placed = {k: Outcome(lines[k], event) for k, event in plain.items()}
        others = [k for k in range(len(lines)) if k not in placed]
        if others:
            loans, keys = {lines[k].loan_id for k in others}, [self.key_of(lines[k]) for k in others]
            self.held = hold(sorted(loans), keys)
            self.seen = self.held.earlier | {event.key: event for event in plain.values()}
        for n, k in enumerate(others, start=1):
            placed[k] = self.outcome(lines[k])
            if self.has_learnt and (rest := others[n:]):
                self.write()
                placed |= zip(rest, Batch(self.key, self.by, self.source).place([lines[k] for k in rest]), strict=True)
                break
        self.write()
        return [placed[k] for k in range(len(lines))]

    def place_plain(self, lines: Sequence[PaymentLine]) -> dict[int, LoanEvent]:
        """Let the database place what it can; {index of the line: its event}. The loans of all lines are locked."""
        keys = [self.key_of(line) for line in lines]
        ((usual_day, _),) = Counter([line.effective_on for line in lines]).most_common(1)
        amounts: list[Decimal | None] = []
        seen_loans, seen_keys = set[int](), set[str]()
        for line, key in zip(lines, keys, strict=True):
            first = line.loan_id not in seen_loans and key not in seen_keys
            seen_loans.add(line.loan_id)
            seen_keys.add(key)
            plain = first and line.effective_on == usual_day and is_plain(line.amount, key)
            amounts.append(line.amount if plain else None)
        return take_plain(
            [line.loan_id for line in lines],
            amounts,
            keys,
            effective_on=usual_day,
            by=self.by,
            source=self.source,
        )

    def key_of(self, line: PaymentLine) -> str:
        return f"{self.key}/{line.key}"

    def outcome(self, line: PaymentLine) -> Outcome:
        try:
            return Outcome(line, event=self.enter(line))
        except Refused as refusal:
            return Outcome(line, refusal=refusal)

    def enter(self, line: PaymentLine) -> LoanEvent:
        """The operation's steps, as in receive_payment; the loans are locked already."""
        key, day = self.key_of(line), self.held.day
        check(line, key)
        balance = self.held.balances.get(line.loan_id)
        if balance is None or day is None:
            raise NoSuchLoan(loan=line.loan_id)
        content = {"loan_id": line.loan_id, "kind": "payment", "amount": line.amount, "effective_on": line.effective_on}
        if event := same_content(self.seen.get(key), **content, principal_only=False, purpose=ORDINARY):
            return event
        loan = balance.loan
        require_active(loan, "payments")
        require_possible(loan, line.effective_on, day)
        event = record(
            loan,
            "payment",
            effective_on=line.effective_on,
            day=day,
            key=key,
            by=self.by,
            source=self.source,
            amount=line.amount,
        )
        if takes_short_way(balance, event):
            self.movements.append(forward(loan, balance, event, day))
        else:
            self.write()
            enter(loan, balance, event, day)
        self.has_learnt = line.effective_on == day.today and learn_place(loan, day.today)
        self.seen[key] = event
        return event

    def write(self) -> None:
        enter_forward(self.movements)
        self.movements = []


def check(line: PaymentLine, key: str) -> None:
    """What a form would not let through."""
    if is_plain(line.amount, key):
        return
    if len(key) > LONGEST_KEY:
        raise KeyTooLong(key=line.key, most=LONGEST_KEY)
    raise NotAnAmount(amount=line.amount)


def one_by_one(key: str, line: PaymentLine, *, by: User | None, source: str) -> Outcome:
    """A line of a batch that the database refused as a whole, alone: one bad line stops no other."""
    try:
        with transaction.atomic():
            return Batch(key, by, source).place([line])[0]
    except OperationalError:
        raise
    except DatabaseError as error:
        return Outcome(line, refusal=NotPosted(why=str(error).splitlines()[0]))


def reverse_file(
    tenant_id: int, *, key: str, lines: Sequence[PaymentLine], reason: str, by: User | None, source: str = "file"
) -> Iterator[Outcome]:
    """Take back every payment that the file `key` placed, the last line first; yields what became of each.

    A transaction a line. A line that was never placed is passed over; repeating it reverses nothing twice.
    """
    for line in reversed(lines):
        event_key = f"{key}/{line.key}"
        with tenant_context(tenant_id):
            placed = LoanEvent.objects.filter(key=event_key, kind="payment").first()
            if placed is None:
                continue
            try:
                event = reverse_event(event_id=placed.pk, reason=reason, key=f"{event_key}/back", by=by, source=source)
                outcome = Outcome(line, event=event)
            except Refused as refusal:
                outcome = Outcome(line, refusal=refusal)
        yield outcome
