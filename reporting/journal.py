"""The journal: every entry of the books, as a list to be filtered, followed and taken away."""

from calendar import monthrange
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from ledger.models import Loan, LoanEvent, Period
from ledger.words import in_words
from tenants.lists import Choice, Column, RowList, Search
from tenants.models import LegalEntity

Found = QuerySet[Any]
# What entries are of, besides the events of loans.
OTHER_KINDS = ("accrual", "reclassification", "year_end", "inter_company", "capital")


def months() -> dict[str, str]:
    """The months that have a period, the latest first. One query."""
    starts = Period.objects.order_by("-starts_on").values_list("starts_on", flat=True).distinct()
    return {f"{on:%Y-%m}": f"{on:%B %Y}" for on in starts}


def in_month(rows: Found, month: str) -> Found:
    year, number = int(month[:4]), int(month[5:])
    return rows.filter(booked_on__range=(date(year, number, 1), date(year, number, monthrange(year, number)[1])))


def companies() -> dict[str, str]:
    """One query."""
    return {str(company.pk): company.name for company in LegalEntity.objects.order_by("pk")}


def numbered(rows: Found, text: str) -> Found:
    """The entry of that number, or the entries of the loan of that number."""
    if text.isdecimal() and len(text) < 19 and rows.filter(pk=int(text)).exists():
        return rows.filter(pk=int(text))
    return rows.filter(event__loan__in=Loan.objects.filter(number=text.upper()))


JOURNAL = RowList(
    name="journal",
    noun=("entry", "entries"),
    permission="reporting.view_books",
    order=("-booked_on", "-pk"),
    currency="currency",
    large=True,
    compact=True,
    base=("event__loan__state",),  # a state machine reads its state when it is made
    filters=(
        Search(name="q", label="Entry or loan number", apply=numbered),
        Choice(name="month", label="Booked in", any="Any month", choices=months, apply=in_month),
        Choice(
            name="kind",
            label="Kind",
            any="Any kind",
            choices={kind: in_words(kind) for kind in sorted((*LoanEvent.Kind.values, *OTHER_KINDS))},
            apply=lambda rows, value: rows.filter(kind=value),
        ),
        Choice(
            name="company",
            label="Company",
            any="Every company",
            choices=companies,
            apply=lambda rows, value: rows.filter(legal_entity=int(value)),
        ),
    ),
    columns=(
        Column(
            key="entry",
            label="Entry",
            value="pk",
            sort="pk",
            long="index",
            url=lambda row: reverse("entry", args=[row.pk]),
        ),
        Column(key="booked", label="Booked on", value="booked_on", cell="day", sort="booked_on", long="index"),
        Column(key="kind", label="Kind", value=lambda row: in_words(row.kind), reads=("kind",)),
        Column(
            key="loan",
            label="Loan",
            value="event.loan.number",
            url=lambda row: reverse("loan", args=[row.event.loan.number]) if row.event else "",
        ),
        Column(key="borrower", label="Borrower", value="event.loan.borrower.name", cell="name"),
        Column(key="effective", label="Effective on", value="effective_on", cell="day"),
        Column(key="posted", label="Posted on", value="posted_on", cell="day"),
        Column(key="lines", label="Lines", value="lines", cell="count"),
        Column(key="total", label="Total", value="total", cell="money", unit="USD", sum="total"),
        Column(key="company", label="Company", value="legal_entity.name", shown=False),
        Column(key="key", label="Key", value="key", shown=False),
    ),
)
