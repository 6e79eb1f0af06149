"""Loans and their histories into the books, a batch at a time and a statement a table."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from finance.money import ZERO
from finance.schedule import Schedule
from finance.terms import Instalment as Due
from ledger.boarding import AgreedTerms, schedule_of, unsaved_loan
from ledger.mapping import Use, mapped_account
from ledger.models import Accrual, BoardingRun, Entry, Instalment, Loan, LoanBalance, LoanEvent, Posting
from ledger.models.mapping import FEE_KINDS
from ledger.posting import account_id
from ledger.recipes import Lines, lines_of
from ledger.replay import balance_fields, follow
from ledger.tapes.bulk import draw_ids, insert_rows
from ledger.tapes.history import History, play
from ledger.tapes.layouts import TapeLoan
from ledger.terms import ProductTerms, loan_terms
from parties.generated_names import business_name
from parties.models import Party
from tenants.current import current_tenant_id
from tenants.models import LegalEntity

# finance.loan_state names a disbursement by its verb.
KINDS = {"disburse": "disbursement"}
REASONS = {
    "proceeds": "Proceeds of the collateral, to what the tape charges off.",
    "charge-off": "Charged off by the lender the loan came from.",
}


@dataclass(frozen=True, slots=True)
class Boarded:
    """A loan, not saved before its turn, with its schedule, its history and where that leaves it."""

    loan: Loan
    schedule: Schedule
    history: History
    balance: dict[str, Any]


class Columns(defaultdict[str, list[Any]]):
    """Columns that grow by a row at a time."""

    def __init__(self) -> None:
        super().__init__(list)

    def row(self, **values: Any) -> None:
        for name, value in values.items():
            self[name].append(value)


class Books:
    """The books of one boarding run: board() for each batch, then post_interest() once."""

    def __init__(self, run: BoardingRun, product: ProductTerms, legal_entity: LegalEntity) -> None:
        self.run, self.product, self.legal_entity = run, product, legal_entity
        self.today, self.now = run.business_date, timezone.now()
        self.servicing = product.servicing(late_fees_from=run.business_date)
        self.tenant_id = current_tenant_id()
        self.interest_entries: dict[date, int] = {}
        self.interest: defaultdict[date, Decimal] = defaultdict(Decimal)

    def board(self, batch: list[tuple[TapeLoan, Decimal]]) -> None:
        """Board loans, each at its rate in percent a year."""
        parties = Party.objects.bulk_create([borrower_of(tape_loan) for tape_loan, _ in batch])
        boarded = [self.make(*loan, party) for loan, party in zip(batch, parties, strict=True)]
        Loan.objects.bulk_create(one.loan for one in boarded)
        LoanBalance.objects.bulk_create(LoanBalance(loan=one.loan, **one.balance) for one in boarded)
        self.write_schedules(boarded)
        self.write_history(boarded)
        self.write_accruals(boarded)

    def make(self, tape_loan: TapeLoan, rate: Decimal, borrower: Party) -> Boarded:
        """The loan of one row and its history, up to the business date."""
        story = tape_loan.story
        agreed = AgreedTerms(amount=story.amount, rate=rate, months=tape_loan.months, disbursed_on=story.disbursed_on)
        schedule = schedule_of(agreed, self.product)
        loan = unsaved_loan(
            number=tape_loan.number,
            agreed=agreed,
            schedule=schedule,
            servicing=self.servicing | {"tape": {"line": tape_loan.line, **tape_loan.about}},
            product_version=self.run.product_version,
            borrower=borrower,
            legal_entity=self.legal_entity,
            boarded_on=self.today,
            boarding_run=self.run,
        )
        due = tuple(Due(due_date=row.due_date, amount=row.payment) for row in schedule.rows)
        terms = loan_terms(loan.terms, rate=rate, schedule=due)
        history = play(story, terms, through=self.today)
        follow(loan, history.state)
        last_on, last_rank, _ = history.events[-1].order
        balance = balance_fields(terms, history.state) | {
            "open": loan.state == Loan.State.ACTIVE,
            "day_count": terms.day_count,
            "rounding": terms.rounding,
            "last_event_on": last_on,
            "last_event_rank": last_rank,
        }
        return Boarded(loan, schedule, history, balance)

    def write_schedules(self, boarded: list[Boarded]) -> None:
        columns = Columns()
        for one in boarded:
            for row in one.schedule.rows:
                columns.row(
                    loan_id=one.loan.pk,
                    number=row.k,
                    due_on=row.due_date,
                    amount=row.payment,
                    principal=row.principal,
                    interest=row.interest,
                    balance_after=row.closing,
                )
        insert_rows(Instalment, columns, tenant_id=self.tenant_id, version=1)

    def write_history(self, boarded: list[Boarded]) -> None:
        """The events, an entry for each, and the entries' lines."""
        count = sum(len(one.history.events) for one in boarded)
        event_ids, entry_ids = iter(draw_ids(LoanEvent, count)), iter(draw_ids(Entry, count))
        events, entries, postings = Columns(), Columns(), Columns()
        for one in boarded:
            loan_id = one.loan.pk
            for event, effect in zip(one.history.events, one.history.effects, strict=True):
                event_id, entry_id = next(event_ids), next(entry_ids)
                kind, lines = KINDS.get(event.kind, event.kind), lines_of(effect)
                key = f"tape/{self.run.pk}/{one.loan.number}/{event.id}"
                events.row(
                    id=event_id,
                    loan_id=loan_id,
                    kind=kind,
                    effective_on=event.on,
                    amount=event.amount,
                    principal_only=event.principal_only,
                    purpose=event.purpose,
                    reason=REASONS.get(event.id, ""),
                    key=key,
                )
                self.add_entry(entries, entry_id, kind, event.on, lines, key=f"{key}/entry", event_id=event_id)
                self.add_postings(postings, entry_id, event.on, lines, loan_id=loan_id, kind=kind)
        insert_rows(
            LoanEvent,
            events,
            tenant_id=self.tenant_id,
            recorded_on=self.today,
            recorded_at=self.now,
            source="boarding",
            by_id=self.run.by_id,
        )
        self.write_entries(entries, postings)

    def add_entry(
        self, entries: Columns, entry_id: int, kind: str, on: date, lines: Lines, *, key: str, event_id: int | None
    ) -> None:
        entries.row(
            id=entry_id,
            kind=kind,
            effective_on=on,
            booked_on=on,
            lines=len(lines),
            total=sum((amount for amount in lines.values() if amount > 0), ZERO),
            key=key,
            event_id=event_id,
        )

    def add_postings(
        self, postings: Columns, entry_id: int, on: date, lines: Lines, *, loan_id: int | None, kind: str = ""
    ) -> None:
        status = Loan.State.CHARGED_OFF if kind == "recovery" else Loan.State.ACTIVE
        use = Use(self.run.product_version.product_id, str(status), kind if kind in FEE_KINDS else "")
        company = self.legal_entity
        for role, amount in lines.items():
            postings.row(
                entry_id=entry_id,
                account_id=mapped_account(company.pk, role, on=on, posted_on=self.today, use=use)
                or account_id(company.pk, company.currency, role),
                loan_id=loan_id,
                effective_on=on,
                booked_on=on,
                debit=max(amount, ZERO),
                credit=max(-amount, ZERO),
            )

    def write_entries(self, entries: Columns, postings: Columns) -> None:
        alike = {"tenant_id": self.tenant_id, "posted_on": self.today, "currency": self.legal_entity.currency}
        insert_rows(Entry, entries, legal_entity_id=self.legal_entity.pk, posted_at=self.now, **alike)
        insert_rows(Posting, postings, **alike)

    def write_accruals(self, boarded: list[Boarded]) -> None:
        """Each loan's interest by day; the entry that carries a day's interest of all loans is written at the end."""
        days = {day for one in boarded for day, amount in one.history.accruals if amount}
        fresh = sorted(days - self.interest_entries.keys())
        self.interest_entries.update(zip(fresh, draw_ids(Entry, len(fresh)), strict=True))
        accruals = Columns()
        for one in boarded:
            for day, amount in one.history.accruals:
                accruals.row(
                    loan_id=one.loan.pk,
                    effective_on=day,
                    booked_on=day,
                    amount=amount,
                    entry_id=self.interest_entries[day] if amount else None,
                )
                self.interest[day] += amount
        insert_rows(Accrual, accruals, tenant_id=self.tenant_id, posted_on=self.today)

    def post_interest(self) -> None:
        """One entry for each day: the interest of all the run's loans on it."""
        entries, postings = Columns(), Columns()
        for day, entry_id in sorted(self.interest_entries.items()):
            lines = {"interest": self.interest[day], "interest_income": -self.interest[day]}
            key = f"tape/{self.run.pk}/accrual/{day}"
            self.add_entry(entries, entry_id, "accrual", day, lines, key=key, event_id=None)
            self.add_postings(postings, entry_id, day, lines, loan_id=None)
        self.write_entries(entries, postings)


def borrower_of(loan: TapeLoan) -> Party:
    """The borrower, under a made-up name: a tape leaves names out."""
    return Party(
        kind=Party.Kind.COMPANY,
        name=business_name(loan.number, loan.industry_code),
        name_is_generated=True,
        city=loan.city,
        state=loan.state,
        postal_code=loan.postal_code,
        industry_code=loan.industry_code,
    )
