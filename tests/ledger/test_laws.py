"""Laws of the books, tried on drawn histories: whatever happens, the books say what the events say."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.errors import Refused
from ledger.models import Loan, LoanBalance, LoanEvent, Posting
from ledger.operations import assess_late_fees, charge_fee, charge_off_loan, receive_payment, reverse_event, waive_fee
from ledger.replay import difference
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_product_version

OPENED = date(2008, 9, 30)
DAYS = st.integers(min_value=0, max_value=(BUSINESS_DATE - OPENED).days).map(lambda n: OPENED + timedelta(n))
CENTS = st.integers(min_value=1, max_value=400_000).map(lambda n: D(n) / 100)
HAPPENINGS = st.one_of(
    st.tuples(st.just("payment"), DAYS, CENTS),
    st.tuples(st.just("payment"), DAYS, CENTS),
    st.tuples(st.just("principal"), DAYS, CENTS),
    st.tuples(st.just("fee"), DAYS, CENTS.map(lambda amount: amount / 100 + 1).map(lambda a: a.quantize(D("0.01")))),
    st.tuples(st.just("waiver"), DAYS, CENTS.map(lambda amount: (amount / 100 + D("0.01")).quantize(D("0.01")))),
    st.tuples(st.just("reversal"), st.integers(min_value=0, max_value=9), CENTS),
)
on_one_database = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undo(Exception):
    pass


def happen(loan_id: int, what: str, when: Any, amount: D, key: str) -> None:
    """One happening; what the business refuses does not happen."""
    common = {"key": key, "by": None}
    try:
        if what in ("payment", "principal"):
            receive_payment(
                loan_id=loan_id, amount=amount, effective_on=when, principal_only=what == "principal", **common
            )
        elif what == "fee":
            charge_fee(loan_id=loan_id, amount=amount, effective_on=when, reason="x", **common)
        elif what == "waiver":
            waive_fee(loan_id=loan_id, amount=amount, effective_on=when, reason="x", **common)
        else:
            events = list(LoanEvent.objects.filter(loan_id=loan_id).order_by("id"))
            reverse_event(event_id=events[when % len(events)].pk, reason="x", **common)
    except Refused:
        pass


def stands(loan_id: int) -> dict[str, Any]:
    """Everything the balance says, but for what counts the order of arrival."""
    return {
        field.name: getattr(LoanBalance.objects.get(pk=loan_id), field.name)
        for field in LoanBalance._meta.local_fields
        if field.name not in ("loan", "tenant")
    }


def check_books(loan: Loan) -> None:
    balance = LoanBalance.objects.get(pk=loan.pk)
    gap = difference(loan, through=balance.accrued_through, late_fees_through=BUSINESS_DATE - timedelta(1))
    assert (gap.lines, gap.accruals) == ({}, {})
    posted = Posting.objects.filter(loan=loan).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    assert posted["debit"] == posted["credit"]
    events = LoanEvent.objects.filter(loan=loan, reversals=None)
    cash = Posting.objects.filter(loan=loan, account__role="cash").aggregate(net=Sum("debit") - Sum("credit"))["net"]
    paid = events.filter(kind="payment").aggregate(total=Sum("amount"))["total"] or D(0)
    assert cash == paid - loan.amount
    owed_by_role = dict(
        Posting.objects.filter(loan=loan).values_list("account__role").annotate(net=Sum("debit") - Sum("credit"))
    )
    assert owed_by_role.get("principal", D(0)) == balance.principal
    assert owed_by_role.get("fees", D(0)) == balance.fees
    assert -owed_by_role.get("unapplied", D(0)) == balance.unapplied


@pytest.fixture
def late_fee_loan(make_loan: Callable[..., Loan], people: Any) -> Loan:
    """A loan as the nights would have left it: accrued to today, with the late fees of two missed instalments."""
    loan = make_loan(version=make_product_version(people.administrator, people.auditor, late_fee=LATE_FEE))
    charge_fee(loan_id=loan.pk, amount=D("1.00"), effective_on=BUSINESS_DATE, reason="x", key="today", by=None)
    assess_late_fees(loan_id=loan.pk, through=BUSINESS_DATE - timedelta(1), key="nights")
    assert LoanBalance.objects.get(pk=loan.pk).fees == D("106.22")
    return loan


@on_one_database
@given(happenings=st.lists(HAPPENINGS, min_size=1, max_size=7))
def test_whatever_happens_the_books_say_what_the_events_say(late_fee_loan: Loan, happenings: list[Any]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            happen(late_fee_loan.pk, *happening, key=f"h-{number}")
            check_books(late_fee_loan)
        raise Undo


@on_one_database
@given(happenings=st.lists(HAPPENINGS, min_size=1, max_size=4), day=DAYS, amount=CENTS)
def test_a_reversal_restores_what_stood_to_the_cent(
    late_fee_loan: Loan, happenings: list[Any], day: date, amount: D
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            happen(late_fee_loan.pk, *happening, key=f"h-{number}")
        before = stands(late_fee_loan.pk)
        if LoanBalance.objects.get(pk=late_fee_loan.pk).open:
            event = receive_payment(loan_id=late_fee_loan.pk, amount=amount, effective_on=day, key="again", by=None)
            reverse_event(event_id=event.pk, reason="x", key="undone", by=None)
            assert stands(late_fee_loan.pk) == before
        raise Undo


@on_one_database
@given(
    payments=st.lists(st.tuples(DAYS, CENTS), min_size=2, max_size=4, unique_by=lambda payment: payment[0]),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_does_not_matter(loan: Loan, payments: list[tuple[date, D]], order: Any) -> None:
    outcomes = []
    for sequence in (sorted(payments), order.sample(payments, len(payments))):
        with pytest.raises(Undo), transaction.atomic():
            for number, (day, amount) in enumerate(sequence):
                happen(loan.pk, "payment", day, amount, f"p-{number}")
            happen(loan.pk, "fee", BUSINESS_DATE, D("1.00"), "last")
            outcomes.append(stands(loan.pk))
            raise Undo
    if LoanEvent.objects.filter(loan=loan).count() == 1 and all(outcome["open"] for outcome in outcomes):
        assert outcomes[0] == outcomes[1]


@on_one_database
@given(payments=st.lists(st.tuples(DAYS, CENTS), max_size=3))
def test_paying_what_is_owed_leaves_nothing_and_a_charge_off_leaves_nothing_either(
    loan: Loan, payments: list[tuple[date, D]]
) -> None:
    for way in ("payoff", "charge-off"):
        with pytest.raises(Undo), transaction.atomic():
            for number, (day, amount) in enumerate(payments):
                happen(loan.pk, "payment", day, amount, f"p-{number}")
            happen(loan.pk, "fee", BUSINESS_DATE, D("1.00"), "today")
            owed = LoanBalance.objects.get(pk=loan.pk).owed
            if owed:
                if way == "payoff":
                    receive_payment(loan_id=loan.pk, amount=owed, effective_on=BUSINESS_DATE, key="all", by=None)
                else:
                    charge_off_loan(loan_id=loan.pk, effective_on=BUSINESS_DATE, reason="x", key="all", by=None)
                balance = LoanBalance.objects.get(pk=loan.pk)
                assert (balance.principal, balance.interest, balance.fees, balance.open) == (0, 0, 0, False)
                assert Loan.objects.get(pk=loan.pk).state == ("paid_off" if way == "payoff" else "charged_off")
                check_books(Loan.objects.get(pk=loan.pk))
            raise Undo
