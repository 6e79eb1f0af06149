"""Other terms from a day on: each change that the back office makes to a loan in the middle of its life.

Each works out the new terms from where the loan stands at the end of `effective_on`, records them as one event, and
lets the books follow. Reversing that event brings the old terms back. Conventions: docs/finance/modifications.md.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from finance import modifications as finance
from finance.modification_limits import check_limit, check_re_age, payments_in_a_row
from ledger.errors import NothingChanges, NotLevel, ProductNotReady, SameProduct
from ledger.models import Instalment, LoanEvent, ProductVersion
from ledger.modified import Case, case_of, in_json, instalments_of, terms_json
from ledger.operations.steps import lock, record, require_active, require_possible, seen_before
from ledger.records import standing_events
from ledger.replay import enter
from ledger.terms import ProductTerms, loan_terms
from tenants.models import User


class Common(TypedDict, total=False):
    """What every modification is called with. source: staff, unless something else did it."""

    loan_id: Required[int]
    effective_on: Required[date]
    reason: Required[str]
    key: Required[str]
    by: Required[User | None]
    source: str


class Decided(TypedDict, total=False):
    """What a change decides: the modification, and what else of the event's terms is other than before."""

    found: Required[finance.Modification]
    others: dict[str, Any]


def recast_loan(**common: Unpack[Common]) -> LoanEvent:
    """A level payment that fits the principal owed now, on the same dates: after a principal payment, usually."""

    def decide(case: Case) -> Decided:
        require_level(case)
        return {"found": finance.recast(case.terms, case.state, case.on, rule=case.rule)}

    return modify("recast_loan", decide, {}, **common)


def change_rate_and_payment(*, rate: Decimal, **common: Unpack[Common]) -> LoanEvent:
    """Another rate, in percent a year, and the level payment that fits it, on the same dates."""

    def decide(case: Case) -> Decided:
        require_level(case)
        return {"found": finance.recast(case.terms, case.state, case.on, rate=rate, rule=case.rule)}

    return modify("change_rate_and_payment", decide, {"rate": rate}, **common)


def extend_loan(*, count: int, **common: Unpack[Common]) -> LoanEvent:
    """`count` more instalments at the end, and a lower level payment for all that are to come."""

    def decide(case: Case) -> Decided:
        require_level(case)
        earlier = counted(case, "extend_loan")
        check_limit("extension", case.product.limits.extension, case.on, count, earlier=earlier)
        return {
            "found": finance.extend(case.terms, case.state, case.on, count=count, spacing=case.spacing, rule=case.rule)
        }

    return modify("extend_loan", decide, {"count": count}, **common)


def defer_instalments(*, count: int, **common: Unpack[Common]) -> LoanEvent:
    """Skip the next `count` instalments: all that are to come move so many places later, and interest runs on."""

    def decide(case: Case) -> Decided:
        earlier = counted(case, "defer_instalments")
        check_limit("deferral", case.product.limits.deferral, case.on, count, earlier=earlier)
        return {"found": finance.defer(case.terms, case.state, case.on, count=count, spacing=case.spacing)}

    return modify("defer_instalments", decide, {"count": count}, **common)


def re_age_loan(*, extra: int | None = None, **common: Unpack[Common]) -> LoanEvent:
    """Bring a late loan back to current without the money, within the lender's re-age policy.

    What is past due is asked for at the end, in as many instalments as are unmet or in `extra`.
    """

    def decide(case: Case) -> Decided:
        policy = case.product.limits.re_age
        paid = [(row.effective_on, row.amount or Decimal(0)) for row in standing_events(case.loan) if is_payment(row)]
        check_re_age(
            policy,
            case.on,
            opened=case.loan.opened_on,
            payments_in_a_row=payments_in_a_row(case.terms, paid, case.on, asked=policy.payments_in_a_row),
            earlier=[event.effective_on for event in case.earlier("re_age_loan")],
        )
        return {"found": finance.re_age(case.terms, case.state, case.on, spacing=case.spacing, extra=extra)}

    return modify("re_age_loan", decide, {"extra": extra}, **common)


def change_due_day(*, day: int, **common: Unpack[Common]) -> LoanEvent:
    """Instalments to come fall on another day of the month (31: its last), none earlier than before."""

    def decide(case: Case) -> Decided:
        earlier = [(event.effective_on, 1) for event in case.earlier("change_due_day")]
        check_limit("due-date change", case.product.limits.due_date_change, case.on, 1, earlier=earlier)
        return {"found": finance.change_due_day(case.terms, case.state, case.on, day=day)}

    return modify("change_due_day", decide, {"day": day}, **common)


