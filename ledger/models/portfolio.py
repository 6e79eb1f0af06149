"""What the portfolio's figures are read from: each loan at each month end, and the sums of those rows.

A row stands from the day on which it became known. What becomes known later takes the row back, with one that has every
figure negated, and writes it anew; so what was known on a day is the sum of the rows up to it, whatever is asked.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from ledger.models.books import APPEND_ONLY
from ledger.models.fields import money, one_of
from ledger.models.loan import Loan
from tenants.base import TenantForeignKey, TenantModel

BUCKETS = ["current", "1-29", "30-59", "60-89", "90-119", "120+"]
ENDINGS = ["paid_off", "charged_off", "sold"]
MEASURES = ["bucket", "roll", "vintage", "industry", "city", "size"]


class MonthFigures(TenantModel):
    """What is kept of a month. Dollars; negative in a row that takes another back."""

    month_end = models.DateField()
    known_on = models.DateField(help_text="The business date on which it became known.")
    principal = money(help_text="Outstanding at the end of the month.")
    past_due = money(help_text="What was due before the end of the month and is not paid.")
    was_principal = money(help_text="Outstanding at the end of the month before.")
    disbursed = money(help_text="Paid out in the month.")
    charged_off = money(help_text="Principal charged off in the month.")
    recovered = money(help_text="Recovered in the month of what was charged off.")
    received = money(help_text="Payments that count in the month.")
    expected = money(help_text="Instalments that fell due in the month while the loan went on.")

    class Meta:
        abstract = True


class LoanMonth(MonthFigures):
    """A loan at the end of a month: one that was open then or a month before, or that something happened to.

    loans: 1, or -1 to take an earlier row back.  bucket: of arrears, or what ended the loan.  was: the bucket a month
    before; "" is none.  industry, city: the borrower's when it was first kept.
    """

    rights: ClassVar[str] = APPEND_ONLY

    loan = TenantForeignKey(Loan, related_name="months", db_index=False)
    loans = models.SmallIntegerField()
    bucket = models.CharField(max_length=12)
    was = models.CharField(max_length=12, blank=True)
    dpd = models.IntegerField()
    industry = models.CharField(max_length=6, blank=True)
    city = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "loan", "month_end"], name="loan_month_loan"),
            # Few rows of a month are not current; all of a month lie together, so a few bytes a block find them.
            models.Index(
                fields=["tenant", "month_end", "bucket"],
                name="loan_month_bucket",
                condition=~Q(bucket="current"),
            ),
            BrinIndex(fields=["month_end"], name="loan_month_month", autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(loans__in=[1, -1]), name="loan_month_counts_one"),
            one_of("bucket", [*BUCKETS, *ENDINGS], "loan_month_bucket_known"),
            one_of("was", ["", *BUCKETS, *ENDINGS], "loan_month_was_known"),
            models.CheckConstraint(condition=Q(dpd__gte=0), name="loan_month_dpd_not_negative"),
            models.CheckConstraint(condition=Q(known_on__gte=models.F("month_end")), name="loan_month_not_known_ahead"),
        ]

    def __str__(self) -> str:
        return f"{self.loan}, {self.month_end:%-d %b %Y}"


class PortfolioSum(MonthFigures):
    """The rows of one month and one day of knowledge added up, by what `measure` says: `key`, and `of` within it.

    bucket: by bucket.  roll: from a bucket to a bucket.  vintage: by quarter of disbursement, 2005Q3, and months on
    book, 017.  industry, city, size: by the borrower's industry and city, and the amount of the loan.
    loans: rows added less rows taken back.  open_loans: those of loans that went on.  late: principal of loans 60 or
    more days past due.
    """

    measure = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    key = models.CharField(max_length=80, blank=True)
    of = models.CharField(max_length=12, blank=True)
    loans = models.IntegerField()
    open_loans = models.IntegerField()
    late = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "measure", "month_end", "known_on", "currency", "key", "of"],
                name="portfolio_sum_once",
            ),
            one_of("measure", MEASURES, "portfolio_measure_known"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.key} {self.of}, {self.month_end:%-d %b %Y}"


class PortfolioFold(TenantModel):
    """How far the rows of loans are added up: all those up to `through_row`. One row a tenant."""

    through_row = models.BigIntegerField(default=0)
    folded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint("tenant", name="portfolio_fold_once")]

    def __str__(self) -> str:
        return f"Added up through row {self.through_row}"
