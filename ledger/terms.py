"""What a product offers and what a loan agreed, read from the JSON their rows keep. One reader each, strict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, prefetch_related_objects

from finance.errors import Refused
from finance.modification_limits import Limit, ModificationLimits, ReAgePolicy
from finance.terms import Instalment, LateFeeRule, LoanTerms, NewTerms
from ledger.models import IndexRate, Loan, LoanEvent, ProductVersion
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
    limits: of changing terms later, as JSON {re_age: {...}, deferral: {most, in_months}, ...}; what is left out is as
    finance.modification_limits has it. They are the lender's and are not copied onto the loan.
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
    limits: ModificationLimits = field(default_factory=ModificationLimits)

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
        given["limits"] = limits_of(given.get("limits", {}))
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


def limits_of(given: dict[str, Any]) -> ModificationLimits:
    """ModificationLimits from a product's JSON."""
    limits: dict[str, Any] = {name: Limit(**value) for name, value in given.items() if name != "re_age"}
    if "re_age" in given:
        limits["re_age"] = ReAgePolicy(**given["re_age"])
    return ModificationLimits(**limits)


def index_rate(index: str, on: date) -> Decimal:
    """The published rate in force on `on`, in percent a year."""
    row = IndexRate.objects.filter(index=index, effective_on__lte=on).order_by("-effective_on").first()
    if row is None:
        raise NoIndexRate(index=index, on=on.isoformat())
    rate: Decimal = row.rate
    return rate


def terms_of(loan: Loan) -> LoanTerms:
    """The terms in force after all that the loan's balance holds, as finance.replay takes them."""
    return terms_of_loans([loan])[loan.pk]


def terms_of_loans(loans: Sequence[Loan]) -> dict[int, LoanTerms]:
    """{loan's id: its terms in force}. One query for any number of loans, and another when some were modified."""
    return _terms(loans, InstalmentRow.objects.filter(version=F("loan__balance__schedule_version")))


def first_terms_of(loan: Loan) -> LoanTerms:
    """The loan's terms as signed, before any modification: what a replay of its events starts from."""
    return first_terms_of_loans([loan])[loan.pk]


def first_terms_of_loans(loans: Sequence[Loan]) -> dict[int, LoanTerms]:
    """{loan's id: its terms as signed}. One query for any number of loans."""
    return _terms(loans, InstalmentRow.objects.filter(version=1))


def _terms(loans: Sequence[Loan], rows: QuerySet[InstalmentRow]) -> dict[int, LoanTerms]:
    schedules: dict[int, list[Instalment]] = {loan.pk: [] for loan in loans}
    made_by: dict[int, int] = {}
    found = rows.filter(loan__in=schedules).order_by("loan", "number")
    for loan_id, event_id, due_on, amount in found.values_list("loan_id", "event_id", "due_on", "amount"):
        schedules[loan_id].append(Instalment(due_date=due_on, amount=amount))
        if event_id is not None:
            made_by[loan_id] = event_id
    events = LoanEvent.objects.in_bulk(made_by.values()) if made_by else {}
    return {
        loan.pk: modified_terms(events[made_by[loan.pk]], schedules[loan.pk])
        if loan.pk in made_by
        else loan_terms(loan.terms, rate=loan.rate, schedule=tuple(schedules[loan.pk]))
        for loan in loans
    }


def modified_terms(event: LoanEvent, schedule: Iterable[Instalment]) -> LoanTerms:
    """The terms that a modification states, with the instalments it made."""
    assert event.terms is not None
    assert event.version is not None
    rate = Decimal(event.terms["rate"])
    return replace(loan_terms(event.terms["servicing"], rate=rate, schedule=tuple(schedule)), version=event.version)


def new_terms(event: LoanEvent) -> NewTerms | None:
    """What a modification agrees, as finance.replay takes it; None of any other event.

    A query for its instalments, unless they were fetched with it (`with_instalments`).
    """
    if event.terms is None:
        return None
    schedule = [Instalment(due_date=row.due_on, amount=row.amount) for row in event.instalments.all()]
    return NewTerms(
        terms=modified_terms(event, schedule),
        interest=event.terms["interest"],
        fees=event.terms["fees"],
        interest_waived=Decimal(event.terms["interest_waived"]),
        fees_waived=Decimal(event.terms["fees_waived"]),
    )


def with_instalments(events: Sequence[LoanEvent]) -> None:
    """Fetch the instalments of the modifications among `events`: one query, or none where there is no modification."""
    modifications = [event for event in events if event.terms is not None]
    if modifications:
        prefetch_related_objects(modifications, "instalments")


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
