"""What the database keeps true about the books, each rule broken once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from ledger.models import (
    Account,
    Accrual,
    Entry,
    Instalment,
    Loan,
    LoanBalance,
    LoanEvent,
    Night,
    NightException,
    Period,
    Posting,
    ProductVersion,
    Proof,
)  # fmt: skip
from ledger.operations import receive_payment
from ledger.posting import Line, account_id, post, reverse
from tenants.models import LegalEntity
from tests.conftest import BUSINESS_DATE, People

WHOLE = {
    "kind": "x", "effective_on": BUSINESS_DATE, "booked_on": BUSINESS_DATE, "posted_on": BUSINESS_DATE,
    "currency": "USD", "lines": 2, "total": D("1.00"),
}  # fmt: skip
LINES = [Line("cash", D("5.00"), BUSINESS_DATE), Line("capital", D("-5.00"), BUSINESS_DATE)]


@pytest.fixture
def write(company: Any) -> Callable[..., Entry]:
    def entry(**changes: Any) -> Entry:
        given = {
            "legal_entity_id": company.pk,
            "currency": "USD",
            "kind": "capital",
            "lines": LINES,
            "effective_on": BUSINESS_DATE,
            "posted_on": BUSINESS_DATE,
            "key": "e-1",
        }
        return post(**given | changes)

    return entry


def check_refused(act: Callable[[], Any], saying: str, error: type[DatabaseError] = IntegrityError) -> None:
    """`act` is refused by the database with these words, and nothing of it stays."""
    before = (Entry.objects.count(), Posting.objects.count())
    with pytest.raises(error, match=saying), transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert (Entry.objects.count(), Posting.objects.count()) == before


def test_an_entry_balances(write: Callable[..., Entry]) -> None:
    crooked = [LINES[0], Line("capital", D("-4.99"), BUSINESS_DATE)]
    check_refused(lambda: write(lines=crooked), "does not balance")


def test_an_entry_has_two_lines(write: Callable[..., Entry]) -> None:
    check_refused(lambda: write(lines=LINES[:1]), "entry_has_two_lines")


def test_an_entry_without_postings_is_refused_when_the_transaction_ends(company: Any) -> None:
    check_refused(
        lambda: Entry.objects.create(
            **WHOLE | {"legal_entity": company, "key": "bare"}
        ),
        "has no lines",
    )  # fmt: skip


def another_line(entry: Entry, **changes: Any) -> Posting:
    given = {
        "entry": entry,
        "account_id": account_id(entry.legal_entity_id, "USD", "cash"),
        "effective_on": entry.effective_on,
        "booked_on": entry.booked_on,
        "posted_on": entry.posted_on,
        "currency": "USD",
        "debit": D("1.00"),
    }
    return Posting(**given | changes)


def test_lines_cannot_be_added_later_even_when_they_balance(write: Callable[..., Entry]) -> None:
    entry = write()
    more = [another_line(entry), another_line(entry, debit=D("0.00"), credit=D("1.00"))]
    check_refused(lambda: Posting.objects.bulk_create(more), "not what it announced")


@pytest.mark.parametrize(("debit", "credit"), [("0.00", "0.00"), ("1.00", "1.00"), ("-1.00", "0.00")])
def test_a_posting_has_one_side(write: Callable[..., Entry], debit: str, credit: str) -> None:
    entry = write()
    check_refused(lambda: another_line(entry, debit=D(debit), credit=D(credit)).save(), "posting_one_sided")


@pytest.mark.parametrize(
    "changes",
    [{"currency": "EUR"}, {"posted_on": date(2008, 12, 30)}, {"booked_on": date(2008, 12, 30)}, {"account_id": 0}],
)
def test_a_posting_agrees_with_its_entry(company: Any, changes: dict[str, Any]) -> None:
    def crooked() -> None:
        entry = Entry.objects.create(**WHOLE | {"legal_entity": company, "key": "crooked"})
        other = another_line(entry, debit=D("0.00"), credit=D("1.00"))
        Posting.objects.bulk_create([another_line(entry, **changes), other])

    check_refused(crooked, "names another tenant, company, currency or day")


def test_an_entry_key_is_used_once(write: Callable[..., Entry]) -> None:
    write()
    check_refused(write, "entry_key_once")


def test_an_entry_is_reversed_once_and_the_contra_mirrors_it(write: Callable[..., Entry]) -> None:
    entry = write()
    contra = reverse(entry, posted_on=BUSINESS_DATE, key="undo")
    sides = list(contra.postings.order_by("id").values_list("debit", "credit"))
    assert sides == [(D("0.00"), D("5.00")), (D("5.00"), D("0.00"))]
    assert contra.reverses == entry
    check_refused(lambda: reverse(entry, posted_on=BUSINESS_DATE, key="undo again"), "reverses_id")


def test_no_entry_in_a_closed_period(write: Callable[..., Entry]) -> None:
    Period.objects.filter(ends_on=BUSINESS_DATE).update(closed_at="2009-01-02T00:00Z")
    check_refused(write, "no open period for an entry booked on 2008-12-31")


def test_no_entry_where_no_period_is(write: Callable[..., Entry]) -> None:
    far = date(2007, 12, 31)
    lines = [Line("cash", D("5.00"), far), Line("capital", D("-5.00"), far)]
    check_refused(lambda: write(lines=lines, effective_on=far, booked_on=far), "no open period")


def test_an_entry_is_not_booked_ahead_nor_before_it_counts(write: Callable[..., Entry]) -> None:
    check_refused(lambda: write(booked_on=date(2009, 1, 1)), "entry_not_booked_ahead")
    check_refused(lambda: write(booked_on=date(2008, 12, 30)), "entry_booked_not_before_effective")


APPEND_ONLY = [
    "entry", "posting", "loanevent", "accrual", "proof", "instalment", "boardingrow", "periodtick", "periodevent",
    "glmappingline", "exportbatch", "exportedentry", "exportreceipt", "intercompany", "seal", "sealblock", "lateloan",
    "loanmonth",
]  # fmt: skip


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE ledger_{} SET id = id", "DELETE FROM ledger_{}", "TRUNCATE ledger_{}"])
def test_the_application_may_not_change_what_was_posted(tenant: Any, table: str, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("operation", ["UPDATE", "DELETE", "TRUNCATE"])
def test_a_trigger_stops_even_the_owner(tenant: Any, table: str, operation: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'append_only' AND tgrelid = %s::regclass",
            [f"ledger_{table}"],
        )
        (definition,) = cursor.fetchone()
    assert "BEFORE" in definition
    assert operation in definition.split(" ON ")[0]


def test_what_a_loan_agreed_cannot_be_rewritten(loan: Loan) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Loan.objects.filter(pk=loan.pk).update(amount=D("1.00"))
    loan.refresh_from_db()
    assert loan.amount == D("12000.00")


def event(loan: Loan, **changes: Any) -> LoanEvent:
    given = {
        "loan": loan, "kind": "fee", "amount": D("1.00"), "effective_on": BUSINESS_DATE, "recorded_on": BUSINESS_DATE,
        "source": "staff", "key": "x",
    }  # fmt: skip
    return LoanEvent.objects.create(**given | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "gift"}, "event_kind_known"),
        ({"amount": D("0.00")}, "event_amount_positive"),
        ({"amount": None}, "event_amount_positive"),
        ({"kind": "reversal"}, "event_reversal_has_target"),
        ({"kind": "rate_change", "amount": None}, "event_rate_change_has_rate"),
        ({"kind": "rate_change", "rate": D("-0.01")}, "event_rate_not_negative"),
        ({"kind": "fee", "purpose": "clear_dues"}, "event_purpose_of_a_payment"),
        ({"principal_only": True, "purpose": "clear_dues"}, "event_purpose_of_a_payment"),
        ({"kind": "modification", "amount": None, "version": 2}, "event_modification_has_terms"),
        ({"kind": "modification", "amount": None, "version": 1, "terms": {}}, "event_modification_has_terms"),
        ({"terms": {}}, "event_modification_has_terms"),
        ({"effective_on": date(2009, 1, 1)}, "event_not_in_the_future"),
        ({"key": "loan-1/disbursement"}, "event_key_once"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(loan: Loan, changes: dict[str, Any], constraint: str) -> None:
    check_refused(lambda: event(loan, **changes), constraint)


def test_an_event_is_reversed_once(loan: Loan) -> None:
    target = event(loan)
    event(loan, kind="reversal", target=target, key="r-1")
    check_refused(lambda: event(loan, kind="reversal", target=target, key="r-2"), "event_reversed_once")


def modification(loan: Loan, version: int = 2) -> LoanEvent:
    return event(loan, kind="modification", amount=None, version=version, terms={}, key=f"m-{version}-{loan.pk}")


def test_a_version_of_the_schedule_is_made_by_one_modification(loan: Loan) -> None:
    modification(loan)
    check_refused(
        lambda: event(loan, kind="modification", amount=None, version=2, terms={}, key="m-again"), "event_version_once"
    )


def instalment(loan: Loan, version: int, made_by: LoanEvent | None) -> Instalment:
    figures = {"amount": 1, "principal": 1, "interest": 0, "balance_after": 0}
    return Instalment.objects.create(
        loan=loan, version=version, event=made_by, number=99, due_on=BUSINESS_DATE, **figures
    )


def test_an_instalment_of_a_later_version_names_its_modification(loan: Loan, make_loan: Callable[..., Loan]) -> None:
    made_by = modification(loan)
    check_refused(lambda: instalment(loan, 2, None), "instalment_names_its_modification")
    check_refused(lambda: instalment(loan, 1, made_by), "instalment_names_its_modification")
    names_another = "names another modification than its own"
    check_refused(lambda: instalment(loan, 3, made_by), names_another)
    check_refused(lambda: instalment(make_loan(), 2, made_by), names_another)
    check_refused(lambda: instalment(loan, 2, event(loan, key="fee")), names_another)
    assert instalment(loan, 2, made_by).event == made_by


def accrual(loan: Loan, **changes: Any) -> Accrual:
    given = {"effective_on": BUSINESS_DATE, "booked_on": BUSINESS_DATE, "posted_on": BUSINESS_DATE, "amount": D("1.00")}
    return Accrual.objects.create(loan=loan, **given | changes)


def test_interest_accrues_once_a_day(loan: Loan) -> None:
    accrual(loan)
    check_refused(lambda: accrual(loan), "accrual_once_a_day")


def test_a_correction_corrects_a_day_once(loan: Loan) -> None:
    cause = event(loan)
    accrual(loan, event=cause)
    check_refused(lambda: accrual(loan, event=cause), "accrual_once_a_day")


def test_an_accrual_names_an_event_of_its_own_loan(loan: Loan, make_loan: Callable[..., Loan]) -> None:
    check_refused(lambda: accrual(loan, event=event(make_loan())), "names another tenant, loan or day")
    check_refused(lambda: accrual(loan, booked_on=date(2008, 12, 30)), "names another tenant, loan or day")


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("principal", D("-0.01"), "balance_principal_not_negative"),
        ("fees", D("-0.01"), "balance_fees_not_negative"),
        ("unapplied", D("-0.01"), "balance_unapplied_not_negative"),
        ("dpd", -1, "balance_dpd_not_negative"),
        ("suspense", D("-0.01"), "balance_suspense_is_of_interest"),
        ("suspense", D("0.01"), "balance_suspense_is_of_interest"),  # no interest is owed yet
        ("applied", D("-0.01"), "balance_applied_not_negative"),
    ],
)
def test_a_balance_is_never_negative(loan: Loan, column: str, value: Any, constraint: str) -> None:
    check_refused(lambda: LoanBalance.objects.filter(pk=loan.pk).update(**{column: value}), constraint)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost", "ended_on": BUSINESS_DATE}, "loan_state_known"),
        ({"state": "paid_off"}, "loan_ended_when_not_active"),
        ({"ended_on": BUSINESS_DATE}, "loan_ended_when_not_active"),
    ],
)
def test_a_loan_is_in_a_state_that_exists(loan: Loan, changes: dict[str, Any], constraint: str) -> None:
    check_refused(lambda: Loan.objects.filter(pk=loan.pk).update(**changes), constraint)


def copy_of(loan: Loan, **changes: Any) -> Loan:
    names = [field.attname for field in Loan._meta.local_fields if field.attname not in ("id", "number")]
    return Loan.objects.create(**{name: getattr(loan, name) for name in names} | {"number": "L-X"} | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"number": "same"}, "loan_number_once"),
        ({"amount": D("0.00")}, "loan_amount_positive"),
        ({"matures_on": date(2008, 1, 1)}, "loan_matures_after_first_due"),
    ],
)
def test_a_loan_that_makes_no_sense_is_refused(loan: Loan, changes: dict[str, Any], constraint: str) -> None:
    changes = {"number": loan.number} if changes.get("number") else changes
    check_refused(lambda: copy_of(loan, **changes), constraint)


def test_nobody_approves_the_product_version_they_drafted(people: People, product_version: ProductVersion) -> None:
    versions = ProductVersion.objects.filter(pk=product_version.pk)
    check_refused(lambda: versions.update(approved_by=people.administrator), "product_version_four_eyes")
    check_refused(lambda: versions.update(approved_at=None), "product_version_approved_whole")


def test_a_night_happens_once(tenant: Any) -> None:
    Night.objects.create(business_date=BUSINESS_DATE, step="accrue")
    check_refused(lambda: Night.objects.create(business_date=BUSINESS_DATE, step="accrue"), "night_once")


def test_a_proof_that_holds_has_no_differences(tenant: Any) -> None:
    def contradiction() -> None:
        Proof.objects.create(
            law="entries_balance", business_date=BUSINESS_DATE, compared=1, holds=True, differences=[{"what": "x"}]
        )

    check_refused(contradiction, "proof_says_why_not")


def test_a_payment_is_posted_by_the_application_role_under_the_fence(loan: Loan, people: People) -> None:
    receive_payment(loan_id=loan.pk, amount=D("10.00"), effective_on=BUSINESS_DATE, key="p", by=people.operations)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


def test_a_night_is_paused_by_somebody(tenant: Any) -> None:
    paused = {"business_date": BUSINESS_DATE, "step": "accrue", "paused_at": timezone.now()}
    check_refused(lambda: Night.objects.create(**paused), "night_paused_by_somebody")


def test_an_exception_that_somebody_resolved_says_when(loan: Loan, people: People) -> None:
    night = Night.objects.create(business_date=BUSINESS_DATE, step="done")
    alone = {"night": night, "loan": loan, "step": "accrue", "sentence": "x"}
    check_refused(
        lambda: NightException.objects.create(**alone, resolved_by=people.operations), "night_exception_resolved_whole"
    )


def test_companies_that_opened_before_an_account_was_needed_get_it(company: Any, tenant: Any) -> None:
    migration = import_module("ledger.migrations.0010_more_events")
    other = LegalEntity.objects.create(name="Second LLC", currency="USD")
    Account.objects.create(legal_entity=other, code="1000", name="Cash", kind="asset", role="cash", currency="USD")
    Account.objects.create(legal_entity=other, code="1215", name="Deposits", kind="asset", role="x", currency="USD")
    migration.add_accounts(None, SimpleNamespace(connection=connection))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant.pk)])
    chart = set(Account.objects.filter(legal_entity=company).values_list("code", "name", "kind", "role"))
    added = set(Account.objects.filter(legal_entity=other).values_list("code", "name", "kind", "role"))
    assert {row for row in added if row[3] not in ("cash", "x")} == {
        ("1215N" if code == "1215" else code, name, kind, role)
        for code, name, kind, role in chart
        if role in {row[3] for row in migration.ACCOUNTS}
    }
    assert len(added) == 2 + len(migration.ACCOUNTS)
