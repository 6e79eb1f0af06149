"""The calculator's two pages and their files."""

import csv
import io
import re
import subprocess
import zipfile
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from tests.pages import queries, table, words

STAFF, PORTAL = "/calculator/", "/portal/calculator/"
YEAR = "amount=10000&term=12&rate=12&disbursed_on=2008-12-31"
FIRST = ["1", "31 Jan 2009", "888.49", "100.00", "788.49", "9,211.51"]


def test_staff_see_payment_interest_apr_and_every_payment(underwriter: Any) -> None:
    page = underwriter.get(f"{STAFF}?{YEAR}&fee=250")
    assert page.status_code == 200
    assert "Payment What is meant by Payment" not in words(page)
    for figure in ("$888.49", "$661.86", "16.84 %", "911.86", "9,750.00"):
        assert figure in words(page)
    rows = table(page, "Every payment")
    assert rows[1] == FIRST
    assert rows[12][2:] == ["888.47", "8.80", "879.67", "0.00"]
    assert rows[-1] == ["Sum", "", "10,661.86", "661.86", "10,000.00", ""]


def test_the_portal_says_it_in_a_sentence_to_anybody(stranger: Any) -> None:
    page = stranger.get(f"{PORTAL}?{YEAR}")
    assert "You pay $888.49 each month, 12 times. The last payment is $888.47." in words(page)
    assert "In all you pay back $10,661.86. That is $661.86 more than you borrowed." in words(page)
    assert "This is an estimate, not an offer." in words(page)
    assert "We assume that you get the money on 31 Dec 2008." in words(page)
    assert table(page, "Every payment")[1] == FIRST


def test_the_first_visit_shows_an_example_paid_out_today(stranger: Any) -> None:
    page = stranger.get(PORTAL)
    assert "You pay $320.33 each month, 36 times." in words(page)
    assert 'name="disbursed_on" value="2008-12-31"' in page.content.decode()


def test_extra_payments_are_set_beside_the_loan_as_agreed(stranger: Any, underwriter: Any) -> None:
    extra = f"{YEAR}&extra=100&extra_once=2000&extra_once_on=2009-03-01"
    portal = words(stranger.get(f"{PORTAL}?{extra}"))
    assert "you pay $212.33 less interest. You are done 3 payments sooner, on 30 Sep 2009." in portal
    page = underwriter.get(f"{STAFF}?{extra}")
    assert "Extra payments end the loan 3 payments sooner" in words(page)
    assert "212.33" in words(page)
    assert "&quot;name&quot;: &quot;With extra payments&quot;" in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("amount=x", "Type dollars and cents"),
        ("amount=", "Fill this in."),
        ("amount=0", "or equal to 0.01"),
        ("term=0", "Type 1 or more."),
        ("term=1.5", "Type a whole number, such as 36."),
        ("rate=1000.5", "Type a rate from 0 to 1,000 percent a year."),
        ("rate=-1", "Type a rate from 0 to 1,000 percent a year."),
        ("frequency=hourly", "Select a valid choice"),
        ("first_due_on=2009-02-30", "Type a day of the calendar"),
        ("first_due_on=2008-12-31", "choose a later day"),
        ("term=5&frequency=quarterly", "5 months are not a whole number of payments every three months"),
        ("extra_once=5", "Say on which day it is paid."),
    ],
)
@pytest.mark.parametrize("address", [STAFF, PORTAL])
def test_a_wrong_answer_is_said_beside_its_field_and_nothing_is_worked_out(
    underwriter: Any, stranger: Any, address: str, wrong: str, sentence: str
) -> None:
    page = (underwriter if address == STAFF else stranger).get(f"{address}?disbursed_on=2008-12-31&{wrong}")
    assert page.status_code == 422
    name, _, typed = wrong.partition("&")[0].partition("=")
    html = unescape(page.content.decode())
    field = "extra_once_on" if name == "extra_once" else name
    beside = re.search(rf'id="id_{field}_error">(.*?)</p>', html, re.DOTALL)
    assert beside, field
    if name != "amount" or typed != "0":
        assert sentence in beside[1]
    if name != "frequency" and typed:
        assert f'value="{typed}"' in html
    assert "Every payment" not in html


def test_staff_alone_are_asked_for_a_balloon_and_only_with_one(underwriter: Any) -> None:
    assert 'name="balloon"' not in underwriter.get(STAFF).content.decode()
    page = underwriter.get(f"{STAFF}?method=balloon")
    assert page.status_code == 422
    assert "Say how much is paid at the end" in words(page)
    assert 'name="balloon"' in page.content.decode()
    assert "$494.24" in words(underwriter.get(f"{STAFF}?{YEAR}&method=balloon&balloon=5000"))


def test_the_link_shows_the_same_again(underwriter: Any) -> None:
    asked = f"{YEAR}&extra=25&fee=100&method=equal_principal&day_count=ACT/360&rounding=up&payment_unit=1.00"
    page = underwriter.get(f"{STAFF}?{asked}")
    link = unescape(re.search(r'data-copy="([^"]+)"', page.content.decode())[1])  # type: ignore[index]
    assert link.startswith("http://testserver/calculator/?")
    assert parse_qs(urlsplit(link).query)["day_count"] == ["ACT/360"]
    again = underwriter.get(link.removeprefix("http://testserver"))
    assert table(again, "Every payment") == table(page, "Every payment")


