"""Journals for other accounting systems: exactly once, to the byte, and every file read back."""

import csv
import hashlib
import threading
from datetime import date
from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F, Sum

from finance.errors import Refused
from ledger.close.night import start_night, work_night
from ledger.exports.layouts import LAYOUTS, Book, Journal, Line
from ledger.exports.reconciliation import reconcile
from ledger.models import Account, Entry, ExportBatch, ExportedEntry, ExportTarget, Posting
from ledger.opening import open_books
from ledger.operations import receive_payment, record_receipt, take_export, void_export
from ledger.operations.exports import content_of
from ledger.posting import Line as BookLine
from ledger.posting import post
from tenants.current import tenant_context
from tenants.models import LegalEntity, Tenant
from tests.conftest import BUSINESS_DATE, make_people, make_tenant

OUT, TODAY = date(2008, 9, 30), BUSINESS_DATE
BOOK = Book("Test Lending LLC", "USD")
JOURNALS = [
    Journal(
        "E7", date(2008, 12, 31), "Payment",
        (
            Line("1000", "Cash", D("1053.00"), D("0.00"), "loan L-1"),
            Line("1200", 'Loans "receivable"', D("0.00"), D("959.30"), "loan L-1"),
            Line("1210", "=HYPERLINK(1)", D("0.00"), D("93.70")),
        ),
    ),
]  # fmt: skip

FILES = {
    "quickbooks_iif": (
        "!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\r\n"
        "!SPL\tSPLID\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\r\n"
        "!ENDTRNS\r\n"
        "TRNS\t\tGENERAL JOURNAL\t12/31/2008\tCash\t1053.00\tE7\tPayment, loan L-1\r\n"
        "SPL\t\tGENERAL JOURNAL\t12/31/2008\tLoans 'receivable'\t-959.30\tE7\tPayment, loan L-1\r\n"
        "SPL\t\tGENERAL JOURNAL\t12/31/2008\t'=HYPERLINK(1)\t-93.70\tE7\tPayment\r\n"
        "ENDTRNS\r\n"
    ),
    "quickbooks_csv": (
        "Journal No,Journal Date,Account Name,Debits,Credits,Description\r\n"
        'E7,12/31/2008,Cash,1053.00,,"Payment, loan L-1"\r\n'
        'E7,12/31/2008,"Loans ""receivable""",,959.30,"Payment, loan L-1"\r\n'
        "E7,12/31/2008,'=HYPERLINK(1),,93.70,Payment\r\n"
    ),
    "netsuite": (
        "External ID,Date,Subsidiary,Currency,Memo,Account,Debit,Credit,Line Memo\r\n"
        "loanwright-E7,12/31/2008,Test Lending LLC,USD,Payment,1000 Cash,1053.00,,loan L-1\r\n"
        'loanwright-E7,12/31/2008,Test Lending LLC,USD,Payment,"1200 Loans ""receivable""",,959.30,loan L-1\r\n'
        "loanwright-E7,12/31/2008,Test Lending LLC,USD,Payment,1210 =HYPERLINK(1),,93.70,\r\n"
    ),
    "sage_intacct": (
        "JOURNAL,DATE,DESCRIPTION,REFERENCE_NO,LINE_NO,ACCT_NO,MEMO,DEBIT,CREDIT,CURRENCY\r\n"
        'GJ,12/31/2008,Payment,E7,1,1000,"Payment, loan L-1",1053.00,,USD\r\n'
        ',,,,2,1200,"Payment, loan L-1",,959.30,USD\r\n'
        ",,,,3,1210,Payment,,93.70,USD\r\n"
    ),
    "sage_50": (
        "Type,Account Reference,Nominal A/C Ref,Department Code,Date,Reference,Details,Net Amount,"
        "Tax Code,Tax Amount\r\n"
        'JD,,1000,,31/12/2008,E7,"Payment, loan L-1",1053.00,T9,0.00\r\n'
        'JC,,1200,,31/12/2008,E7,"Payment, loan L-1",959.30,T9,0.00\r\n'
        "JC,,1210,,31/12/2008,E7,Payment,93.70,T9,0.00\r\n"
    ),
}


