"""Exports and closes that a worker does: ordered once, done once, refused in their own words, nothing half kept."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from finance.errors import Refused
from ledger import orders
from ledger.errors import KeyReused
from ledger.models import Entry, ExportBatch, ExportedEntry, Period, PeriodEvent
from ledger.opening import close_periods
from ledger.operations import receive_payment, take_export
from ledger.operations.exports import content_of
from tenants.long_work import WorkerLost, reached
from tenants.models import LongWork, Tenant, User
from tests.conftest import BUSINESS_DATE
from tests.ledger.test_periods import december, look_at_everything, month  # noqa: F401 - december is a fixture
from tests.pages import table, words

NEW_YEAR = date(2009, 1, 1)


@pytest.fixture
def closed(loan: Any, people: Any, settings: Any) -> Any:
    """The loan, its payment and a night: three entries of a closed day, where one is what a person waits for."""
    from tests.ledger.test_exports import end_the_day

    settings.ROWS_AT_ONCE = 1
    receive_payment(loan_id=loan.pk, amount=D("500.00"), effective_on=BUSINESS_DATE, key="p1", by=people.operations)
    end_the_day()
    return loan


def form(company: Any, **given: str) -> dict[str, str]:
    return {
        "key": "k",
        "company": str(company.pk),
        "target": "netsuite",
        "detail": "entry",
        "through": "2008-12-31",
    } | given


def export(company: Any, work: LongWork, **given: Any) -> None:
    given = {"target": "netsuite", "detail": "entry", "through": "2008-12-31", "key": "staff/k"} | given
    orders.export_task(work.tenant_id, work.pk, company_id=company.pk, **given)


def the_work() -> LongWork:
    return LongWork.objects.exclude(kind="night").latest("pk")


# --- exports --------------------------------------------------------------------------------------------------------
def test_a_long_export_is_ordered_taken_and_stands_with_its_batch(
    closed: Any, company: Any, people: Any, client_of: Any
) -> None:
    client = client_of(people.operations)
    page = client.post("/books/exports/", form(company), follow=True)
    assert page.redirect_chain == [("/books/exports/", 302)]
    title = "Export Test Lending LLC through 31 Dec 2008 for NetSuite (CSV), every entry"
    assert f"{title}: a worker does it now. Long work says how far it is" in words(page)
    work = the_work()
    assert (work.title, work.by, work.finished_at) == (title, people.operations, None)
    assert not ExportBatch.objects.exists()
    export(company, work)
    batch, work = ExportBatch.objects.get(), the_work()
    assert (batch.entries, batch.taken_by, batch.key) == (3, people.operations, "staff/k")
    assert (work.subject, work.done, work.total) == (batch.pk, 3, 3)
    assert work.result == "Batch 1: 3 entries, 3 journals, $12,787.34 on each side."
    assert f'href="/books/exports/{batch.pk}/"' in client.get("/work/").content.decode()
    # The file is to the byte what it would have been at once.
    assert b"Payment" in content_of(batch)
    exported = set(batch.exported.values_list("entry_id", flat=True))
    assert exported == set(Entry.objects.values_list("pk", flat=True))


def test_a_short_export_is_taken_at_once(closed: Any, company: Any, people: Any, client_of: Any, settings: Any) -> None:
    settings.ROWS_AT_ONCE = 3
    answer = client_of(people.operations).post("/books/exports/", form(company))
    assert answer.url == f"/books/exports/{ExportBatch.objects.get().pk}/"
    settings.ROWS_AT_ONCE = 0
    # Nothing came since: nothing is long about that, and the refusal is told at once.
    refused = client_of(people.operations).post("/books/exports/", form(company, key="k2"))
    assert refused.status_code == 422
    assert "nothing is left to take" in words(refused)
    assert not LongWork.objects.filter(kind="export").exists()


def test_an_entry_is_taken_once_however_often_it_is_ordered_or_delivered(
    closed: Any, company: Any, people: Any, client_of: Any
) -> None:
    client = client_of(people.operations)
    client.post("/books/exports/", form(company))
    client.post("/books/exports/", form(company))  # the same form twice
    assert LongWork.objects.filter(kind="export").count() == 1
    first = the_work()
    client.post("/books/exports/", form(company, key="other"))  # another one for the same entries, before a worker came
    second = the_work()
    assert second.pk != first.pk
    export(company, first)
    before = (ExportBatch.objects.values().get(), LongWork.objects.values().get(pk=first.pk))
    export(company, first)  # its message comes twice
    with pytest.raises(Refused, match="nothing is left to take"):
        export(company, second, key="staff/other")
    assert (ExportBatch.objects.values().get(), LongWork.objects.values().get(pk=first.pk)) == before
    assert ExportedEntry.objects.count() == 3
    rows = table(client.get("/work/"), "Long work that ended")[1:]
    (row,) = [row for row in rows if row[1].startswith("Failed")]
    assert row[1] == (
        "Failed Every entry of Test Lending LLC through 31 Dec 2008 was already exported to NetSuite (CSV): nothing is "
        "left to take. No entry of it was taken. Mend what is said here, then take the batch again."
    )


def test_a_day_that_is_not_closed_is_refused_before_anything_is_ordered(
    closed: Any, company: Any, people: Any, client_of: Any
) -> None:
    refused = client_of(people.operations).post("/books/exports/", form(company, through="2009-01-01"))
    assert refused.status_code == 422
    assert "Choose 31 Dec 2008 or an earlier day: a later one is not closed yet." in words(refused)
    assert not LongWork.objects.filter(kind="export").exists()


def test_a_key_is_not_taken_for_something_else(closed: Any, company: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    client.post("/books/exports/", form(company))
    refused = client.post("/books/exports/", form(company, detail="day"))
    assert refused.status_code == 422
    assert str(KeyReused(key="staff/k")) in words(refused)
    assert LongWork.objects.filter(kind="export").count() == 1


def test_an_export_whose_worker_was_killed_took_nothing_and_can_be_ordered_again(
    closed: Any, company: Any, people: Any, client_of: Any
) -> None:
    client = client_of(people.operations)
    client.post("/books/exports/", form(company))
    work = the_work()
    reached(work.pk, 1, 3)  # a worker had it, and is gone
    with pytest.raises(WorkerLost):
        export(company, work)
    assert the_work().failure == str(WorkerLost())
    assert (ExportBatch.objects.count(), ExportedEntry.objects.count()) == (0, 0)
    client.post("/books/exports/", form(company))
    assert (the_work().pk, the_work().failure) == (work.pk, "")
    export(company, work)
    assert (the_work().result[:18], ExportedEntry.objects.count()) == ("Batch 1: 3 entries", 3)


def test_whoever_may_not_export_any_more_takes_nothing(closed: Any, company: Any, people: Any, client_of: Any) -> None:
    client_of(people.operations).post("/books/exports/", form(company))
    User.objects.filter(pk=people.operations.pk).update(roles=["auditor"])
    with pytest.raises(orders.NotAllowed):
        export(company, the_work())
    assert the_work().failure == "Operations may not do this any more, so it was not done."
    assert not ExportBatch.objects.exists()


def test_a_long_batch_is_voided_by_a_worker(closed: Any, company: Any, people: Any, client_of: Any) -> None:
    given = {"target": "netsuite", "detail": "entry", "through": BUSINESS_DATE, "key": "t", "by": people.operations}
    batch = take_export(company=company, **given)
    client = client_of(people.operations)
    answer = client.post(f"/books/exports/{batch.pk}/", {"act": "void", "reason": "Wrong file", "key": "v"})
    assert answer.url == f"/books/exports/{batch.pk}/"
    work = the_work()
    assert (work.title, work.total) == ("Void NetSuite (CSV) batch 1", 3)
    for _ in range(2):
        orders.void_task(work.tenant_id, work.pk, batch_id=batch.pk, reason="Wrong file", key="staff/v")
    void = ExportBatch.objects.get(voids=batch)
    assert (the_work().subject, void.reason, void.entries) == (void.pk, "Wrong file", 3)
    assert ExportBatch.objects.count() == 2
    # Its entries are free again, as many as before: that is long, too.
    assert orders.is_long_export(company, "netsuite", BUSINESS_DATE)


# --- closes of months -----------------------------------------------------------------------------------------------
def close(work: LongWork, period: Period) -> None:
    orders.close_task(work.tenant_id, work.pk, period_id=period.pk)


@pytest.fixture
def long_december(december: Period, settings: Any) -> Period:  # noqa: F811
    settings.ROWS_AT_ONCE = 0
    return december


def test_a_long_close_is_ordered_done_once_and_leads_to_its_month(
    long_december: Period, people: Any, client_of: Any
) -> None:
    look_at_everything(long_december, people.operations)
    client, address = client_of(people.operations), f"/books/periods/{long_december.pk}/"
    answer = client.post(address, {"act": "close"})
    assert answer.url == address
    work = the_work()
    assert (work.title, work.by) == (f"Close {long_december} of Test Lending LLC", people.operations)
    page = words(client.get(address))
    assert "A worker is closing it Operations asked for it" in page
    assert f"Close {long_december} " not in words(client.get(f"{address}?part=checklist"))
    client.post(address, {"act": "close"})
    assert LongWork.objects.filter(kind="close").count() == 1
    assert month(long_december.starts_on).closed_at is None
    for _ in range(2):
        close(work, long_december)
    long_december.refresh_from_db()
    assert long_december.closed_at is not None
    assert PeriodEvent.objects.filter(kind="closed").count() == 1
    assert the_work().result == f"Closed {long_december}. Nothing more is booked into it."
    assert f'href="{address}"' in client.get("/work/").content.decode()


def test_the_checklist_of_many_loans_comes_after_the_page(long_december: Period, people: Any, client_of: Any) -> None:
    client, address = client_of(people.operations), f"/books/periods/{long_december.pk}/"
    page = client.get(address)
    assert 'hx-get="?part=checklist"' in page.content.decode()
    assert "Going through the checklist" in words(page)
    assert "Debits equal credits" not in words(page)
    part = client.get(f"{address}?part=checklist")
    assert table(part, "Close checklist")[9][:2] == ["Debits equal credits", "Done"]
    assert f"Close {long_december} 3 lines left to do." in words(part)
    # What was typed wrong comes back with the page.
    wrong = client.post(address, {"act": "tick", "item": "cash", "note": ""})
    assert "Close checklist" in wrong.content.decode()
    assert wrong.status_code == 422
    # Closed meanwhile: the page is asked for anew.
    close_periods(long_december.legal_entity, through=long_december.ends_on)
    assert client.get(f"{address}?part=checklist").headers["HX-Refresh"] == "true"


def test_a_close_that_is_refused_says_why_moved_nothing_and_is_ordered_again(
    long_december: Period, people: Any, client_of: Any
) -> None:
    client, address = client_of(people.operations), f"/books/periods/{long_december.pk}/"
    client.post(address, {"act": "close"})
    work = the_work()
    before = Entry.objects.count()
    with pytest.raises(Refused, match="cannot be closed yet"):
        close(work, long_december)
    assert the_work().failure.startswith(f"{long_december} cannot be closed yet. Left to do: ")
    assert month(long_december.starts_on).closed_at is None
    assert (PeriodEvent.objects.count(), Entry.objects.count()) == (0, before)
    (row,) = [row for row in table(client.get("/work/"), "Long work that ended")[1:] if row[0].startswith("Close Dec")]
    assert row[1].endswith("The month is open as it was. Mend what is said here, then close it again.")
    look_at_everything(long_december, people.operations)
    client.post(address, {"act": "close"})
    assert (the_work().pk, the_work().failure) == (work.pk, "")
    close(work, long_december)
    assert month(long_december.starts_on).closed_at is not None


def test_a_short_close_is_done_at_once(december: Period, people: Any, client_of: Any) -> None:  # noqa: F811
    look_at_everything(december, people.operations)
    client_of(people.operations).post(f"/books/periods/{december.pk}/", {"act": "close"})
    assert month(december.starts_on).closed_at is not None
    assert not LongWork.objects.filter(kind="close").exists()
    assert Tenant.objects.get().business_date > december.ends_on