def test_typing_brings_the_part_that_changed(stranger: Any) -> None:
    page = stranger.get(f"{PORTAL}?{YEAR}", HTTP_HX_REQUEST="true")
    assert page.content.decode().lstrip().startswith('<div id="calculator"')
    assert "HX-Request" in page["Vary"]
    wrong = stranger.get(f"{PORTAL}?amount=x", HTTP_HX_REQUEST="true")
    assert wrong.status_code == 422
    assert "data-error-summary" not in wrong.content.decode()


@pytest.mark.parametrize(
    ("figure", "title"),
    [
        ("payment", "How Regular payment came about"),
        ("apr", "How Annual percentage rate came about"),
        ("interest", "How Total interest came about"),
        ("3", "How Payment of row 3, due 2009-03-31 came about"),
    ],
)
def test_a_figure_opens_to_its_derivation(underwriter: Any, figure: str, title: str) -> None:
    assert title in words(underwriter.get(f"{STAFF}?{YEAR}&explain={figure}"))


def test_what_is_no_figure_opens_nothing(underwriter: Any) -> None:
    assert "came about" not in words(underwriter.get(f"{STAFF}?{YEAR}&explain=13"))


def test_a_rate_above_what_service_members_may_be_charged_is_said(underwriter: Any) -> None:
    assert "10 USC 987" in words(underwriter.get(f"{STAFF}?rate=36.01"))
    assert "10 USC 987" not in words(underwriter.get(f"{STAFF}?rate=36"))


def test_borrowers_have_the_public_one_and_strangers_sign_in_for_the_other(
    stranger: Any, people: Any, client_of: Any
) -> None:
    assert stranger.get(STAFF).status_code == 302
    assert client_of(people.borrower).get(STAFF).status_code == 403
    assert client_of(people.borrower).get(PORTAL).status_code == 200
    assert 'href="/portal/calculator/"' in stranger.get("/accounts/login/").content.decode()


def test_the_pages_ask_the_same_few_queries_for_few_payments_and_for_many(stranger: Any) -> None:
    few = queries(stranger, f"{PORTAL}?term=1")
    assert few == queries(stranger, f"{PORTAL}?term=600")
    assert few <= 8


def test_one_address_may_not_ask_for_files_without_end(stranger: Any) -> None:
    answers = [stranger.get(f"{PORTAL}?format=csv").status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert stranger.get(PORTAL).status_code == 200


# --- files ----------------------------------------------------------------------------------------------------------
def test_the_csv_file_has_what_the_page_shows(underwriter: Any) -> None:
    answer = underwriter.get(f"{STAFF}?{YEAR}&extra=100&format=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="loan-10000.00-at-12-percent-12-payments.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["Amount", "10000.00"] in rows
    assert ["Annual percentage rate (APR), %", "12.00"] in rows
    head = next(k for k, row in enumerate(rows) if row[:1] == ["No."])
    assert rows[head + 1] == ["1", "2009-01-31", "888.49", "100.00", "788.49", "9211.51", "988.49", "100.00", "888.49",
                              "9111.51"]  # fmt: skip
    assert rows[-1][:5] == ["Sum", "", "10661.86", "661.86", "10000.00"]
    assert len(rows) == head + 1 + 12 + 1


def test_the_workbook_has_figures_as_figures(underwriter: Any) -> None:
    answer = underwriter.get(f"{STAFF}?{YEAR}&format=xlsx")
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet2.xml"))
    cells = {cell.get("r"): cell for cell in sheet.iterfind(".//s:c", space)}
    assert cells["C2"].find("s:v", space).text == "888.49"  # type: ignore[union-attr]
    assert cells["C2"].get("t") is None
    assert cells["D14"].find("s:v", space).text == "661.86"  # type: ignore[union-attr]
    assert sheet.find(".//s:f", space) is None
    assert '<sheet name="Loan"' in book.read("xl/workbook.xml").decode()


def test_the_document_can_be_read(underwriter: Any, tmp_path: Any) -> None:
    answer = underwriter.get(f"{STAFF}?{YEAR}&fee=250&format=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    (tmp_path / "loan.pdf").write_bytes(answer.content)
    from shutil import which

    if which("pdftotext"):
        read = subprocess.run(["pdftotext", "-layout", tmp_path / "loan.pdf", "-"], capture_output=True, check=True)
        text = " ".join(read.stdout.decode().split())
        for figure in ("A loan of $10,000.00", "$888.49", "16.84 %", "1 31 Jan 2009 888.49 100.00 788.49 9,211.51",
                       "Sum 10,661.86 661.86 10,000.00", "Test Lending", "Page 1 of"):  # fmt: skip
            assert figure in text


def test_a_document_fetches_nothing_but_static_files() -> None:
    from ledger.files import _weasyprint

    _, fetcher = _weasyprint()
    assert fetcher.fetch("static:css/document.css").read().startswith(b"/* A document on paper")
    for outside in ("https://example.com/x.css", "file:///etc/passwd", "static:../manage.py"):
        with pytest.raises(Exception, match=r"static/ alone|located outside|SuspiciousFile"):
            fetcher.fetch(outside)
