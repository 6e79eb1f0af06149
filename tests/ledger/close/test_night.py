"""The end of day, really committed: accrued, aged, charged, summed and proved, once, whatever gets in the way."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from ledger.boarding import AgreedTerms, board_loan
from ledger.close.night import progress, start_night, work_night
from ledger.close.proof import prove_books
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, Night, NightException, Period, Posting, Proof
from ledger.opening import open_books
from ledger.operations import receive_payment, reverse_event
from parties.models import Party
from tenants.current import tenant_context
from tenants.models import LegalEntity, Tenant
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_people, make_product_version, make_tenant

NEW_YEAR = date(2009, 1, 1)


class Book:
    """A committed tenant with three loans: two paid out on 1 December, one with a late fee on 20 November."""

    def __init__(self) -> None:
        self.tenant = make_tenant()
        with self.inside():
            people = make_people()
            self.by = people.operations
            self.company = LegalEntity.objects.get()
            open_books(self.company, first_day=date(2008, 10, 1), last_day=BUSINESS_DATE)
            plain = make_product_version(people.administrator, people.auditor)
            late = make_product_version(people.administrator, people.auditor, late_fee=LATE_FEE | {"grace_days": 11})
            party = Party.objects.create(kind="company", name="Borrower")
            self.loans = [
                board_loan(
                    agreed=AgreedTerms(amount=D(amount), rate=D("7.3"), months=24, disbursed_on=on),
                    product_version=version,
                    borrower=party,
                    legal_entity=self.company,
                    key=f"loan-{number}",
                    by=self.by,
                )
                for number, (amount, on, version) in enumerate(
                    [("10000.00", date(2008, 12, 1), plain), ("20000.00", date(2008, 12, 1), plain),
                     ("30000.00", date(2008, 11, 20), late)]
                )
            ]  # fmt: skip

    def inside(self) -> Any:
        return tenant_context(self.tenant.pk)

    def close(self, *, times: int = 1) -> Night:
        for _ in range(times):
            with self.inside():
                night = start_night()
            assert work_night(self.tenant.pk, night.pk)
        return night

    def balance(self, number: int) -> LoanBalance:
        with self.inside():
            return LoanBalance.objects.get(pk=self.loans[number].pk)

    def pay(self, number: int, amount: str, on: date, key: str) -> LoanEvent:
        with self.inside():
            return receive_payment(
                loan_id=self.loans[number].pk, amount=D(amount), effective_on=on, key=key, by=self.by
            )

    def everything(self) -> list[Any]:
        """Every row that the night could change, for before and after."""
        with self.inside():
            return [
                list(model.objects.order_by("pk").values())
                for model in (Accrual, Entry, Posting, LoanEvent, LoanBalance, Loan, Night, Proof)
            ]

    def proofs(self) -> dict[str, bool]:
        with self.inside():
            return {proof.law: proof.holds for proof in prove_books()}


ALL_HOLD = {
    "entries_balance": True, "subledger_is_gl": True, "balances_are_postings": True, "replay_is_ledger": True,
}  # fmt: skip


@pytest.fixture
def book(committed: str) -> Book:
    return Book()


def test_the_night_accrues_ages_charges_and_sums(book: Book) -> None:
    night = book.close()
    # 30 days of $10,000.00 and $20,000.00, 41 of $30,000.00, at 7.3 % of 365 days: $2.00, $4.00 and $6.00 a day.
    assert [book.balance(n).interest for n in range(3)] == [D("60.00"), D("120.00"), D("246.00")]
    assert [(book.balance(n).dpd, book.balance(n).past_due_amount) for n in range(3)] == [
        (0, D("0.00")), (0, D("0.00")), (11, D("1347.27")),
    ]  # fmt: skip
    # The eleven days of grace of the instalment due on 20 December end tonight.
    assert book.balance(2).fees == D("67.36")
    with book.inside():
        tenant = Tenant.objects.get()
        summary = Entry.objects.get(kind="accrual")
        assert (tenant.business_date, night.business_date) == (NEW_YEAR, BUSINESS_DATE)
        assert (summary.total, summary.effective_on, summary.posted_on) == (D("426.00"), BUSINESS_DATE, BUSINESS_DATE)
        late_fee = LoanEvent.objects.get(kind="late_fee")
        assert (late_fee.amount, late_fee.effective_on, late_fee.recorded_on, late_fee.instalment) == (
            D("67.36"), BUSINESS_DATE, BUSINESS_DATE, 1,
        )  # fmt: skip
        assert Period.objects.filter(starts_on=NEW_YEAR, closed_at=None).exists()
        assert {proof.law: proof.holds for proof in Proof.objects.all()} == ALL_HOLD


def test_running_the_night_twice_changes_nothing(book: Book) -> None:
    night = book.close()
    before = book.everything()
    assert work_night(book.tenant.pk, night.pk)
    assert book.everything() == before


def test_days_that_were_missed_are_caught_up_one_by_one(book: Book) -> None:
    book.close(times=3)
    with book.inside():
        days = Accrual.objects.filter(loan=book.loans[0]).order_by("effective_on").values_list("effective_on", "amount")
        assert list(days) == [
            (BUSINESS_DATE, D("60.00")), (NEW_YEAR, D("2.00")), (date(2009, 1, 2), D("2.00")),
        ]  # fmt: skip
        assert Tenant.objects.get().business_date == date(2009, 1, 3)
    assert book.proofs() == ALL_HOLD


def poison(book: Book, number: int, day_count: str) -> None:
    with book.inside():
        LoanBalance.objects.filter(pk=book.loans[number].pk).update(day_count=day_count)


def test_one_bad_loan_stands_alone_and_the_others_are_done(book: Book) -> None:
    poison(book, 1, "30/360US")
    night = book.close()
    with book.inside():
        (exception,) = NightException.objects.all()
        assert (exception.loan, exception.step) == (book.loans[1], "accrue")
        assert exception.sentence == "no daily interest under day count 30/360US"
        assert night.finished_at is None or Night.objects.get().finished_at is not None
    assert [book.balance(n).interest for n in range(3)] == [D("60.00"), D("0.00"), D("246.00")]
    # Mended, it is caught up by the next night with a row for both days.
    poison(book, 1, "ACT/365F")
    book.close()
    assert book.balance(1).interest == D("124.00")
    assert book.proofs() == ALL_HOLD


def together(*acts: Callable[[], Any]) -> None:
    """Run all at once, each on a connection of its own; the first error is raised."""
    errors: list[BaseException] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            act()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]


def test_two_workers_share_a_night(book: Book) -> None:
    with book.inside():
        night = start_night()
    together(*[lambda: work_night(book.tenant.pk, night.pk)] * 3)
    work_night(book.tenant.pk, night.pk)
    assert [book.balance(n).interest for n in range(3)] == [D("60.00"), D("120.00"), D("246.00")]
    with book.inside():
        assert Accrual.objects.count() == 3
        assert Entry.objects.filter(kind="accrual").count() == 1
    assert book.proofs() == ALL_HOLD


def test_payments_go_on_while_the_night_runs(book: Book) -> None:
    with book.inside():
        night = start_night()
    payments = [lambda n=n, k=k: book.pay(n, "100.00", NEW_YEAR, f"p-{n}-{k}") for n in range(3) for k in range(4)]
    together(lambda: work_night(book.tenant.pk, night.pk), *payments)
    work_night(book.tenant.pk, night.pk)
    book.close()
    assert book.proofs() == ALL_HOLD
    with book.inside():
        # The night's own row of 31 December stands for each loan, whoever came first.
        assert Accrual.objects.filter(effective_on=BUSINESS_DATE, posted_on=BUSINESS_DATE, event=None).count() == 3
        total = Entry.objects.get(kind="accrual", posted_on=BUSINESS_DATE).total
        assert total == D("426.00")


def test_a_payment_that_overtakes_the_night_leaves_the_day_its_own_row(book: Book) -> None:
    with book.inside():
        night = start_night()
    book.pay(0, "100.00", NEW_YEAR, "early bird")
    with book.inside():
        rows = Accrual.objects.filter(loan=book.loans[0]).order_by("effective_on")
        assert list(rows.values_list("effective_on", "posted_on", "amount")) == [
            (BUSINESS_DATE, BUSINESS_DATE, D("60.00")), (NEW_YEAR, NEW_YEAR, D("2.00")),
        ]  # fmt: skip
    assert work_night(book.tenant.pk, night.pk)
    assert book.proofs() == ALL_HOLD


def test_a_returned_payment_brings_the_late_fee_that_it_had_spared(book: Book) -> None:
    event = book.pay(2, "1347.27", date(2008, 12, 20), "in time")
    book.close()
    assert book.balance(2).fees == D("0.00")
    with book.inside():
        reversal = reverse_event(event_id=event.pk, reason="R01", key="returned", by=book.by)
        (late_fee,) = reversal.consequences.all()
        assert (late_fee.kind, late_fee.amount, late_fee.effective_on) == ("late_fee", D("67.36"), BUSINESS_DATE)
        assert late_fee.recorded_on == NEW_YEAR
    book.close()
    assert book.balance(2).fees == D("67.36")
    # Paid after all, found later: the fee goes again, and the books say so.
    book.pay(2, "1347.27", date(2008, 12, 20), "found")
    assert book.balance(2).fees == D("0.00")
    book.close()
    assert book.proofs() == ALL_HOLD


def test_a_loan_that_comes_back_catches_up_the_days_it_slept(book: Book) -> None:
    event = book.pay(0, "10060.00", BUSINESS_DATE, "all of it")
    assert book.balance(0).open is False
    book.close(times=5)
    with book.inside():
        reverse_event(event_id=event.pk, reason="R01", key="returned", by=book.by)
        days = Accrual.objects.filter(loan=book.loans[0]).exclude(event=None).order_by("effective_on")
        assert [(row.effective_on.day, row.amount) for row in days] == [(day, D("2.00")) for day in (1, 2, 3, 4)]
        assert Loan.objects.get(pk=book.loans[0].pk).state == "active"
    assert book.balance(0).interest == D("68.00")
    book.close()
    assert book.balance(0).interest == D("70.00")
    assert book.proofs() == ALL_HOLD


def test_what_belongs_into_a_closed_period_lands_on_the_first_open_day(book: Book) -> None:
    book.close(times=2)
    with book.inside():
        Period.objects.filter(ends_on__lte=BUSINESS_DATE).update(closed_at="2009-01-02T00:00Z")
    event = book.pay(0, "500.00", date(2008, 12, 15), "found")
    with book.inside():
        (entry,) = event.entries.all()
        assert (entry.effective_on, entry.booked_on, entry.posted_on, entry.prior_period) == (
            date(2008, 12, 15), NEW_YEAR, date(2009, 1, 2), True,
        )  # fmt: skip
        assert {row.booked_on for row in event.accruals.all()} == {NEW_YEAR}
    book.close()
    assert book.proofs() == ALL_HOLD


def test_progress_says_how_far_each_step_is(book: Book) -> None:
    with book.inside():
        night = start_night()
        assert [(step.state, step.done, step.total) for step in progress(night)][:2] == [
            ("running", 0, 3), ("waiting", 0, 0),
        ]  # fmt: skip
    work_night(book.tenant.pk, night.pk)
    with book.inside():
        night.refresh_from_db()
        assert {step.state for step in progress(night)} == {"done"}
        assert [step.done for step in progress(night)] == [3, 1, 3, 0, 0, 0, 0, 3, 0]


def test_a_difference_of_a_cent_is_found_and_named(book: Book) -> None:
    book.close()
    with book.inside():
        LoanBalance.objects.filter(pk=book.loans[0].pk).update(principal=D("9999.99"))
        proofs = {proof.law: proof for proof in prove_books()}
    assert {law for law, proof in proofs.items() if not proof.holds} == {
        "subledger_is_gl", "balances_are_postings", "replay_is_ledger",
    }  # fmt: skip
    assert proofs["subledger_is_gl"].differences == [
        {"what": "1200 Loans receivable", "expected": "59999.99", "found": "60000.00"}
    ]
    number = book.loans[0].number
    assert proofs["replay_is_ledger"].differences == [
        {"what": f"Loan {number}, principal", "expected": "10000.00", "found": "9999.99"}
    ]


def test_the_sweep_leaves_the_balance_that_a_replay_gives_even_past_maturity(book: Book) -> None:
    """Ageing by SQL is ageing by finance, instalment after instalment, to the end and beyond it."""
    with book.inside():
        Tenant.objects.update(business_date=date(2010, 11, 28))
    book.close(times=6)
    assert book.balance(0).next_due_on == date(2009, 1, 1)
    assert book.proofs() == ALL_HOLD
