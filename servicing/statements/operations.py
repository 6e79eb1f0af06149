"""Making the statements of a month, and correcting those that what we learnt later changes.

Reading is done for many loans at once: the same few queries for one loan and for fifty.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.db import transaction

from finance.calendars import is_month_end
from finance.errors import Refused
from ledger.day import hold_business_day
from ledger.models import Loan, LoanEvent
from ledger.standing import history
from servicing.kept import digest
from servicing.past import Past, read_pasts
from servicing.statements.content import changes, content_of, same
from servicing.statements.errors import MonthNotOver, NotAMonthEnd
from servicing.statements.figures import Figures, due_after, figures
from servicing.statements.models import Statement
from servicing.statements.selectors import counts_in, loans_to_correct, loans_without_statement
from servicing.words import day, dollars
from tenants.models import Tenant, User

log = logging.getLogger(__name__)
# So many loans are locked at a time: payments on them wait for a few tenths of a second at most.
CHUNK = 50
EVENTS_NAMED = 3


def make_statements(*, period_end: date, by: User | None = None, loans: Sequence[int] | None = None) -> int:
    """The statements of the month that ends on `period_end`, for each of `loans` (None: every loan) that has none yet.

    Earlier ones that something changed since are corrected first, so each begins where the one before it ends. Running
    it again makes nothing twice. Returns how many were made. A loan that cannot be replayed is left for the next run.
    """
    if not is_month_end(period_end):
        raise NotAMonthEnd(on=day(period_end))
    waiting, made = loans_without_statement(period_end, loans), 0
    for start in range(0, len(waiting), CHUNK):
        with transaction.atomic():
            desk = Desk(waiting[start : start + CHUNK], by)
            if period_end >= desk.today:
                raise MonthNotOver(month=f"{period_end:%B %Y}", on=day(period_end))
            desk.correct()
            made += desk.make(period_end)
    return made


def correct_statements(*, recorded_since: date, by: User | None = None) -> int:
    """Follow each statement that an event recorded on `recorded_since` or later changes by a corrected one, which says
    what changed and why. Returns how many were made. What was changed and changed back makes none."""
    waiting, made = loans_to_correct(recorded_since), 0
    for start in range(0, len(waiting), CHUNK):
        with transaction.atomic():
            made += Desk(waiting[start : start + CHUNK], by).correct()
    return made


class Desk:
    """A few loans, locked, with all that their statements follow from. Eight queries for any number of loans."""

    def __init__(self, loan_ids: Sequence[int], by: User | None) -> None:
        self.by, self.today = by, hold_business_day().today
        locked = Loan.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=loan_ids).order_by("pk")
        self.loans: dict[int, Loan] = {loan.pk: loan for loan in locked.select_related("borrower", "legal_entity")}
        self.brand: str = Tenant.objects.values_list("name", flat=True).get()
        self.pasts: dict[int, Past] = read_pasts(list(self.loans.values()))

    def make(self, period_end: date) -> int:
        """The statement of the month that ends then, for each loan."""
        starts_on = period_end.replace(day=1)
        found = [
            (loan_id, figures_) for loan_id in self.loans if (figures_ := self.figures(loan_id, starts_on, period_end))
        ]
        return len(Statement.objects.bulk_create(self.statement(loan_id, month) for loan_id, month in found))

    def correct(self) -> int:
        """A corrected one for each statement of theirs that says something else now."""
        kept = Statement.objects.standing().filter(loan__in=self.loans).order_by("loan_id", "ends_on")
        corrected = []
        for loan_id, statements in groupby(kept, lambda statement: statement.loan_id):
            corrected += list(self.corrections(loan_id, list(statements)))
        return len(Statement.objects.bulk_create(corrected))

    def corrections(self, loan_id: int, kept: Sequence[Statement]) -> Iterator[Statement]:
        for was in kept:
            learnt = [
                row for row in self.pasts[loan_id].rows if row.pk > (was.last_event_id or 0) and counts_in(row, was)
            ]
            if not learnt or (found := self.figures(loan_id, was.starts_on, was.ends_on)) is None:
                continue
            now = self.statement(loan_id, found)
            if not same(was.content, now.content):
                now.version, now.corrects, now.why = was.version + 1, was, why(learnt)
                now.content |= {"why": now.why, "changes": changes(was.content, now.content), "corrects": was.sha256}
                now.sha256 = digest(now.content)
                yield now

    def figures(self, loan_id: int, starts_on: date, ends_on: date) -> Figures | None:
        """None, and a line in the log, for a loan that cannot be replayed: the night's proof says why."""
        try:
            past = self.pasts[loan_id]
            return figures(past.terms, history(past.rows), starts_on, ends_on)
        except Refused as refusal:
            log.warning("No statement of loan %s for %s: %s", loan_id, ends_on, refusal.code)
            return None

    def statement(self, loan_id: int, found: Figures) -> Statement:
        """A row that is not written yet."""
        rows = {row.pk: row for row in self.pasts[loan_id].rows}
        content, due = content_of(self.loans[loan_id], found, rows, self.brand), due_after(found)
        return Statement(
            loan_id=loan_id,
            starts_on=found.starts_on,
            ends_on=found.ends_on,
            opening=found.opening,
            advanced=found.advanced,
            interest=found.interest,
            fees=found.fees,
            payments=found.payments,
            other=found.other,
            closing=found.closing,
            due_on=due.on,
            due_amount=due.amount,
            content=content,
            sha256=digest(content),
            last_event_id=max(rows),
            made_on=self.today,
            made_by=self.by,
        )


def why(learnt: Sequence[LoanEvent]) -> str:
    """What we learnt after a statement was made, in a sentence."""
    named = [said(row) for row in learnt[:EVENTS_NAMED]]
    if more := len(learnt) - EVENTS_NAMED:
        named += [f"{more} more"] if more > 0 else []
    return f"After we sent it we learnt of this: {'; '.join(named)}."


def said(row: LoanEvent) -> str:
    if row.kind == LoanEvent.Kind.REVERSAL and row.target:
        return f"the {said(row.target)} was taken back"
    amount = f" of {dollars(row.amount)}" if row.amount else ""
    return f"{row.get_kind_display().lower()}{amount} that counts from {day(row.effective_on)}"
