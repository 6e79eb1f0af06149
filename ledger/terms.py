"""What a product offers and what a loan agreed, read from the JSON their rows keep. One reader each, strict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finance.errors import Refused
from finance.terms import Instalment, LateFeeRule, LoanTerms
from ledger.models import IndexRate, Loan, ProductVersion
from ledger.models import Instalment as InstalmentRow

LateFee = dict[str, Any]


class NoIndexRate(Refused):
    code = "no_index_rate"
    message = "No {index} rate is known on {on}: enter the published rate of that day first."


class TermNotOffered(Refused):
    code = "term_not_offered"
    message = "{product} has no margin for {months} months: its terms end at {longest} months."


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Percent a year over the index, for terms up to `up_to_months`."""

    up_to_months: int
    margin: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    """Everything a version of a product decides. Fields without a default must be in its JSON; others may be.

    method, frequency, payment_rounding, payment_unit: of the schedule (finance.schedule).
    day_count, allocation_order, residue, rounding, past_due_tolerance, bucket_edges: of servicing (finance.terms).
    index and margins: the rate is the published index on the day of the loan plus the margin of its term.
    late_fee: {grace_days, percent, flat, combine} or None.
    """

    index: str
    margins: tuple[Margin, ...]
    min_amount: Decimal
    max_amount: Decimal
    min_months: int
    max_months: int
    method: str = "level"
    frequency: str = "monthly"
    day_count: str = "ACT/365F"
    rounding: str = "HALF_UP"
    payment_rounding: str = "up"
    payment_unit: Decimal = Decimal("0.01")
    residue: str = "drop"
    allocation_order: tuple[str, ...] = ("fees", "interest", "principal")
    past_due_tolerance: Decimal = Decimal("0.00")
    bucket_edges: tuple[int, ...] = (1, 30, 60, 90, 120)
    late_fee: LateFee | None = field(default=None)

    @classmethod
    def of(cls, version: ProductVersion) -> "ProductTerms":
        given = dict(version.terms)
        for name in ("min_amount", "max_amount", "payment_unit", "past_due_tolerance"):
            if name in given:
                given[name] = Decimal(given[name])
        given["margins"] = tuple(
            Margin(up_to_months=row["up_to_months"], margin=Decimal(row["margin"])) for row in given["margins"]
        )
        for name in ("allocation_order", "bucket_edges"):
            if name in given:
                given[name] = tuple(given[name])
        return cls(**given)

    def margin_for(self, months: int, *, product: str) -> Decimal:
        """Percent a year over the index for a term of `months`."""
        for row in self.margins:
            if months <= row.up_to_months:
                return row.margin
        raise TermNotOffered(product=product, months=months, longest=self.margins[-1].up_to_months)

    def servicing(self, *, late_fees_from: date | None = None) -> dict[str, Any]:
        """What a loan copies, as JSON. `late_fees_from`: earlier instalments bear no late fee (boarded mid-life)."""
        late_fee = self.late_fee and self.late_fee | {
            "assessed_from": late_fees_from.isoformat() if late_fees_from else None
        }
        return {
            "method": self.method,
            "frequency": self.frequency,
            "day_count": self.day_count,
            "rounding": self.rounding,
            "residue": self.residue,
            "allocation_order": list(self.allocation_order),
            "past_due_tolerance": str(self.past_due_tolerance),
            "bucket_edges": list(self.bucket_edges),
            "late_fee": late_fee,
            "index": self.index,
        }


def index_rate(index: str, on: date) -> Decimal:
    """The published rate in force on `on`, in percent a year."""
    row = IndexRate.objects.filter(index=index, effective_on__lte=on).order_by("-effective_on").first()
    if row is None:
        raise NoIndexRate(index=index, on=on.isoformat())
    rate: Decimal = row.rate
    return rate


def terms_of(loan: Loan) -> LoanTerms:
    """The loan's own terms with the schedule in force, as finance.replay takes them."""
    return terms_of_loans([loan])[loan.pk]


def terms_of_loans(loans: Sequence[Loan]) -> dict[int, LoanTerms]:
    """{loan's id: its terms with the schedule in force}. One query for any number of loans."""
    schedules: dict[int, dict[int, list[Instalment]]] = {loan.pk: {} for loan in loans}
    rows = InstalmentRow.objects.filter(loan__in=schedules).order_by("loan", "version", "number")
    for loan_id, version, due_on, amount in rows.values_list("loan_id", "version", "due_on", "amount"):
        schedules[loan_id].setdefault(version, []).append(Instalment(due_date=due_on, amount=amount))
    return {
        loan.pk: loan_terms(loan.terms, rate=loan.rate, schedule=tuple(schedules[loan.pk][max(schedules[loan.pk])]))
        for loan in loans
    }


def loan_terms(terms: dict[str, Any], *, rate: Decimal, schedule: tuple[Instalment, ...]) -> LoanTerms:
    """LoanTerms from the JSON that `ProductTerms.servicing` wrote."""
    return LoanTerms(
        rate=rate,
        day_count=terms["day_count"],
        schedule=schedule,
        allocation_order=tuple(terms["allocation_order"]),
        rounding=terms["rounding"],
        residue=terms["residue"],
        past_due_tolerance=Decimal(terms["past_due_tolerance"]),
        bucket_edges=tuple(terms["bucket_edges"]),
        late_fee=late_fee_rule(terms["late_fee"]),
    )


def late_fee_rule(given: LateFee | None) -> LateFeeRule | None:
    if not given:
        return None
    return LateFeeRule(
        grace_days=given["grace_days"],
        percent=Decimal(given["percent"]) if given.get("percent") else None,
        flat=Decimal(given["flat"]) if given.get("flat") else None,
        combine=given.get("combine", "greater"),
        assessed_from=date.fromisoformat(given["assessed_from"]) if given.get("assessed_from") else None,
    )
