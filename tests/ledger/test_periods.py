"""Closing a month, opening it again with two people, and the end of a fiscal year."""

import threading
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from finance.errors import Refused
from ledger.close.checklist import ITEMS, checklist
from ledger.close.night import start_night, work_night
from ledger.close.year_end import close_year
from ledger.models import Entry, LoanBalance, Period, PeriodEvent, PeriodTick, Posting, ReopenRequest
from ledger.opening import close_periods, open_books
from ledger.operations import charge_fee, receive_payment
from ledger.operations.periods import ask_to_reopen, close_period, decide_reopening, tick_period
from ledger.posting import Line, post
from reporting.trial_balance import trial_balance
from tenants.current import tenant_context
from tenants.models import LegalEntity, Tenant
from tests.conftest import BUSINESS_DATE, make_people, make_tenant

DECEMBER, NEW_YEAR = date(2008, 12, 1), date(2009, 1, 1)
JUDGEMENT = [item.name for item in ITEMS if item.judgement]


def month(starts_on: date = DECEMBER) -> Period:
    return Period.objects.select_related("legal_entity").get(starts_on=starts_on)


def look_at_everything(period: Period, by: Any) -> None:
    for item in JUDGEMENT:
        tick_period(period_id=period.pk, item=item, note="Looked at, nothing to do.", by=by)


def end_the_day() -> None:
    assert work_night(Tenant.objects.get().pk, start_night().pk)


@pytest.fixture
def december(loan: Any, company: Any, people: Any) -> Period:
    """The month with its last night done and all before it closed; every line but those of judgement is done."""
    charge_fee(
        loan_id=loan.pk, amount=D("25.00"), effective_on=BUSINESS_DATE, reason="x", key="f", by=people.operations
    )
    end_the_day()
    close_periods(company, through=date(2008, 11, 30))
    return month()


def balances(on: date) -> dict[str, D]:
    (book,) = trial_balance(on)
    return {row.account.role: row.debit - row.credit for row in book.rows if row.debit or row.credit}


def test_the_checklist_says_what_is_left(loan: Any, company: Any) -> None:
    lines = {line.item.name: (line.done, line.sentence) for line in checklist(month())}
    assert lines["over"] == (False, "The month ends on 31 Dec 2008, and the business date is 31 Dec 2008.")
    assert lines["earlier"] == (False, "January 2008 is still open: months close in order.")
    assert lines["caught_up"] == (False, "1 open loan without interest to the end of the month.")
    assert lines["balances"] == (True, "Debits $12,000.00, credits $12,000.00 through 31 Dec 2008.")
    assert lines["cash"] == (False, "The books say −$12,000.00 of cash at the end of the month.")


def test_a_loan_that_is_not_the_books_is_said_with_both_amounts(december: Period, loan: Any) -> None:
    LoanBalance.objects.filter(pk=loan.pk).update(fees="1234.50")
    (line,) = (line for line in checklist(december) if line.item.name == "subledger")
    assert line.sentence == "1220 Fees receivable: the loans say $1,234.50, the books $25.00"
    assert not line.done


def test_a_month_is_not_closed_before_everything_is_done(december: Period, people: Any) -> None:
    with pytest.raises(Refused, match="Left to do: Unapplied money was looked at; Cash agrees with the bank; Corr"):
        close_period(period_id=december.pk, by=people.operations)
    assert month().closed_at is None
    assert PeriodEvent.objects.count() == 0
    assert not Entry.objects.filter(kind="year_end").exists()


def test_closing_keeps_the_checklist_and_lets_nothing_more_in(december: Period, people: Any, loan: Any) -> None:
    look_at_everything(december, people.operations)
    event = close_period(period_id=december.pk, by=people.operations)
    assert month().closed_at is not None
    assert (event.kind, event.by, len(event.checklist)) == ("closed", people.operations, len(ITEMS))
    assert event.checklist[-1]["note"] == "Looked at, nothing to do."
    payment = receive_payment(
        loan_id=loan.pk, amount=D("50.00"), effective_on=BUSINESS_DATE, key="p", by=people.operations
    )
    assert {entry.booked_on for entry in payment.entries.all()} == {NEW_YEAR}
    with pytest.raises(Refused, match="December 2008 is closed"):
        close_period(period_id=december.pk, by=people.operations)
    with pytest.raises(Refused, match="December 2008 is closed"):
        tick_period(period_id=december.pk, item="cash", note="x", by=people.operations)