@pytest.mark.parametrize("target", ExportTarget.values)
def test_each_layout_to_the_byte(target: str) -> None:
    layout = LAYOUTS[target]
    assert layout.content(BOOK, JOURNALS) == FILES[target].encode(layout.encoding)


def test_no_separator_of_an_iif_file_comes_from_a_name() -> None:
    crooked = Journal("E1", TODAY, "A\tB\r\nENDTRNS", (Line("1", "N\tM", D("1.00"), D("0.00")),))
    written = LAYOUTS["quickbooks_iif"].content(BOOK, [crooked]).decode()
    assert written.splitlines()[3:] == [
        "TRNS\t\tGENERAL JOURNAL\t12/31/2008\tN M\t1.00\tE1\tA B ENDTRNS",
        "ENDTRNS",
    ]


def read_back(batch: ExportBatch) -> dict[str, list[tuple[str, D]]]:
    """{journal's reference: [(account's name or code, signed amount)]} as the other system would take the file in."""
    text = content_of(batch).decode(LAYOUTS[batch.target].encoding)
    journals: dict[str, list[tuple[str, D]]] = {}
    if batch.target == "quickbooks_iif":
        for row in (line.split("\t") for line in text.split("\r\n")):
            if row[0] in ("TRNS", "SPL"):
                journals.setdefault(row[6], []).append((row[4], D(row[5])))
        return journals
    reference = ""
    for row in csv.DictReader(StringIO(text, newline="")):
        reference = next((row[name] for name in REFERENCES if row.get(name)), reference).removeprefix("loanwright-")
        if batch.target == "sage_50":
            amount = D(row["Net Amount"]) * (1 if row["Type"] == "JD" else -1)
        else:
            debit, credit = (row.get(a) or row.get(b) or row.get(c) for a, b, c in SIDES)
            amount = D(debit or 0) - D(credit or 0)
        name = row.get("Account Name") or row.get("Account") or row.get("ACCT_NO") or row["Nominal A/C Ref"]
        journals.setdefault(reference, []).append((name, amount))
    return journals


REFERENCES = ("Journal No", "External ID", "REFERENCE_NO", "Reference")
SIDES = [("Debits", "Debit", "DEBIT"), ("Credits", "Credit", "CREDIT")]


@pytest.fixture
def closed(loan: Any, people: Any) -> Any:
    """The loan's payment and a night: three entries, known by the end of 31 December, which is closed."""
    receive_payment(loan_id=loan.pk, amount=D("500.00"), effective_on=TODAY, key="p1", by=people.operations)
    end_the_day()
    return loan


def end_the_day() -> None:
    assert work_night(Tenant.objects.get().pk, start_night().pk)


def take(company: Any, people: Any, key: str = "k", target: str = "quickbooks_csv", **given: Any) -> ExportBatch:
    given = {"detail": "entry", "through": TODAY} | given
    return take_export(company=company, target=target, key=key, by=people.operations, **given)


@pytest.mark.parametrize("target", ExportTarget.values)
@pytest.mark.parametrize("detail", ["entry", "day"])
def test_every_file_reads_back_to_what_the_books_say(
    closed: Any, company: Any, people: Any, target: str, detail: str
) -> None:
    batch = take(company, people, target=target, detail=detail)
    journals = read_back(batch)
    assert all(sum(amount for _, amount in lines) == 0 for lines in journals.values())
    assert len(journals) == batch.journals == (3 if detail == "entry" else 2)
    found: dict[str, D] = {}
    for lines in journals.values():
        for name, amount in lines:
            found[name] = found.get(name, D(0)) + amount
    accounts = Account.objects.annotate(net=Sum(F("postings__debit") - F("postings__credit"))).exclude(net=None)
    named = {
        "quickbooks_iif": "{0.name}", "quickbooks_csv": "{0.name}", "netsuite": "{0.code} {0.name}",
        "sage_intacct": "{0.code}", "sage_50": "{0.code}",
    }  # fmt: skip
    assert found == {named[target].format(account): account.net for account in accounts}
    lines = [amount for lines in journals.values() for _, amount in lines]
    assert (batch.lines, batch.debits) == (len(lines), sum(amount for amount in lines if amount > 0))


