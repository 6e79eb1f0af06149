"""What a product offers and what a loan agreed, read from the JSON their rows keep. One reader each, strict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, prefetch_related_objects

from finance.allocation import CLEAR_DUES, ORDINARY, PARTS, PAYOFF, PRINCIPAL_ONLY, Hierarchy
from finance.errors import Refused
from finance.modification_limits import Limit, ModificationLimits, ReAgePolicy
from finance.terms import Instalment, LateFeeRule, LoanTerms, NewTerms
from ledger.models import IndexRate, Loan, LoanEvent, ProductVersion
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
    day_count, allocation_order, residue, rounding, prepayments, past_due_tolerance, bucket_edges: of servicing
    (finance.terms).
    index and margins: the rate is the published index on the day of the loan plus the margin of its term.
    hierarchies: {purpose: {order, by, reach}}, how payments are allocated where the usual way is not wanted.
    late_fee: {grace_days, percent, flat, combine, law} or None. law: whose cap holds (ledger.policies.cap_in_law).
    policies: what happens later in a loan's life; its fields stand among the others in the JSON.
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
    hierarchies: dict[str, dict[str, Any]] = field(default_factory=dict)
    prepayments: str = "advance"
    past_due_tolerance: Decimal = Decimal("0.00")
    bucket_edges: tuple[int, ...] = (1, 30, 60, 90, 120)
    late_fee: LateFee | None = field(default=None)
    policies: Policies = field(default_factory=Policies)
    limits: ModificationLimits = field(default_factory=ModificationLimits)

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
        given["limits"] = limits_of(given.get("limits", {}))
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
            "hierarchies": self.hierarchies,
            "prepayments": self.prepayments,
            "past_due_tolerance": str(self.past_due_tolerance),
            "bucket_edges": list(self.bucket_edges),
            "late_fee": late_fee,
            "index": self.index,
            **self.policies.copied(made_on),
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
    columns = found.values_list("loan_id", "event_id", "due_on", "amount", "interest")
    for loan_id, event_id, due_on, amount, interest in columns:
        schedules[loan_id].append(Instalment(due_date=due_on, amount=amount, interest=interest))
        if event_id is not None:
            made_by[loan_id] = event_id
    events = LoanEvent.objects.in_bulk(made_by.values()) if made_by else {}
    return {
        loan.pk: modified_terms_of(events[made_by[loan.pk]], schedules[loan.pk])
        if loan.pk in made_by
        else loan_terms(loan.terms, rate=loan.rate, schedule=tuple(schedules[loan.pk]))
        for loan in loans
    }


def modified_terms_of(event: LoanEvent, schedule: Iterable[Instalment]) -> LoanTerms:
    """The terms that a modification states, with the instalments it made."""
    assert event.terms is not None
    assert event.version is not None
    return modified_terms(event.terms, event.version, schedule)


def modified_terms(stated: dict[str, Any], version: int, schedule: Iterable[Instalment]) -> LoanTerms:
    """LoanTerms from what the modification that made `version` of the schedule states, as JSON."""
    rate = Decimal(stated["rate"])
    return replace(loan_terms(stated["servicing"], rate=rate, schedule=tuple(schedule)), version=version)


def new_terms(event: LoanEvent) -> NewTerms | None:
    """What a modification agrees, as finance.replay takes it; None of any other event.

    A query for its instalments, unless they were fetched with it (`with_instalments`).
    """
    if event.terms is None:
        return None
    rows = event.instalments.all()
    schedule = [Instalment(due_date=row.due_on, amount=row.amount, interest=row.interest) for row in rows]
    return NewTerms(
        terms=modified_terms_of(event, schedule),
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
    return LoanTerms(rate=rate, schedule=schedule, **agreed_terms(terms))


def agreed_terms(terms: dict[str, Any]) -> dict[str, Any]:
    """What LoanTerms takes from that JSON: everything but the rate and the schedule."""
    nonaccrual = nonaccrual_of(terms)
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
        "nonaccrual_cash": nonaccrual.cash,
        "restoration": nonaccrual.restoration,
        "small_balance": Decimal(terms.get("small_balance", "0.00")),
    }


def modification_of(loan: Loan) -> dict[str, Any] | None:
    """What the modification in force states, as JSON; None of a loan with the terms it was signed with."""
    version = loan.balance.schedule_version
    if version == 1:
        return None
    if loan.modified is None or loan.modified[0] != version:
        made = LoanEvent.objects.get(loan=loan, kind=LoanEvent.Kind.MODIFICATION, version=version)
        loan.modified = version, made.terms
    stated: dict[str, Any] = loan.modified[1]
    return stated


def servicing_of(loan: Loan) -> dict[str, Any]:
    """The terms of servicing in force, as JSON. One query, when the loan was modified and not read to be posted to."""
    modified = modification_of(loan)
    given: dict[str, Any] = modified["servicing"] if modified else loan.terms
    return given


def product_version_of(loan: Loan) -> int:
    """The id of the product version that the loan is of: the one it was boarded with, or was moved to."""
    modified = modification_of(loan)
    found: int = modified["product_version"] if modified else loan.product_version_id
    return found


PURPOSES = {ORDINARY: "Ordinary payment", CLEAR_DUES: "What is due, no more", PRINCIPAL_ONLY: "Principal only"}


def purposes_of(loan: Loan) -> list[str]:
    """What a payment on the loan can be for, the ordinary purpose first."""
    own = servicing_of(loan).get("hierarchies", {})
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
    return bare_rule(given) if given else None