def test_a_computed_line_is_not_ticked(december: Period, people: Any) -> None:
    with pytest.raises(Refused, match="computed from the books"):
        tick_period(period_id=december.pk, item="nights", note="trust me", by=people.operations)
    assert PeriodTick.objects.count() == 0


def test_the_fiscal_year_goes_into_retained_earnings(december: Period, people: Any) -> None:
    look_at_everything(december, people.operations)
    before = balances(BUSINESS_DATE)
    assert (before["fee_income"], before["interest_income"]) == (D("-25.00"), D("-287.34"))
    close_period(period_id=december.pk, by=people.operations)
    entry = Entry.objects.get(kind="year_end")
    assert (entry.booked_on, entry.posted_on, entry.total) == (BUSINESS_DATE, NEW_YEAR, D("312.34"))
    after = balances(BUSINESS_DATE)
    assert after == {role: amount for role, amount in before.items() if not role.endswith("income")} | {
        "retained_earnings": D("-312.34")
    }


def test_a_second_run_of_the_year_end_posts_the_difference_alone(december: Period, company: Any) -> None:
    first = close_year(december, posted_on=NEW_YEAR)
    assert first is not None
    assert close_year(december, posted_on=NEW_YEAR) is None
    more = [Line("cash", D("5.00"), BUSINESS_DATE), Line("fee_income", D("-5.00"), BUSINESS_DATE)]
    post(
        legal_entity_id=company.pk, currency="USD", kind="x", lines=more, effective_on=BUSINESS_DATE,
        posted_on=NEW_YEAR, key="late",
    )  # fmt: skip
    second = close_year(december, posted_on=NEW_YEAR)
    assert second is not None
    assert (second.total, second.lines) == (D("5.00"), 2)
    assert balances(BUSINESS_DATE)["retained_earnings"] == D("-317.34")


def test_another_fiscal_year_ends_elsewhere(december: Period, company: Any, people: Any) -> None:
    LegalEntity.objects.filter(pk=company.pk).update(fiscal_year_ends_in=6)
    look_at_everything(december, people.operations)
    close_period(period_id=december.pk, by=people.operations)
    assert not Entry.objects.filter(kind="year_end").exists()


def test_opening_again_takes_two_people_and_undoes_the_year_end(december: Period, people: Any) -> None:
    look_at_everything(december, people.operations)
    close_period(period_id=december.pk, by=people.operations)
    request = ask_to_reopen(period_id=december.pk, reason="An invoice came late.", by=people.operations)
    with pytest.raises(Refused, match="You asked for this yourself"):
        decide_reopening(request_id=request.pk, approve=True, by=people.operations)
    assert month().closed_at is not None
    decide_reopening(request_id=request.pk, approve=True, by=people.portfolio_manager)
    assert month().closed_at is None
    opened = PeriodEvent.objects.get(kind="reopened")
    assert (opened.by, opened.reason, opened.request) == (people.portfolio_manager, "An invoice came late.", request)
    assert balances(BUSINESS_DATE)["fee_income"] == D("-25.00")
    assert "retained_earnings" not in balances(BUSINESS_DATE)
    # What was looked at before is looked at again, and the year is closed once more.
    assert not any(line.done for line in checklist(month()) if line.item.judgement)
    end_the_day()
    look_at_everything(december, people.operations)
    close_period(period_id=december.pk, by=people.operations)
    assert balances(BUSINESS_DATE)["retained_earnings"] == D("-312.34")
    # An approval opens one closing, not the next.
    with pytest.raises(IntegrityError, match="a second person approved"), transaction.atomic():
        Period.objects.filter(pk=december.pk).update(closed_at=None)


