"""What a page shows, as a file: for a spreadsheet, or on paper."""

import csv
import mimetypes
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.contrib.staticfiles import finders
from django.http import HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string

from finance.errors import Refused

# A cell that starts with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# How the templates of documents name a file of static/: nothing else is ever fetched for one.
STATIC = "static:"
# A sheet whose rows are not kept in memory: how wide a column is, its first rows say.
MEASURED = 1000
WIDEST = 60  # characters
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NoDocuments(Refused):
    code = "no_documents"
    message = (
        "A PDF cannot be made here, because this machine lacks Pango (libpango-1.0-0 libpangoft2-1.0-0 "
        "libharfbuzz-subset0). It can once an administrator installs it; the CSV and XLSX files need nothing."
    )


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """`name`.csv with UTF-8's mark, so that a spreadsheet reads it as it was written."""
    response = HttpResponse("\ufeff", content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return response


class _Line:
    """A file of one line: what csv writes, to be sent on."""

    def write(self, text: str) -> str:
        return text


def csv_stream(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """As csv_response, sent while it is read: for files of any length. `rows` are read after the view has answered."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, each with its end, while `rows` are read."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value: object) -> str:
    """Money and numbers as they are; text that would be taken for a formula is marked as text."""
    if isinstance(value, Decimal | int):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def xlsx_response(name: str, sheets: Mapping[str, Iterable[Sequence[object]]]) -> HttpResponse:
    """`name`.xlsx. The first row of each sheet is its header. Money and dates are figures, all text is text."""
    made = BytesIO()
    write_xlsx(made, sheets)
    response = HttpResponse(made.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def write_xlsx(
    made: IO[bytes], sheets: Mapping[str, Iterable[Sequence[object]]], *, folder: Path | None = None
) -> None:
    """The file of xlsx_response. folder: where rows are put down while they are read, for files of any length."""
    kept = {"constant_memory": True, "tmpdir": str(folder)} if folder else {"in_memory": True}
    book = xlsxwriter.Workbook(made, kept)
    looks = {
        "head": book.add_format({"bold": True}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "plain": book.add_format(),
    }
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        widths: dict[int, int] = {}
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                _write(sheet, number, place, value, looks)
                if number < MEASURED:
                    widths[place] = max(widths.get(place, 0), len(str(value)))
        if folder:
            for place, width in widths.items():
                sheet.set_column(place, place, min(width, WIDEST) + 2)
        else:
            sheet.autofit()
    book.close()


def _write(sheet: Any, row: int, place: int, value: object, looks: Mapping[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, looks["date"])
    elif isinstance(value, Decimal):
        is_money = value.as_tuple().exponent == -2
        sheet.write_number(row, place, value, looks["money" if is_money else "plain"])
    elif isinstance(value, int):
        sheet.write_number(row, place, value, looks["plain"])
    else:
        sheet.write_string(row, place, str(value), looks["plain" if row else "head"])


def pdf_response(name: str, template: str, context: Mapping[str, object]) -> HttpResponse:
    """`name`.pdf of a template of a document, which may use files of static/ as "static:PATH" and nothing else.

    Raises NoDocuments where the machine lacks what draws letters.
    """
    html, fetcher = _weasyprint()
    document = html(string=render_to_string(template, dict(context)), base_url=STATIC, url_fetcher=fetcher)
    response = HttpResponse(document.write_pdf(), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@cache
def _weasyprint() -> tuple[Any, Any]:
    """WeasyPrint's HTML and a fetcher that reads static/ alone. Imported late: it needs a library of the machine."""
    # A font that is cut to the letters used bears a time: always the same one, so a document has the same bytes.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise NoDocuments from error

    class StaticFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: object = None) -> Any:
            if not url.startswith(STATIC) or (path := finders.find(url.removeprefix(STATIC))) is None:
                raise ValueError(f"A document uses files of static/ alone, not {url}.")
            with open(str(path), "rb") as file:
                kind = mimetypes.guess_type(url)[0] or "application/octet-stream"
                return URLFetcherResponse(url, body=file.read(), headers={"Content-Type": kind})

    return HTML, StaticFiles()