def test_a_batch_has_control_totals_and_stays_the_same_to_the_byte(closed: Any, company: Any, people: Any) -> None:
    batch = take(company, people)
    first = content_of(batch)
    assert hashlib.sha256(first).hexdigest() == batch.sha256
    assert (batch.entries, batch.journals, batch.lines) == (3, 3, 7)
    # 12,000.00 out, 500.00 in (287.34 of it interest), and 287.34 of interest earned.
    assert (batch.debits, batch.credits) == (D("12787.34"), D("12787.34"))
    assert batch.totals == {
        "1000": ["500.00", "12000.00"], "1200": ["12000.00", "212.66"], "1210": ["287.34", "287.34"],
        "4000": ["0.00", "287.34"],
    }  # fmt: skip
    Account.objects.filter(code="1000").update(name="Cash at bank")
    assert content_of(ExportBatch.objects.get(pk=batch.pk)) == first
    assert batch.file_name == "test-lending-llc-quickbooks-csv-0001.csv"


@pytest.mark.parametrize("target", ["quickbooks_iif", "sage_intacct"])
@pytest.mark.parametrize("detail", ["entry", "day"])
def test_a_batch_is_the_same_however_little_of_it_is_read_at_once(
    closed: Any, company: Any, people: Any, monkeypatch: pytest.MonkeyPatch, target: str, detail: str
) -> None:
    # Known later, and effective earlier: the entries are by day in the books, not in the order of their numbers.
    receive_payment(loan_id=closed.pk, amount=D("7.00"), effective_on=TODAY, key="p2", by=people.operations)
    end_the_day()
    told: list[tuple[int, int]] = []
    with transaction.atomic():
        whole = take(company, people, target=target, detail=detail, through=date(2009, 1, 1))
        transaction.set_rollback(True)
    monkeypatch.setattr("ledger.operations.exports.READ_AT_ONCE", 1)
    monkeypatch.setattr("ledger.exports.layouts.PIECE", 1)
    given = {"company": company, "target": target, "detail": detail, "through": date(2009, 1, 1), "key": "k"}
    batch = take_export(**given, by=people.operations, told=lambda *far: told.append(far))
    assert content_of(batch) == content_of(whole)
    assert told == [(number, batch.entries) for number in range(batch.entries)]
    compared = ("sha256", "entries", "journals", "lines", "debits", "credits", "totals")
    assert [getattr(batch, name) for name in compared] == [getattr(whole, name) for name in compared]
    days = [row[4] for row in journal_days(batch)]
    assert days == sorted(days)


def journal_days(batch: ExportBatch) -> list[list[str]]:
    """The lines of the file that begin a journal of QuickBooks, with the day as it sorts; none of another layout."""
    rows = [line.split("\t") for line in content_of(batch).decode("cp1252").split("\r\n")]
    return [[*row[:4], f"{row[3][6:]}/{row[3][:5]}"] for row in rows if row[0] == "TRNS"]


def test_an_entry_goes_to_a_target_once(closed: Any, company: Any, people: Any) -> None:
    batch = take(company, people)
    assert take(company, people) == batch
    with pytest.raises(Refused, match="through 31 Dec 2008 was already exported to QuickBooks Online"):
        take(company, people, key="k2")
    with pytest.raises(Refused, match="already used"):
        take(company, people, detail="day")
    assert take(company, people, key="k3", target="netsuite").entries == 3
    late = receive_payment(
        loan_id=closed.pk, amount=D("10.00"), effective_on=TODAY, key="p2", by=people.operations
    )  # effective in what was exported, known today
    with pytest.raises(Refused, match="1 Jan 2009 is not closed yet"):
        take(company, people, key="k4", through=date(2009, 1, 1))
    end_the_day()
    second = take(company, people, key="k4", through=date(2009, 1, 1))
    known = Entry.objects.filter(posted_on=date(2009, 1, 1))
    assert set(second.exported.values_list("entry", flat=True)) == set(known.values_list("pk", flat=True))
    assert late.entries.get().pk in second.exported.values_list("entry", flat=True)
    assert second.number == 2