def re_amortise_loan(*, count: int | None = None, **common: Unpack[Common]) -> LoanEvent:
    """All that is owed, what is past due with it, spread anew over level payments: on the dates to come, or on the
    next `count`."""

    def decide(case: Case) -> Decided:
        found = finance.re_amortise(case.terms, case.state, case.on, dates=dates_of(case, count), rule=case.rule)
        return {"found": found, "others": {"servicing": case.servicing | {"method": "level"}}}

    return modify("re_amortise_loan", decide, {"count": count}, **common)


def restructure_loan(
    *,
    interest: str,
    fees: str,
    count: int | None = None,
    rate: Decimal | None = None,
    **common: Unpack[Common],
) -> LoanEvent:
    """All that is owed spread anew, as re-amortised, at the same rate or another, with a choice for each component.

    interest, fees: of what is owed of it, "carry" leaves it owed, "capitalise" makes it principal, "waive" forgives it.
    """

    def decide(case: Case) -> Decided:
        found = finance.re_amortise(
            case.terms,
            case.state,
            case.on,
            dates=dates_of(case, count),
            rate=rate,
            interest=interest,
            fees=fees,
            rule=case.rule,
        )
        return {"found": found, "others": {"servicing": case.servicing | {"method": "level"}}}

    asked = {"count": count, "rate": rate, "interest": interest, "fees": fees}
    return modify("restructure_loan", decide, asked, **common)


def transfer_loan(*, product_version: ProductVersion, **common: Unpack[Common]) -> LoanEvent:
    """Move the loan to another product: its day count, allocation, tolerance and late fees from the day on.

    Instalments and rate stay as they are. The new product's late fee is for instalments that fall due from then on.
    """

    def decide(case: Case) -> Decided:
        check_product(case, product_version)
        kept = {name: case.servicing[name] for name in ("method", "frequency")}
        new = ProductTerms.of(product_version)
        state = case.loan.borrower.state
        servicing = new.servicing(made_on=case.on, state=state, late_fees_from=case.on) | kept
        to = loan_terms(servicing, rate=case.loan.rate, schedule=case.terms.schedule)
        return {
            "found": finance.transfer(case.terms, case.state, case.on, to=to),
            "others": {
                "servicing": servicing,
                "product_version": product_version.pk,
                "changes": [
                    finance.Change("product", case.product_version, product_version),
                    finance.Change("day_count", case.terms.day_count, to.day_count),
                ],
            },
        }

    return modify("transfer_loan", decide, {"product_version": product_version.pk}, **common)


@transaction.atomic
def modify(act: str, decide: Callable[[Case], Decided], given: dict[str, Any], **common: Unpack[Common]) -> LoanEvent:
    """Record what `decide` makes of the loan as one event with its new schedule, and let the books follow."""
    loan_id, effective_on, key = common["loan_id"], common["effective_on"], common["key"]
    asked = {"act": act} | {name: in_json(value) for name, value in given.items()}
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="modification", effective_on=effective_on, asked=asked):
        return event
    require_active(loan, "change of terms")
    require_possible(loan, effective_on, day)
    case = case_of(loan, effective_on, day)
    decided = decide(case)
    found = decided["found"]
    others = decided.get("others", {})
    if not found.changes and "product_version" not in others:
        raise NothingChanges(number=loan.number, on=effective_on.isoformat())
    rows = Instalment.objects.filter(loan=loan)
    event = record(
        loan,
        "modification",
        effective_on=effective_on,
        day=day,
        key=key,
        by=common["by"],
        source=common.get("source", "staff"),
        reason=common["reason"],
        rate=found.event.rate,
        version=rows.aggregate(latest=Max("version"))["latest"] + 1,
        terms=terms_json(case, found, asked=asked, **others),
    )
    event.save()  # its instalments name it
    before = list(rows.filter(version=case.terms.version).order_by("number"))
    Instalment.objects.bulk_create(instalments_of(event, found, before))
    enter(loan, balance, event, day)
    return event


def require_level(case: Case) -> None:
    if case.servicing["method"] != "level":
        raise NotLevel(number=case.loan.number)


def dates_of(case: Case, count: int | None) -> list[date]:
    """The next `count` due dates; without a number, none: the schedule's own are kept."""
    return finance.next_dates(case.terms, case.on, count, case.spacing) if count else []


def counted(case: Case, act: str) -> list[tuple[date, int]]:
    """(day, instalments) of the modifications of one kind that stand."""
    return [(event.effective_on, event.asked["count"]) for event in case.earlier(act) if event.asked]


def is_payment(row: LoanEvent) -> bool:
    return row.kind == LoanEvent.Kind.PAYMENT and not row.principal_only


def check_product(case: Case, wanted: ProductVersion) -> None:
    if wanted.pk == case.product_version.pk:
        raise SameProduct(number=case.loan.number, product=wanted)
    if wanted.approved_by_id is None or wanted.effective_from > case.on:
        raise ProductNotReady(product=wanted, on=case.on.isoformat())
