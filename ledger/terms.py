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
from ledger.policies import LateFee as LateFee
from ledger.policies import Policies, bare_rule, cap_in_law, nonaccrual_of


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
    late_fee: {grace_days, percent, flat, combine, law} or None. law: whose cap holds (ledger.policies.cap_in_law).
    policies: what happens later in a loan's life; its fields stand among the others in the JSON.
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
    policies: Policies = field(default_factory=Policies)

    @classmethod
    def of(cls, version: ProductVersion) -> "ProductTerms":
        given = dict(version.terms)
        given["policies"] = Policies.take(given)
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

    def servicing(self, *, made_on: date, state: str = "", late_fees_from: date | None = None) -> dict[str, Any]:
        """What a loan made on `made_on` copies, as JSON.

        state: the borrower's, whose law caps the late fee.  late_fees_from: earlier instalments bear none (boarded
        mid-life).
        """
        late_fee = self.late_fee and self.late_fee | {
            "assessed_from": late_fees_from.isoformat() if late_fees_from else None,
            "cap": cap_in_law(self.late_fee, state=state, made_on=made_on),
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
            **self.policies.copied(made_on),
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
    nonaccrual = nonaccrual_of(terms)
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
        nonaccrual_cash=nonaccrual.cash,
        restoration=nonaccrual.restoration,
        small_balance=Decimal(terms.get("small_balance", "0.00")),
    )


def late_fee_rule(given: LateFee | None) -> LateFeeRule | None:
    return bare_rule(given) if given else None