def test_a_void_reverses_line_by_line_and_lets_the_entries_go_again(closed: Any, company: Any, people: Any) -> None:
    batch = take(company, people)
    void = void_export(batch_id=batch.pk, reason="Wrong file", key="v", by=people.operations)
    assert void_export(batch_id=batch.pk, reason="Wrong file", key="v", by=people.operations) == void
    was, undone = read_back(batch), read_back(void)
    assert undone == {
        f"V{reference[1:]}": [(name, -amount) for name, amount in lines] for reference, lines in was.items()
    }
    with pytest.raises(Refused, match="Batch 1 was already voided"):
        void_export(batch_id=batch.pk, reason="x", key="v2", by=people.operations)
    with pytest.raises(Refused, match="Batch 2 was already voided, or voids another"):
        void_export(batch_id=void.pk, reason="x", key="v3", by=people.operations)
    again = take(company, people, key="k2")
    assert read_back(again) == {f"{reference}-2": lines for reference, lines in was.items()}
    with pytest.raises(Refused, match="already exported"):
        take(company, people, key="k5")


def test_the_database_takes_an_entry_once(closed: Any, company: Any, people: Any) -> None:
    batch = take(company, people)
    entry = batch.exported.first()
    assert entry is not None
    given = {"batch": batch, "entry": entry.entry, "target": batch.target}
    with pytest.raises(IntegrityError, match="entry_exported_once"), transaction.atomic():
        ExportedEntry.objects.create(**given)
    for wrong in ({"round": 2}, {"target": "netsuite"}, {"void": True}):
        with pytest.raises(IntegrityError, match="does not belong in this export batch"), transaction.atomic():
            ExportedEntry.objects.create(**given | wrong)
    assert ExportedEntry.objects.count() == 3


def test_exports_beside_the_books(closed: Any, company: Any, people: Any) -> None:
    take(company, people)
    receive_payment(
        loan_id=closed.pk, amount=D("100.00"), effective_on=date(2009, 1, 1), key="p2", by=people.operations
    )
    found = reconcile(company, "quickbooks_csv")
    cash = next(row for row in found.rows if row.account.code == "1000")
    assert (cash.exported, cash.waiting, cash.books, cash.difference) == (
        D("-11500.00"), D("100.00"), D("-11400.00"), D("0.00"),
    )  # fmt: skip
    assert (found.agrees, found.entries_waiting) == (True, 1)
    other = reconcile(company, "netsuite")
    assert (other.agrees, other.entries_waiting) == (True, 4)
    assert all(row.exported == 0 for row in other.rows)
    batch = ExportBatch.objects.get()
    void_export(batch_id=batch.pk, reason="x", key="v", by=people.operations)
    assert reconcile(company, "quickbooks_csv").agrees
    assert reconcile(company, "quickbooks_csv").entries_waiting == 4


def test_what_the_other_system_took_is_kept_beside_what_it_was_given(closed: Any, company: Any, people: Any) -> None:
    batch = take(company, people)
    given = {"batch_id": batch.pk, "note": "", "by": people.operations}
    short = record_receipt(**given, journals=2, debits=D("12787.34"), credits=D("12787.34"))
    whole = record_receipt(**given, journals=3, debits=D("12787.34"), credits=D("12787.34"))
    assert (short.agrees, whole.agrees) == (False, True)


def test_two_exports_at_once_take_each_entry_once(committed: str) -> None:
    tenant = make_tenant()
    with tenant_context(tenant.pk):
        people = make_people()
        company = LegalEntity.objects.get()
        open_books(company, first_day=date(2008, 12, 1), last_day=date(2009, 1, 31))
        lines = [BookLine("cash", D("5.00"), TODAY), BookLine("capital", D("-5.00"), TODAY)]
        for n in range(3):
            post(
                legal_entity_id=company.pk, currency="USD", kind="capital", lines=lines, effective_on=TODAY,
                posted_on=TODAY, key=f"c{n}",
            )  # fmt: skip
        night = start_night()
    assert work_night(tenant.pk, night.pk)
    outcomes: list[str] = []

    def export(key: str) -> None:
        try:
            with tenant_context(tenant.pk):
                outcomes.append(f"took {take(company, people, key=key).entries}")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=export, args=[f"k{n}"]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["nothing_to_export", "nothing_to_export", "took 3"]
    with tenant_context(tenant.pk):
        assert ExportedEntry.objects.count() == Posting.objects.count() / 2 == 3
