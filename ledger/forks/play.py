"""What each scenario of a what-if would leave, beside the loan as it stands: really done, looked at, and taken back.

As in ledger.operations.preview, the code is that of the real thing, so it cannot differ. A scenario costs what doing
its acts costs, and a reading of the loan after them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from finance.errors import Refused
from finance.projection import Projection, project
from finance.replay import Allocation, Position
from ledger.foresight import Foresight, Moved, cents_of
from ledger.forks.steps import Step, perform_all
from ledger.models import Accrual, Entry, Loan, LoanEvent
from ledger.operations.steps import lock
from ledger.standing import carried, event_key, position, read_account
from ledger.terms import terms_of
from tenants.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """A loan at the end of today. interest_paid: so far, dollars.  to_come: None when nothing is to come.

    allocations: {event's id in a replay: where the dollars of that payment went}.
    """

    at: Position
    state: str
    events: tuple[LoanEvent, ...]
    allocations: dict[str, Allocation]
    interest_paid: Decimal
    to_come: Projection | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario leaves. refusal: of the act that stopped it; then there is nothing else.

    foresight: beside the loan as it stands.  events: brought, those that the acts caused among them.
    """

    refusal: Refused | None = None
    standing: Standing | None = None
    foresight: Foresight | None = None
    events: tuple[LoanEvent, ...] = ()

    @property
    def undone(self) -> int:
        """How many events are taken back."""
        return sum(row.kind == LoanEvent.Kind.REVERSAL for row in self.events)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done inside is rolled back, with what it would have told others once committed."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def after(steps: Sequence[Step], *, loan_id: int, by: User) -> Iterator[date]:
    """The loan as `steps` would leave it, until the block ends; gives today. Raises ActRefused."""
    with taken_back():
        _, _, day = lock(loan_id)
        # Keys of their own: two people who look at the same moment must not wait for each other.
        keys = [f"preview/{uuid4()}" for _ in steps]
        perform_all(list(steps), loan_id=loan_id, today=day.today, by=by, keys=keys)
        yield day.today


def compare(loan_id: int, scenarios: Sequence[Sequence[Step]], *, by: User) -> tuple[Standing, list[Outcome]]:
    """The loan as it stands, and what each scenario leaves, all from the same moment. Leaves nothing behind."""
    with after([], loan_id=loan_id, by=by) as today:
        now = standing_of(loan_id, today)
        return now, [outcome_of(steps, now, loan_id=loan_id, by=by) for steps in scenarios]


def outcome_of(steps: Sequence[Step], now: Standing, *, loan_id: int, by: User) -> Outcome:
    """Beside `now`, which is the loan without them."""
    try:
        with after(steps, loan_id=loan_id, by=by) as today:
            then = standing_of(loan_id, today)
            known = {row.pk for row in now.events}
            events = tuple(row for row in then.events if row.pk not in known)
            return Outcome(standing=then, foresight=foresight_of(now, then, events), events=events)
    except Refused as refusal:
        return Outcome(refusal=refusal)


def standing_of(loan_id: int, today: date) -> Standing:
    """Read the loan and replay it once, for where its dollars went."""
    loan = Loan.objects.select_related("balance").get(pk=loan_id)
    terms, account = terms_of(loan), read_account(loan)
    at, played = carried(loan.balance, terms, today), position(account, as_of=today)
    lives = loan.state == Loan.State.ACTIVE and at.payoff
    return Standing(
        at=at,
        state=loan.get_state_display(),
        events=account.events,
        allocations={row.event: row for row in played.allocations},
        interest_paid=played.state.totals.paid_interest,
        to_come=project(terms, at.state, at.as_of) if lives else None,
    )


def foresight_of(now: Standing, then: Standing, events: tuple[LoanEvent, ...]) -> Foresight:
    """The difference of the two, as the page of a single act shows it. Two queries, and one for the postings."""
    known: dict[int | None, LoanEvent] = {row.pk: row for row in now.events}
    entries = Entry.objects.filter(event__in=events).prefetch_related("postings__account")
    fees = [row for row in events if row.kind == LoanEvent.Kind.LATE_FEE]
    back = [row for row in events if row.kind == LoanEvent.Kind.REVERSAL and row.target_id in known]
    return Foresight(
        before=now.at,
        after=then.at,
        state_before=now.state,
        state_after=then.state,
        moved=tuple(moved(now, then)),
        interest=tuple(Accrual.objects.filter(event__in=events).order_by("effective_on", "id")),
        late_fees=tuple(fees),
        late_fees_undone=tuple(
            known[row.target_id] for row in back if known[row.target_id].kind == LoanEvent.Kind.LATE_FEE
        ),
        entries=tuple(entries.order_by("effective_on", "id")),
    )


def moved(now: Standing, then: Standing) -> Iterator[Moved]:
    """Payments that stood before and whose dollars go elsewhere now."""
    for row in now.events:
        key = event_key(row.pk)
        if key in now.allocations and key in then.allocations:
            before, later = now.allocations[key], then.allocations[key]
            if cents_of(before) != cents_of(later):
                yield Moved(row, before, later)
