"""The GL mapping: drafted, tried, approved by another, in force from a day to come; and the books that follow it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from finance.errors import Refused
from ledger.close.night import start_night, work_night
from ledger.close.proof import prove_books
from ledger.close.summary import misplaced
from ledger.mapping import rules_of
from ledger.models import Account, Entry, GLMapping, GLMappingLine, LoanEvent, Posting
from ledger.operations import (
    add_account,
    approve_mapping,
    assess_late_fees,
    charge_fee,
    charge_off_loan,
    draft_mapping,
    receive_payment,
    receive_recovery,
    reverse_event,
)
from ledger.operations.mapping import DraftLine
from ledger.replay import difference
from ledger.sample import sample_journal
from reporting.trial_balance import trial_balance
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_product_version

NEW_YEAR = date(2009, 1, 1)


def end_the_day() -> None:
    assert work_night(Tenant.objects.get().pk, start_night().pk)


@pytest.fixture
def accounts(company: Any) -> dict[str, Account]:
    """Accounts of one's own beside the chart's."""
    given = [
        ("1205", "Loans receivable, term", "principal"),
        ("1215", "Interest receivable, term", "interest"),
        ("2105", "Unapplied, charged off", "unapplied"),
        ("4005", "Interest income, term", "interest_income"),
        ("4105", "Late fees", "fee_income"),
        ("4205", "Recoveries, term", "recoveries"),
    ]
    return {code: add_account(company=company, code=code, name=name, role=role) for code, name, role in given}


@pytest.fixture
def in_force(company: Any, people: Any, accounts: dict[str, Account]) -> Callable[..., GLMapping]:
    """in_force(lines) -> the version, approved, with the business date moved to its first day."""

    def make(*lines: DraftLine) -> GLMapping:
        today = Tenant.objects.get().business_date
        mapping = draft_mapping(
            company=company,
            effective_from=date.fromordinal(today.toordinal() + 1),
            remark="Term loans by themselves",
            lines=lines,
            by=people.operations,
        )
        approve_mapping(mapping_id=mapping.pk, by=people.portfolio_manager)
        end_the_day()
        return mapping

    return make


def net(code: str) -> D:
    found = Posting.objects.filter(account__code=code).aggregate(net=Sum(F("debit") - F("credit")))["net"]
    return D(found or 0)


def lines_of_entry(entry: Entry) -> list[tuple[str, D]]:
    rows = entry.postings.order_by("account__code").values_list("account__code", "debit", "credit")
    return [(code, debit - credit) for code, debit, credit in rows]


def check_books() -> None:
    assert {proof.law: proof.differences for proof in prove_books() if not proof.holds} == {}
    (book,) = trial_balance(Tenant.objects.get().business_date)
    assert book.balances


def test_a_version_is_drafted_by_one_and_approved_by_another(company: Any, people: Any, accounts: Any) -> None:
    line = DraftLine("principal", accounts["1205"])
    given = {"company": company, "remark": "x", "lines": [line], "by": people.administrator}
    with pytest.raises(Refused, match="starts after the business date 31 Dec 2008"):
        draft_mapping(effective_from=BUSINESS_DATE, **given)
    draft = draft_mapping(effective_from=NEW_YEAR, **given)
    other = draft_mapping(effective_from=NEW_YEAR, **given)
    assert (draft.number, other.number, draft.approved_at) == (1, 2, None)
    with pytest.raises(Refused, match="You drafted version 1 yourself"):
        approve_mapping(mapping_id=draft.pk, by=people.administrator)
    approve_mapping(mapping_id=other.pk, by=people.portfolio_manager)
    with pytest.raises(Refused, match="already approved by Portfolio Manager"):
        approve_mapping(mapping_id=other.pk, by=people.portfolio_manager)
    with pytest.raises(Refused, match="Version 2 was approved since"):
        approve_mapping(mapping_id=draft.pk, by=people.portfolio_manager)
    third = draft_mapping(effective_from=NEW_YEAR, **given)
    with pytest.raises(Refused, match="Version 2 starts on 1 Jan 2009 already"):
        approve_mapping(mapping_id=third.pk, by=people.portfolio_manager)


def test_the_database_keeps_versions_as_they_were_approved(company: Any, people: Any, accounts: Any) -> None:
    lines = [DraftLine("principal", accounts["1205"])]
    mapping = draft_mapping(company=company, effective_from=NEW_YEAR, remark="x", lines=lines, by=people.operations)
    now = {"approved_by": people.auditor, "approved_at": "2009-01-01T00:00Z"}
    with pytest.raises(IntegrityError, match="starts after the business date"), transaction.atomic():
        GLMapping.objects.create(
            legal_entity=company,
            number=9,
            effective_from=BUSINESS_DATE,
            remark="x",
            drafted_by=people.operations,
            **now,
        )
    with pytest.raises(IntegrityError, match="plays its role in the same company"), transaction.atomic():
        GLMappingLine.objects.create(mapping=mapping, role="interest", account=accounts["1205"])
    own = {"legal_entity": company, "number": 9, "effective_from": NEW_YEAR, "remark": "x"} | now
    with pytest.raises(IntegrityError, match="gl_mapping_four_eyes"), transaction.atomic():
        GLMapping.objects.create(**own, drafted_by=people.auditor)
    approve_mapping(mapping_id=mapping.pk, by=people.portfolio_manager)
    with pytest.raises(IntegrityError, match="gl_mapping_one_a_day"), transaction.atomic():
        GLMapping.objects.create(**own, drafted_by=people.operations)
    with pytest.raises(IntegrityError, match="not changed: draft the next"), transaction.atomic():
        GLMapping.objects.filter(pk=mapping.pk).update(approved_at="2010-01-01T00:00Z")
    with pytest.raises(IntegrityError, match="takes no more lines"), transaction.atomic():
        GLMappingLine.objects.create(mapping=mapping, role="interest", account=accounts["1215"])


def test_a_draft_that_does_not_make_sense_is_refused(company: Any, people: Any, accounts: Any) -> None:
    given = {"company": company, "effective_from": NEW_YEAR, "remark": "x", "by": people.operations}
    with pytest.raises(Refused, match="1205 Loans receivable, term plays principal and takes no interest"):
        draft_mapping(lines=[DraftLine("interest", accounts["1205"])], **given)
    with pytest.raises(Refused, match="Two lines say where principal goes"):
        draft_mapping(lines=[DraftLine("principal", accounts["1205"])] * 2, **given)
    assert GLMapping.objects.count() == 0


def test_an_account_is_new_and_no_formula(company: Any) -> None:
    with pytest.raises(Refused, match="has an account 1000 already"):
        add_account(company=company, code="1000", name="Cash", role="cash")
    with pytest.raises(Refused, match="would run as a formula"):
        add_account(company=company, code="1001", name="=1+1", role="cash")
    with pytest.raises(Refused, match="no account that plays hope"):
        add_account(company=company, code="1001", name="Hope", role="hope")


def test_a_new_payment_follows_the_mapping_and_an_old_day_keeps_its_own(
    loan: Any, people: Any, accounts: Any, in_force: Any
) -> None:
    product = loan.product_version.product
    in_force(DraftLine("principal", accounts["1205"], product), DraftLine("interest", accounts["1215"], product))
    new = receive_payment(loan_id=loan.pk, amount=D("1053.00"), effective_on=NEW_YEAR, key="a", by=people.operations)
    # 12,000.00 x 9.5 % x 93 / 365 = 290.47 of interest.
    assert lines_of_entry(new.entries.get()) == [("1000", D("1053.00")), ("1205", D("-762.53")), ("1215", D("-290.47"))]
    back = receive_payment(
        loan_id=loan.pk, amount=D("100.00"), effective_on=date(2008, 12, 31), key="b", by=people.operations
    )
    old = back.entries.get(effective_on=date(2008, 12, 31))
    assert [code for code, _ in lines_of_entry(old)] == ["1000", "1210"]
    end_the_day()
    check_books()


def test_a_mapping_that_starts_takes_the_balances_with_it_and_running_again_moves_nothing(
    loan: Any, people: Any, accounts: Any, in_force: Any
) -> None:
    in_force(DraftLine("principal", accounts["1205"]), DraftLine("interest", accounts["1215"]))
    end_the_day()  # the first night under the mapping
    assert (net("1200"), net("1205")) == (D("0.00"), D("12000.00"))
    assert net("1210") == D("0.00")
    assert net("1215") == D("290.47")
    moved = Entry.objects.filter(kind="reclassification")
    assert [(entry.booked_on, entry.total) for entry in moved.order_by("total")] == [
        (NEW_YEAR, D("287.34")),
        (NEW_YEAR, D("12000.00")),
    ]
    end_the_day()
    assert moved.count() == 2
    assert misplaced(date(2009, 1, 2)) == {}
    check_books()


def test_interest_is_summed_into_the_accounts_of_the_mapping(
    loan: Any, make_loan: Any, people: Any, accounts: Any, in_force: Any
) -> None:
    other = make_loan(version=make_product_version(people.administrator, people.portfolio_manager))
    in_force(DraftLine("interest_income", accounts["4005"], other.product_version.product))
    (book,) = trial_balance(NEW_YEAR)
    receive_payment(loan_id=other.pk, amount=D("10.00"), effective_on=NEW_YEAR, key="a", by=people.operations)
    (pending,) = trial_balance(NEW_YEAR)
    by_code = {row.account.code: row.credit - row.debit for row in pending.rows}
    assert by_code["4005"] == D("3.13")  # the payment accrued the day; no entry carries it yet
    end_the_day()
    assert (net("4005"), net("4000")) == (D("-3.13"), D("-577.81"))  # 2 x 287.34 before, and the first loan's day
    (entry,) = Entry.objects.filter(kind="accrual", booked_on=NEW_YEAR)
    assert lines_of_entry(entry) == [("1210", D("6.26")), ("4000", D("-3.13")), ("4005", D("-3.13"))]
    assert book.balances
    check_books()


def test_a_late_fee_goes_to_its_own_account_and_leaves_it_when_taken_back(
    make_loan: Any, people: Any, accounts: Any, in_force: Any
) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE)
    loan = make_loan(disbursed_on=date(2008, 12, 22), version=version)  # due on 22 January
    in_force(DraftLine("fee_income", accounts["4105"], fee_kind="late_fee"))
    while Tenant.objects.get().business_date < date(2009, 2, 2):
        end_the_day()
    late = LoanEvent.objects.get(kind="late_fee")
    assert (late.effective_on, net("4105"), net("4100")) == (date(2009, 2, 1), -late.amount, D("0.00"))
    # A fee on the very same day, and then the late fee goes.
    charge_fee(
        loan_id=loan.pk, amount=D("15.00"), effective_on=late.effective_on, reason="x", key="f", by=people.operations
    )
    assert (net("4105"), net("4100")) == (-late.amount, D("-15.00"))
    reverse_event(event_id=late.pk, reason="x", key="r", by=people.operations)
    assert (net("4105"), net("4100")) == (D("0.00"), D("-15.00"))
    # And a payment found later, in time, takes back what it makes void.
    assert assess_late_fees(loan_id=loan.pk, through=date(2009, 2, 1), key="again") is None
    end_the_day()
    check_books()


def test_a_charged_off_loan_is_where_its_state_says(loan: Any, people: Any, accounts: Any, in_force: Any) -> None:
    in_force(
        DraftLine("recoveries", accounts["4205"], status="charged_off"),
        DraftLine("unapplied", accounts["2105"], status="charged_off"),
    )
    receive_payment(loan_id=loan.pk, amount=D("11000.00"), effective_on=NEW_YEAR, key="p", by=people.operations)
    charge_off_loan(loan_id=loan.pk, effective_on=NEW_YEAR, reason="x", key="c", by=people.operations)
    recovered = receive_recovery(
        loan_id=loan.pk, amount=D("5000.00"), effective_on=NEW_YEAR, key="r", by=people.operations
    )
    written_off = D("12290.47") - D("11000.00")
    assert (net("4205"), net("4200"), net("2105")) == (-written_off, D("0.00"), written_off - D("5000.00"))
    # Undone the long way, it leaves the account that it went to.
    reverse_event(event_id=recovered.pk, reason="x", key="u", by=people.operations)
    assert (net("4205"), net("4200"), net("2105") + net("2100")) == (D("0.00"), D("0.00"), D("0.00"))
    end_the_day()
    assert (net("2105"), net("2100")) == (D("0.00"), D("0.00"))
    check_books()
    gap = difference(loan, through=NEW_YEAR, late_fees_through=NEW_YEAR)
    assert gap.nothing


def test_a_sample_shows_the_journal_under_both_and_posts_nothing(
    loan: Any, company: Any, people: Any, accounts: Any
) -> None:
    lines = [DraftLine("principal", accounts["1205"], loan.product_version.product)]
    draft = draft_mapping(company=company, effective_from=NEW_YEAR, remark="x", lines=lines, by=people.operations)
    before = Posting.objects.count()
    journal = sample_journal(loan, "payment", D("1000.00"), rules_of(draft), today=BUSINESS_DATE)
    # 12,000.00 x 9.5 % x 92 / 365 = 287.34 of interest.
    assert [(line.role, line.amount, line.now.code, line.then.code) for line in journal] == [
        ("cash", D("1000.00"), "1000", "1000"),
        ("interest", D("-287.34"), "1210", "1210"),
        ("principal", D("-712.66"), "1200", "1205"),
    ]
    assert Posting.objects.count() == before
    with pytest.raises(Refused, match="would post nothing"):
        sample_journal(loan, "fee_waiver", D("1.00"), rules_of(draft), today=BUSINESS_DATE)
