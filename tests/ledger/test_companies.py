"""Two companies of one lender: cash one holds for the other, balanced in the books of each, and consolidated."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from finance.errors import Refused
from ledger.companies import pairs, unmatched_pairs
from ledger.models import Account, Entry, InterCompany, Posting
from ledger.opening import open_books
from ledger.operations import (
    hold_for_company,
    receive_payment_at_company,
    settle_between_companies,
    take_back_between_companies,
)
from ledger.posting import Line, post
from reporting.consolidated import consolidated
from reporting.trial_balance import trial_balance
from tenants.models import LegalEntity
from tests.conftest import BUSINESS_DATE


@pytest.fixture
def second(company: Any) -> LegalEntity:
    made = LegalEntity.objects.create(name="Second Lending LLC")
    open_books(made, first_day=date(2008, 1, 1), last_day=BUSINESS_DATE)
    return made


def net(company: LegalEntity, role: str) -> D:
    rows = Posting.objects.filter(account__legal_entity=company, account__role=role)
    return D(rows.aggregate(net=Sum(F("debit") - F("credit")))["net"] or 0)


def test_a_payment_into_the_wrong_bank_account_pays_the_loan_and_is_owed(
    loan: Any, company: Any, second: Any, people: Any
) -> None:
    given = {"at": second, "loan_id": loan.pk, "amount": D("1000.00"), "effective_on": BUSINESS_DATE}
    made = receive_payment_at_company(**given, key="k", by=people.operations)
    assert receive_payment_at_company(**given, key="k", by=people.operations) == made
    assert (net(company, "cash"), net(company, "due_from")) == (D("-12000.00"), D("1000.00"))
    assert (net(second, "cash"), net(second, "due_to")) == (D("1000.00"), D("-1000.00"))
    loan.balance.refresh_from_db()
    assert loan.balance.owed == D("11287.34")  # 12,287.34 less the payment
    assert [(pair.debtor, pair.creditor, pair.due_from, pair.due_to) for pair in pairs()] == [
        (second, company, D("1000.00"), D("1000.00"))
    ]
    assert all(book.balances for book in trial_balance(BUSINESS_DATE))


def test_paying_it_over_takes_at_most_what_is_due(company: Any, second: Any, people: Any) -> None:
    common = {"debtor": second, "creditor": company, "effective_on": BUSINESS_DATE, "by": people.operations}
    hold_for_company(**common, amount=D("70.00"), reason="Swept together", key="h")
    with pytest.raises(Refused, match=r"owes Test Lending LLC \$70.00, less than the \$70.01"):
        settle_between_companies(**common, amount=D("70.01"), reason="x", key="s")
    settle_between_companies(**common, amount=D("70.00"), reason="Wire", key="s")
    for one in (company, second):
        assert (net(one, "cash"), net(one, "due_from"), net(one, "due_to")) == (D(0), D(0), D(0))
    assert Entry.objects.filter(kind="inter_company").count() == 4


def test_taking_back_reverses_both_and_only_once(company: Any, second: Any, people: Any) -> None:
    made = hold_for_company(
        debtor=second, creditor=company, amount=D("5.00"), effective_on=BUSINESS_DATE, reason="x", key="h",
        by=people.operations,
    )  # fmt: skip
    undo = {"posting_id": made.pk, "reason": "Wrong company", "by": people.operations}
    undone = take_back_between_companies(**undo, key="u")
    assert take_back_between_companies(**undo, key="u") == undone
    assert (undone.debtor_entry.reverses, undone.creditor_entry.reverses) == (made.debtor_entry, made.creditor_entry)
    assert [pair.difference or pair.due_to for pair in pairs()] == [D("0.00")]
    with pytest.raises(Refused, match="already taken back"):
        take_back_between_companies(**undo, key="u2")
    with pytest.raises(Refused, match="already taken back"):
        take_back_between_companies(posting_id=undone.pk, reason="x", key="u3", by=people.operations)


def test_what_makes_no_sense_is_refused(loan: Any, company: Any, second: Any, people: Any) -> None:
    given = {"amount": D("5.00"), "reason": "x", "key": "k", "by": people.operations}
    with pytest.raises(Refused, match="cannot owe itself"):
        hold_for_company(debtor=company, creditor=company, effective_on=BUSINESS_DATE, **given)
    with pytest.raises(Refused, match="after the business date"):
        hold_for_company(debtor=second, creditor=company, effective_on=date(2009, 1, 1), **given)
    euro = LegalEntity.objects.create(name="Euro Lending", currency="EUR")
    with pytest.raises(Refused, match="nothing is posted between two currencies"):
        hold_for_company(debtor=euro, creditor=company, effective_on=BUSINESS_DATE, **given)
    with pytest.raises(Refused, match="cannot owe itself"):
        receive_payment_at_company(
            at=company, loan_id=loan.pk, amount=D("5.00"), effective_on=BUSINESS_DATE, key="k", by=people.operations
        )
    hold_for_company(debtor=second, creditor=company, effective_on=BUSINESS_DATE, **given)
    with pytest.raises(Refused, match="already used for something else"):
        hold_for_company(debtor=second, creditor=company, effective_on=BUSINESS_DATE, **given | {"amount": D("6.00")})
    assert InterCompany.objects.count() == 1


def test_the_database_wants_an_entry_of_the_amount_in_both_books(company: Any, second: Any, people: Any) -> None:
    made = hold_for_company(
        debtor=second, creditor=company, amount=D("5.00"), effective_on=BUSINESS_DATE, reason="x", key="h",
        by=people.operations,
    )  # fmt: skip
    wrong = {"kind": "held", "debtor": second, "creditor": company, "effective_on": BUSINESS_DATE, "reason": "x"}
    entries = {"debtor_entry": made.creditor_entry, "creditor_entry": made.debtor_entry}
    with pytest.raises(IntegrityError, match="one entry of its amount in the books of each"), transaction.atomic():
        InterCompany.objects.create(**wrong, **entries, amount=D("5.00"), by=people.operations, key="w")
    with pytest.raises(IntegrityError, match="inter_company_two_companies"), transaction.atomic():
        InterCompany.objects.create(
            **wrong | {"debtor": company}, **entries, amount=D("5.00"), by=people.operations, key="w"
        )


def test_a_key_is_used_once(company: Any, second: Any, people: Any) -> None:
    hold_for_company(
        debtor=second, creditor=company, amount=D("5.00"), effective_on=BUSINESS_DATE, reason="x", key="h",
        by=people.operations,
    )  # fmt: skip
    lines = [Line("cash", D("5.00"), BUSINESS_DATE), Line("capital", D("-5.00"), BUSINESS_DATE)]
    entries = [
        post(
            legal_entity_id=one.pk, currency="USD", kind="x", lines=lines, effective_on=BUSINESS_DATE,
            posted_on=BUSINESS_DATE, key=f"x{one.pk}",
        )
        for one in (second, company)
    ]  # fmt: skip
    with pytest.raises(IntegrityError, match="inter_company_key_once"), transaction.atomic():
        InterCompany.objects.create(
            kind="held", debtor=second, creditor=company, effective_on=BUSINESS_DATE, reason="x", amount=D("5.00"),
            debtor_entry=entries[0], creditor_entry=entries[1], by=people.operations, key="h",
        )  # fmt: skip


def test_consolidated_what_they_owe_each_other_is_gone(
    loan: Any, company: Any, second: Any, people: Any, client_of: Any
) -> None:
    hold_for_company(
        debtor=second, creditor=company, amount=D("30.00"), effective_on=BUSINESS_DATE, reason="x", key="h",
        by=people.operations,
    )  # fmt: skip
    (book,) = consolidated(BUSINESS_DATE)
    assert [one.name for one in book.companies] == ["Second Lending LLC", "Test Lending LLC"]
    rows = {row.code: (*row.companies, row.elimination, row.consolidated) for row in book.rows if any(row.companies)}
    assert rows == {
        "1000": (D("30.00"), D("-12030.00"), D("0.00"), D("-12000.00")),
        "1200": (D("0.00"), D("12000.00"), D("0.00"), D("12000.00")),
        "1900": (D("0.00"), D("30.00"), D("-30.00"), D("0.00")),
        "2900": (D("-30.00"), D("0.00"), D("30.00"), D("0.00")),
    }
    assert (book.sums, book.eliminated, book.total) == ((D("0.00"), D("0.00")), D("0.00"), D("0.00"))


def test_a_pair_that_differs_is_named(company: Any, second: Any, people: Any) -> None:
    hold_for_company(
        debtor=second, creditor=company, amount=D("30.00"), effective_on=BUSINESS_DATE, reason="x", key="h",
        by=people.operations,
    )  # fmt: skip
    claim = Account.objects.get(legal_entity=company, role="due_from")
    lines = [
        Line("due_from", D("1.00"), BUSINESS_DATE, account_id=claim.pk),
        Line("capital", D("-1.00"), BUSINESS_DATE),
    ]
    post(
        legal_entity_id=company.pk, currency="USD", kind="x", lines=lines, effective_on=BUSINESS_DATE,
        posted_on=BUSINESS_DATE, key="alone",
    )  # fmt: skip
    assert unmatched_pairs(second.pk, through=BUSINESS_DATE) == [
        "Test Lending LLC says that Second Lending LLC owes it $31.00; Second Lending LLC says $30.00"
    ]
