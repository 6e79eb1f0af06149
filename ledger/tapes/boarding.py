"""Boarding a tape: all of it in one transaction, so that a failure leaves nothing.

Each good row becomes a loan whose history is events, entries, postings and interest like any other loan's, made by the
replay that will service it. Nothing is posted to make a total come out.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from ledger.close import months
from ledger.day import hold_business_day
from ledger.models import BoardingRow, BoardingRun, IndexRate, Loan, Period, ProductVersion
from ledger.opening import open_periods
from ledger.tapes.books import Books
from ledger.tapes.bulk import refresh_statistics
from ledger.tapes.checking import Checked, check
from ledger.tapes.errors import BoardedBefore, MonthsClosed, NoProductVersion
from ledger.tapes.layouts import Layout, Setting, TapeLoan
from ledger.tapes.reading import read_tape
from ledger.tapes.tie_out import tie_out
from ledger.terms import ProductTerms
from tenants.long_work import begin, ended
from tenants.models import LegalEntity, LongWork, User

LOANS_A_BATCH = 250


def nobody_listens(done: int, total: int) -> None:
    """The default of `told`."""


@transaction.atomic
def board_tape(
    path: Path,
    *,
    layout: Layout,
    product_version: ProductVersion,
    legal_entity: LegalEntity,
    by: User | None = None,
    told: Callable[[int, int], None] = nobody_listens,
) -> BoardingRun:
    """Board the loans of the tape at `path` as they stand on the business date. Returns what was done.

    The product adds what the tape lacks: the rate and the schedule. told: called with loans done and loans in all.
    Raises NotATape, BoardedBefore, MonthsClosed and TapeAndBooksDiffer; single rows are refused in the run's findings.
    """
    today = hold_business_day().today
    tape = read_tape(path, list(layout.columns))
    if earlier := BoardingRun.objects.filter(sha256=tape.sha256).first():
        raise BoardedBefore(tape=tape.name, earlier=earlier.tape, on=earlier.business_date)
    product = ProductTerms.of(product_version)
    rates = IndexHistory(product.index)
    setting = Setting(
        business_date=today,
        product=product,
        first_index_day=rates.first_day,
        in_the_books=frozenset(Loan.objects.values_list("number", flat=True)),
    )
    checked = check(tape, layout, setting)
    run = BoardingRun.objects.create(
        tape=tape.name[:120],
        layout=layout.name,
        sha256=tape.sha256,
        business_date=today,
        product_version=product_version,
        rows=len(tape.rows),
        boarded=len(checked.loans),
        refused=len(tape.rows) - len(checked.loans),
        corrected=len(checked.corrected_lines),
        by=by,
    )
    BoardingRow.objects.bulk_create(BoardingRow(run=run, **asdict(finding)) for finding in checked.findings)
    board_loans(run, checked, product, rates, legal_entity, told)
    run.tie_out = tie_out(run, checked)
    months.back_fill(run.loans.values_list("pk", flat=True), on=today)
    run.finished_at = timezone.now()
    run.save(update_fields=["tie_out", "finished_at"])
    return run


def version_in_force(product: str, on: date) -> ProductVersion:
    """The approved version of the product with that code that is in force on `on`. Raises NoProductVersion."""
    versions = ProductVersion.objects.filter(product__code=product, effective_from__lte=on)
    version = versions.exclude(approved_by=None).order_by("-effective_from", "-number").first()
    if version is None:
        raise NoProductVersion(product=product, on=on)
    return version


def board_loans(
    run: BoardingRun,
    checked: Checked,
    product: ProductTerms,
    rates: "IndexHistory",
    legal_entity: LegalEntity,
    told: Callable[[int, int], None],
) -> None:
    if not checked.loans:
        return
    require_open_months(run, checked.loans, legal_entity)
    books = Books(run, product, legal_entity)
    for start in range(0, len(checked.loans), LOANS_A_BATCH):
        told(start, len(checked.loans))
        batch = checked.loans[start : start + LOANS_A_BATCH]
        books.board([(loan, rates.on(loan.story.disbursed_on) + margin(product, loan)) for loan in batch])
        if start == 0:
            refresh_statistics()  # the keys of the first batch were checked in tables that looked empty
    refresh_statistics()
    books.post_interest()
    told(len(checked.loans), len(checked.loans))


def margin(product: ProductTerms, loan: TapeLoan) -> Decimal:
    return product.margin_for(loan.months, product=product.index)


def require_open_months(run: BoardingRun, loans: list[TapeLoan], legal_entity: LegalEntity) -> None:
    """Open the months of the history that the books do not have yet. Raises MonthsClosed for those closed already."""
    first = min(loan.story.disbursed_on for loan in loans)
    open_periods(legal_entity, first_day=first, last_day=run.business_date)
    closed = Period.objects.filter(legal_entity=legal_entity, ends_on__gte=first, starts_on__lte=run.business_date)
    if months := closed.exclude(closed_at=None).count():
        raise MonthsClosed(tape=run.tape, first=first, months=f"{months} month{'s' if months > 1 else ''}")


class IndexHistory:
    """The published rates of one index, read once."""

    def __init__(self, index: str) -> None:
        rows = list(IndexRate.objects.filter(index=index).order_by("effective_on").values_list("effective_on", "rate"))
        self.days: list[date] = [day for day, _ in rows]
        self.rates: list[Decimal] = [rate for _, rate in rows]

    @property
    def first_day(self) -> date | None:
        return self.days[0] if self.days else None

    def on(self, day: date) -> Decimal:
        """Percent a year, in force on `day`, which is not before the first day."""
        return self.rates[bisect_right(self.days, day) - 1]


# --- as long work ---------------------------------------------------------------------------------------------------
def begin_boarding(path: Path) -> LongWork:
    """Write down that the tape is about to be boarded from the command line."""
    title = f"Board {path.name}"[:160]
    return begin(LongWork.Kind.BOARDING, key=str(uuid4()), title=title, source=LongWork.Source.COMMAND)


def end_boarding(work: LongWork, run: BoardingRun) -> None:
    """Write down what came of it."""
    result = f"{run.boarded:,} of {run.rows:,} row{'' if run.rows == 1 else 's'} boarded, {run.refused:,} refused."
    ended(work.pk, result=result, done=run.boarded, total=run.boarded, subject=run.pk)
