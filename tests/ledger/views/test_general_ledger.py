"""The pages of months, exports and companies: what is typed wrong or sent too late comes back with a sentence."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from ledger.close.night import start_night, work_night
from ledger.models import Account, Entry, ExportBatch, InterCompany, Period, ReopenRequest
from ledger.opening import close_periods, open_books
from ledger.operations import record_receipt, take_export, void_export
from tenants.models import LegalEntity, Tenant
from tests.conftest import BUSINESS_DATE
from tests.pages import table, words


@pytest.fixture
def december(loan: Any, company: Any) -> Period:
    """Over, its last night done, all before it closed: what a person judges is left."""
    assert work_night(Tenant.objects.get().pk, start_night().pk)
    close_periods(company, through=date(2008, 11, 30))
    return Period.objects.get(starts_on=date(2008, 12, 1))


def test_each_tick_leads_to_the_next_line_and_the_last_to_the_button(
    december: Period, people: Any, client_of: Any
) -> None:
    client, address = client_of(people.operations), f"/books/periods/{december.pk}/"
    led_to = [
        client.post(address, {"act": "tick", "item": item, "note": "Looked at."}).headers["Location"]
        for item in ("cash", "suspense", "corrections")
    ]
    assert led_to == [f"{address}#{place}" for place in ("suspense_note", "corrections_note", "close")]
    page = client.get(address).content.decode()
    assert 'id="close"' in page
    assert "0 lines left" not in page


def test_what_was_typed_into_a_request_that_is_refused_is_kept(
    december: Period, company: Any, people: Any, client_of: Any
) -> None:
    client = client_of(people.operations)
    october = Period.objects.get(starts_on=date(2008, 10, 1))
    address = f"/books/periods/{october.pk}/"
    why = "November 2008 is closed: months open again from the last one back. Open November 2008 first."
    assert why in words(client.get(address))
    assert 'name="reason"' not in client.get(address).content.decode()
    answer = client.post(address, {"act": "ask", "reason": "A bill came late"})
    assert answer.status_code == 422
    assert why in words(answer)
    assert 'value="A bill came late"' in answer.content.decode()
    assert not ReopenRequest.objects.exists()
    assert client.post(address, {"act": "approve", "request": "x"}).status_code == 404


@pytest.fixture
def batch(december: Period, company: Any, people: Any) -> ExportBatch:
    return take_export(
        company=company, target="netsuite", detail="entry", through=BUSINESS_DATE, key="k", by=people.operations
    )


def test_a_receipt_says_by_what_it_differs_and_the_reconciliation_until_it_agrees(
    batch: ExportBatch, company: Any, people: Any, client_of: Any
) -> None:
    client, address = client_of(people.operations), f"/books/exports/{batch.pk}/"
    beside = f"/books/exports/reconciliation/?company={company.pk}&target=netsuite"
    taken = {"act": "receipt", "journals": batch.journals + 1, "debits": batch.debits, "credits": batch.credits}
    answer = client.post(address, taken | {"credits": batch.credits - 3}, follow=True)
    assert "Kept. The other system took something else: 1 journal more, $3.00 less credits." in words(answer)
    assert table(answer, "Receipts")[1][4] == "Differs 1 journal more, $3.00 less credits"
    assert "Batch 1 : 1 journal more, $3.00 less credits" in words(client.get(beside))
    answer = client.post(address, taken | {"journals": batch.journals}, follow=True)
    assert "Kept: the other system took what the batch has." in words(answer)
    assert "took something else" not in words(client.get(beside))
    wrong = client.post(address, taken | {"journals": "-1", "debits": ""})
    assert wrong.context["receipt"].errors == {
        "journals": ["Type a whole number from 0 to 9,999,999."],
        "debits": ["Type what it shows, or 0."],
    }
    assert batch.receipts.count() == 2


def test_a_batch_that_was_voided_is_no_difference_any_more(
    batch: ExportBatch, company: Any, people: Any, client_of: Any
) -> None:
    client, by = client_of(people.operations), people.operations
    record_receipt(batch_id=batch.pk, journals=0, debits=D("0.00"), credits=D("0.00"), note="", by=by)
    beside = f"/books/exports/reconciliation/?company={company.pk}&target=netsuite"
    assert "took something else" in words(client.get(beside))
    void_export(batch_id=batch.pk, reason="Read twice", key="v", by=by)
    assert "took something else" not in words(client.get(beside))
    # The other of two tabs
    late = client.post(f"/books/exports/{batch.pk}/", {"act": "void", "reason": "Read twice", "key": "w"})
    assert (late.status_code, ExportBatch.objects.count()) == (422, 2)
    assert "Batch 1 was already voided, or voids another one" in words(late)


def test_a_day_that_is_not_closed_is_refused_beside_its_field(batch: ExportBatch, people: Any, client_of: Any) -> None:
    given = {"company": batch.legal_entity_id, "target": "sage_50", "detail": "day", "through": "2009-01-01"}
    answer = client_of(people.operations).post("/books/exports/", given | {"key": "k2"})
    assert answer.context["form"].errors == {
        "through": ["Choose 31 Dec 2008 or an earlier day: a later one is not closed yet."]
    }
    assert ExportBatch.objects.count() == 1


def test_why_cash_moved_is_asked_but_not_of_a_borrowers_payment(loan: Any, people: Any, client_of: Any) -> None:
    company, client = LegalEntity.objects.get(), client_of(people.operations)
    second = LegalEntity.objects.create(name="Second Lending LLC")
    open_books(second, first_day=date(2008, 1, 1), last_day=BUSINESS_DATE)
    shown = client.get("/books/companies/").context["form"]
    assert shown["effective_on"].help_text == "An earlier day is allowed."
    assert shown["creditor"].initial == company  # the second by name, as the first is the other
    given = {"debtor": second.pk, "creditor": company.pk, "amount": "5.00", "effective_on": "2008-12-31", "key": "k"}
    for what in ("held", "settled"):
        answer = client.post("/books/companies/", given | {"what": what, "reason": " "})
        assert answer.context["form"].errors == {"reason": ["Say why."]}
    answer = client.post("/books/companies/", given | {"what": "payment", "loan": loan.number})
    assert answer.status_code == 302
    listed = table(client.get("/books/companies/"), "Postings between companies")
    assert listed[1][:3] == ["31 Dec 2008", "Held for the other company", "Second Lending LLC"]
    assert InterCompany.objects.get().reason == f"Payment of loan {loan.number}, paid to Second Lending LLC"


def test_what_a_posting_between_companies_would_do_is_shown_and_nothing_is_kept(
    loan: Any, people: Any, client_of: Any
) -> None:
    company, client = LegalEntity.objects.get(), client_of(people.operations)
    second = LegalEntity.objects.create(name="Second Lending LLC")
    open_books(second, first_day=date(2008, 1, 1), last_day=BUSINESS_DATE)
    given = {"debtor": second.pk, "creditor": company.pk, "amount": "5.00", "effective_on": "2008-12-31", "key": "k"}
    before = Entry.objects.count(), InterCompany.objects.count(), Account.objects.count()
    held = client.post("/books/companies/effect/", given | {"what": "held"})
    assert "Second Lending LLC then owes Test Lending LLC $5.00." in words(held)
    assert table(held, "What will be posted")[1:] == [
        ["Second Lending LLC", "", ""],
        ["1000 Cash", "5.00", ""],
        [f"2900-{company.pk} Due to Test Lending LLC", "", "5.00"],
        ["Test Lending LLC", "", ""],
        [f"1900-{second.pk} Due from Second Lending LLC", "5.00", ""],
        ["1000 Cash", "", "5.00"],
    ]
    paid = client.post("/books/companies/effect/", given | {"what": "payment", "loan": loan.number})
    assert [row[0] for row in table(paid, "What will be posted")].count("Test Lending LLC") == 2
    settled = client.post("/books/companies/effect/", given | {"what": "settled"})
    assert "less than the $5.00 to pay over" in words(settled)
    half = client.post("/books/companies/effect/", given | {"what": "held", "amount": ""})
    assert "what is posted in the books of both stands here" in words(half)
    assert (Entry.objects.count(), InterCompany.objects.count(), Account.objects.count()) == before
    assert client_of(people.auditor).post("/books/companies/effect/", given).status_code == 403