def test_a_declined_request_opens_nothing_and_can_be_asked_again(december: Period, people: Any) -> None:
    look_at_everything(december, people.operations)
    close_period(period_id=december.pk, by=people.operations)
    request = ask_to_reopen(period_id=december.pk, reason="x", by=people.operations)
    with pytest.raises(Refused, match="already asked for"):
        ask_to_reopen(period_id=december.pk, reason="again", by=people.portfolio_manager)
    decide_reopening(request_id=request.pk, approve=False, by=people.administrator)
    with pytest.raises(Refused, match="already declined by Administrator"):
        decide_reopening(request_id=request.pk, approve=True, by=people.portfolio_manager)
    assert month().closed_at is not None
    with pytest.raises(IntegrityError, match="a second person approved"), transaction.atomic():
        Period.objects.filter(pk=december.pk).update(closed_at=None)
    with pytest.raises(IntegrityError, match="decided already"), transaction.atomic():
        ReopenRequest.objects.filter(pk=request.pk).update(decision="approved")
    ask_to_reopen(period_id=december.pk, reason="again", by=people.portfolio_manager)


def test_the_database_wants_another_person_to_decide(december: Period, people: Any) -> None:
    given = {"period": december, "reason": "x", "asked_by": people.operations, "decision": "approved"}
    with pytest.raises(IntegrityError, match="reopen_request_four_eyes"), transaction.atomic():
        ReopenRequest.objects.create(**given, decided_by=people.operations, decided_at="2009-01-01T00:00Z")


def test_months_open_again_from_the_last_one_back(december: Period, people: Any) -> None:
    november = month(date(2008, 11, 1))
    look_at_everything(december, people.operations)
    close_period(period_id=december.pk, by=people.operations)
    with pytest.raises(Refused, match="Open December 2008 first"):
        ask_to_reopen(period_id=november.pk, reason="x", by=people.operations)
    with pytest.raises(Refused, match="January 2009 is open"):
        ask_to_reopen(period_id=month(NEW_YEAR).pk, reason="x", by=people.operations)


def test_a_period_keeps_its_days_and_is_not_closed_twice(december: Period, company: Any) -> None:
    november = Period.objects.filter(starts_on=date(2008, 11, 1))
    with pytest.raises(IntegrityError, match="not closed again"), transaction.atomic():
        november.update(closed_at="2030-01-01T00:00Z")
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        november.update(ends_on=date(2008, 11, 29))


def test_whoever_closes_a_month_waits_for_whoever_posts_into_it(committed: str) -> None:
    """The poster is inside its transaction when the closer comes: the closer waits, and the next poster is refused."""
    tenant = make_tenant()
    with tenant_context(tenant.pk):
        make_people()
        company = LegalEntity.objects.get()
        open_books(company, first_day=DECEMBER, last_day=BUSINESS_DATE)
        period_id = Period.objects.get().pk
    posted, order = threading.Event(), []

    def close() -> None:
        try:
            posted.wait(20)
            with tenant_context(tenant.pk):
                close_periods(LegalEntity.objects.get(), through=BUSINESS_DATE)
                order.append(("closed", Posting.objects.count()))
        finally:
            connections.close_all()

    closer = threading.Thread(target=close)
    closer.start()
    with tenant_context(tenant.pk):
        write_capital(company.pk, "first")
        posted.set()
        closer.join(1.5)
        assert closer.is_alive(), "it did not wait"
        order.append(("posted", Posting.objects.count()))
    closer.join(20)
    assert order == [("posted", 2), ("closed", 2)]
    with tenant_context(tenant.pk):
        assert Period.objects.get(pk=period_id).closed_at is not None
        with pytest.raises(IntegrityError, match="no open period"), transaction.atomic():
            write_capital(company.pk, "second")
        assert Posting.objects.count() == 2


def write_capital(company_id: int, key: str) -> None:
    lines = [Line("cash", D("5.00"), BUSINESS_DATE), Line("capital", D("-5.00"), BUSINESS_DATE)]
    post(
        legal_entity_id=company_id, currency="USD", kind="capital", lines=lines, effective_on=BUSINESS_DATE,
        posted_on=BUSINESS_DATE, key=key,
    )  # fmt: skip
