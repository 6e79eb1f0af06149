"""The end of day, really committed: accrued, aged, charged, summed and proved, once, whatever gets in the way."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.utils import timezone

from ledger.close.night import next_step, start_night, work_night, work_one_chunk
from ledger.close.progress import progress
from ledger.close.proof import prove_books
from ledger.close.steps import BEGUN, STEPS, at_once, steps_after
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, Night, NightException, Period, Proof
from ledger.operations import reverse_event
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.book import ALL_HOLD, NEW_YEAR, Book, together


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
        assert {(step.state, step.done, step.total) for step in progress(night)} == {("waiting", 0, 0)}
        assert next_step(night)
        night.refresh_from_db()
        (accrue, *others) = progress(night)
        assert (accrue.state, accrue.done, accrue.total, accrue.time_left) == ("running", 0, 3, None)
        assert {step.state for step in others} == {"waiting"}
    work_night(book.tenant.pk, night.pk)
    with book.inside():
        night.refresh_from_db()
        assert {step.state for step in progress(night)} == {"done"}
        # Of the late, one has an instalment of 20 December; the others' first one is due tomorrow.
        done = {step.name: line.done for step, line in zip(STEPS, progress(night), strict=True) if line.done}
        assert done == {
            "accrue": 3, "late_fees": 1, "age": 1, "keep_late": 1, "correct_months": 1, "keep_month": 3,
            "balances": 3, "replay": 3,
        }  # fmt: skip
        assert all(step.loans_per_second for step in progress(night) if step.done)


def test_steps_beside_each_other_begin_together(book: Book) -> None:
    lead = [steps_after(BEGUN)]
    while following := steps_after(lead[-1][0].name):
        lead.append(following)
    assert [step for steps in lead for step in steps] == list(STEPS)
    (group,) = [[step.name for step in steps] for steps in lead if steps[0].name == "seal"]
    assert group == ["seal", "fold", "sum_months", "balances"]
    assert [step.name for step in at_once("balances")] == group
    with book.inside():
        night = start_night()
        Night.objects.filter(pk=night.pk).update(step="keep_month", summarised_at=timezone.now())
        night.refresh_from_db()
        assert next_step(night)
        night.refresh_from_db()
        states = {step.name: line.state for step, line in zip(STEPS, progress(night), strict=True)}
        assert [name for name, state in states.items() if state == "running"] == group
        assert work_one_chunk(night)  # the seal, which was planned first
        assert {step.name: line.state for step, line in zip(STEPS, progress(night), strict=True)} == {
            **states,
            "seal": "done",
        }
        assert not next_step(night)


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
