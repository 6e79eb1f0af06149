"""A quote as a file: exactly what the page shows."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ledger.files import csv_response, pdf_response, xlsx_response
from origination.calculator import sheet
from origination.calculator.quote import Quote
from tenants.models import Tenant


def as_csv(quote: Quote, link: str) -> HttpResponse:
    """The loan, what it costs, then a table of every payment."""
    facts = [*sheet.asked(quote), *sheet.answered(quote), ("Link", link)]
    table = [sheet.header(quote), *sheet.lines(quote), sheet.sums(quote)]
    return csv_response(sheet.file_name(quote), ("Estimate", "not an offer"), [*facts, (), *table])


def as_xlsx(quote: Quote, link: str) -> HttpResponse:
    """Two sheets: the loan, and every payment."""
    facts: list[tuple[object, ...]] = [("Estimate", "not an offer"), *sheet.asked(quote), *sheet.answered(quote)]
    table = [sheet.header(quote), *sheet.lines(quote), sheet.sums(quote)]
    return xlsx_response(sheet.file_name(quote), {"Loan": [*facts, ("Link", link)], "Payments": table})


def as_pdf(quote: Quote, link: str) -> HttpResponse:
    """On paper, with the lender's name and the link that asks the same again."""
    context = {
        "quote": quote,
        "label": sheet.payment_label(quote),
        "asked": sheet.asked(quote),
        "answered": sheet.answered(quote),
        "header": sheet.header(quote),
        "lines": sheet.lines(quote),
        "sums": sheet.sums(quote),
        "tenant": Tenant.objects.get(),
        "link": link,
    }
    return pdf_response(sheet.file_name(quote), "origination/calculator/document.html", context)


FILES: dict[str, Callable[[Quote, str], HttpResponse]] = {"csv": as_csv, "xlsx": as_xlsx, "pdf": as_pdf}


def link_to(request: HttpRequest, url_name: str, address: str) -> str:
    """The whole address at which the page shows the same loan."""
    return request.build_absolute_uri(f"{reverse(url_name)}?{address}")
