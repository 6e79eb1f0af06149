"""What a product offers and what a loan agreed, read from the JSON their rows keep. One reader each, strict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finance.allocation import CLEAR_DUES, ORDINARY, PARTS, PAYOFF, PRINCIPAL_ONLY, Hierarchy
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
    day_count, allocation_order, residue, rounding, prepayments, past_due_tolerance, bucket_edges: of servicing
    (finance.terms).
    index and margins: the rate is the published index on the day of the loan plus the margin of its term.
    hierarchies: {purpose: {order, by, reach}}, how payments are allocated where the usual way is not wanted.
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
    hierarchies: dict[str, dict[str, Any]] = field(default_factory=dict)
    prepayments: str = "advance"
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
            "hierarchies": self.hierarchies,
            "prepayments": self.prepayments,
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
    columns = rows.values_list("loan_id", "version", "due_on", "amount", "interest")
    for loan_id, version, due_on, amount, interest in columns:
        schedules[loan_id].setdefault(version, []).append(Instalment(due_date=due_on, amount=amount, interest=interest))
    return {
        loan.pk: loan_terms(loan.terms, rate=loan.rate, schedule=tuple(schedules[loan.pk][max(schedules[loan.pk])]))
        for loan in loans
    }


def loan_terms(terms: dict[str, Any], *, rate: Decimal, schedule: tuple[Instalment, ...]) -> LoanTerms:
    """LoanTerms from the JSON that `ProductTerms.servicing` wrote."""
    return LoanTerms(rate=rate, schedule=schedule, **agreed_terms(terms))


def agreed_terms(terms: dict[str, Any]) -> dict[str, Any]:
    """What LoanTerms takes from that JSON: everything but the rate and the schedule."""
    return {
        "day_count": terms["day_count"],
        "allocation_order": tuple(terms["allocation_order"]),
        # Loans boarded before these were choices carry neither.
        "hierarchies": hierarchies(terms.get("hierarchies", {})),
        "prepayments": terms.get("prepayments", "advance"),
        "rounding": terms["rounding"],
        "residue": terms["residue"],
        "past_due_tolerance": Decimal(terms["past_due_tolerance"]),
        "bucket_edges": tuple(terms["bucket_edges"]),
        "late_fee": late_fee_rule(terms["late_fee"]),
    }


PURPOSES = {ORDINARY: "Ordinary payment", CLEAR_DUES: "What is due, no more", PRINCIPAL_ONLY: "Principal only"}


def purposes_of(loan: Loan) -> list[str]:
    """What a payment on the loan can be for, the ordinary purpose first."""
    own = loan.terms.get("hierarchies", {})
    return [*PURPOSES, *(purpose for purpose in own if purpose not in (*PURPOSES, PAYOFF))]


def in_words(purpose: str) -> str:
    """The purpose of a payment as a person reads it."""
    return PURPOSES.get(purpose) or purpose.replace("_", " ").replace("-", " ").capitalize()


def hierarchies(given: dict[str, dict[str, Any]]) -> dict[str, Hierarchy]:
    return {
        purpose: Hierarchy(
            order=tuple(row.get("order", PARTS)),
            by=row.get("by", "component"),
            reach=row.get("reach", "everything"),
        )
        for purpose, row in given.items()
    }


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
