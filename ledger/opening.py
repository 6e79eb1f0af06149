"""Opening the books of a legal entity: its chart of accounts from data, and the months it keeps."""

import csv
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from ledger.models import Account, Period
from tenants.models import LegalEntity

CHART = Path(__file__).parent / "data" / "chart_of_accounts.csv"


def open_books(company: LegalEntity, *, first_day: date, last_day: date) -> None:
    """Make the accounts of `company` and open every month from `first_day` to `last_day`. Repeating it is harmless."""
    fill_chart(company)
    open_periods(company, first_day=first_day, last_day=last_day)


def fill_chart(company: LegalEntity) -> None:
    """Make the accounts of the chart that `company` does not have. Repeating it is harmless."""
    with CHART.open(newline="") as file:
        Account.objects.bulk_create(
            (Account(legal_entity=company, currency=company.currency, **row) for row in csv.DictReader(file)),
            ignore_conflicts=True,
        )


def open_periods(company: LegalEntity, *, first_day: date, last_day: date) -> None:
    """Open every month that has a day between the two."""
    months, start = [], first_day.replace(day=1)
    while start <= last_day:
        following = (start + timedelta(days=31)).replace(day=1)
        months.append(Period(legal_entity=company, starts_on=start, ends_on=following - timedelta(days=1)))
        start = following
    Period.objects.bulk_create(months, ignore_conflicts=True)


def close_periods(company: LegalEntity, *, through: date) -> int:
    """Close every open month that ends on or before `through`. Returns how many."""
    months = Period.objects.filter(legal_entity=company, ends_on__lte=through, closed_at=None)
    return months.update(closed_at=timezone.now())
