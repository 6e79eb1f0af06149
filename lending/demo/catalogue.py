"""What the demo's lender offers, and the published rate it is priced from."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from ledger.models import IndexRate, Product, ProductVersion
from tenants.models import User

DATA = Path(__file__).parent / "data"
PRIME = DATA / "prime_rate.csv"
BOOK_PRODUCT = "sba-7a-book"

LATE_FEE = {"grace_days": 10, "percent": "5", "flat": None, "combine": "greater"}
BOOK_REMARK = (
    "Amounts, terms, dates of disbursement and charge-offs of these loans are the tape's: loans guaranteed by the "
    "US Small Business Administration. The tape has no interest rate and no payment dates, so the demo adds them: "
    "the rate is the prime rate of the day the loan was paid out plus 2.25 points, or 2.75 points from 84 months "
    "on, fixed for life; instalments are level and monthly, and are paid on their due dates, except those that a "
    "borrower whose loan was charged off no longer paid, at least those of the last six months before it. The names "
    "of the borrowers are made up."
)

# code, name, in force from, remark, terms
PRODUCTS: tuple[tuple[str, str, date, str, dict[str, Any]], ...] = (
    (
        BOOK_PRODUCT,
        "SBA 7(a) loan, boarded",
        date(1989, 1, 1),
        BOOK_REMARK,
        {
            "index": "prime",
            "margins": [{"up_to_months": 83, "margin": "2.25"}, {"up_to_months": 360, "margin": "2.75"}],
            "min_amount": "1000.00",
            "max_amount": "5000000.00",
            "min_months": 1,
            "max_months": 360,
            "late_fee": LATE_FEE,
        },
    ),
    (
        "business-term",
        "Business term loan",
        date(2008, 7, 1),
        "",
        {
            "index": "prime",
            "margins": [{"up_to_months": 36, "margin": "3.00"}, {"up_to_months": 120, "margin": "3.75"}],
            "min_amount": "5000.00",
            "max_amount": "500000.00",
            "min_months": 6,
            "max_months": 120,
            "late_fee": LATE_FEE,
            "small_balance": "5.00",
        },
    ),
    (
        "personal-instalment",
        "Personal instalment loan",
        date(2008, 7, 1),
        "",
        {
            "index": "prime",
            "margins": [{"up_to_months": 24, "margin": "6.00"}, {"up_to_months": 60, "margin": "7.50"}],
            "min_amount": "1000.00",
            "max_amount": "35000.00",
            "min_months": 6,
            "max_months": 60,
            "late_fee": {"grace_days": 15, "percent": "5", "flat": "15.00", "combine": "lesser"},
            "charge_off_days": 120,
            "small_balance": "1.00",
        },
    ),
)


def fill_catalogue(*, drafted_by: User, approved_by: User) -> None:
    """The products, each in its first version. Repeating it changes nothing."""
    for code, name, effective_from, remark, terms in PRODUCTS:
        product, _ = Product.objects.get_or_create(code=code, defaults={"name": name})
        ProductVersion.objects.get_or_create(
            product=product,
            number=1,
            defaults={
                "effective_from": effective_from,
                "terms": terms,
                "remark": remark,
                "drafted_by": drafted_by,
                "approved_by": approved_by,
                "approved_at": timezone.now(),
            },
        )


def enter_prime_rates() -> None:
    """The bank prime loan rate, as data/SOURCE.md says. Repeating it changes nothing."""
    with PRIME.open(encoding="utf-8", newline="") as lines:
        IndexRate.objects.bulk_create(
            (
                IndexRate(
                    index="prime", effective_on=date.fromisoformat(row["effective_on"]), rate=Decimal(row["rate"])
                )
                for row in csv.DictReader(lines)
            ),
            ignore_conflicts=True,
        )
