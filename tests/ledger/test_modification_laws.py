"""Laws of modifications, tried on drawn histories: whatever happens around them, the books say what the events say."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.errors import Refused
from ledger.close.proof import replay_differences
from ledger.models import Loan, LoanBalance, LoanEvent
from ledger.operations import (
    assess_late_fees,
    change_due_day,
    change_rate,
    change_rate_and_payment,
    charge_fee,
    defer_instalments,
    extend_loan,
    re_age_loan,
    re_amortise_loan,
    recast_loan,
    receive_payment,
    restructure_loan,
    reverse_event,
)
from ledger.standing import carried, position, read_account
from ledger.terms import terms_of
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_product_version
from tests.ledger.test_laws import OPENED, Undo, happen, stands

DAYS = st.integers(min_value=0, max_value=(BUSINESS_DATE - OPENED).days).map(lambda n: OPENED + timedelta(n))
CENTS = st.integers(min_value=1, max_value=400_000).map(lambda n: D(n) / 100)
CHOICES = st.sampled_from(["carry", "capitalise", "waive"])
# (operation, its own arguments): every change of terms that a loan of this test may take.
CHANGES = st.one_of(
    st.tuples(st.just(recast_loan), st.just({})),
    st.tuples(st.just(extend_loan), st.fixed_dictionaries({"count": st.integers(1, 12)})),
    st.tuples(st.just(defer_instalments), st.fixed_dictionaries({"count": st.integers(1, 3)})),
    st.tuples(st.just(change_due_day), st.fixed_dictionaries({"day": st.integers(1, 31)})),
    st.tuples(st.just(re_age_loan), st.just({})),
    st.tuples(st.just(re_amortise_loan), st.fixed_dictionaries({"count": st.integers(1, 18)})),
    st.tuples(st.just(change_rate_and_payment), st.fixed_dictionaries({"rate": st.sampled_from([D("0"), D("5.5")])})),
    st.tuples(st.just(change_rate), st.fixed_dictionaries({"rate": st.sampled_from([D("7.3"), D("14.6")])})),
    st.tuples(
        st.just(restructure_loan),
        st.fixed_dictionaries(
            {"interest": CHOICES, "fees": CHOICES, "rate": st.sampled_from([None, D("3.65")]), "count": st.just(9)}
        ),
    ),
)
HAPPENINGS = st.one_of(
    st.tuples(st.just("change"), DAYS, CHANGES),
    st.tuples(st.just("change"), DAYS, CHANGES),
    st.tuples(st.just("payment"), DAYS, CENTS),
    st.tuples(st.just("fee"), DAYS, st.just(D("25.00"))),
    st.tuples(st.just("reversal"), st.integers(min_value=0, max_value=9), CENTS),
)
on_one_database = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def take_place(loan_id: int, what: str, when: Any, about: Any, key: str) -> LoanEvent | None:
    """One happening; what the business refuses does not happen."""
    if what != "change":
        happen(loan_id, what, when, about, key)
        return None
    operation, own = about
    try:
        event: LoanEvent = operation(loan_id=loan_id, effective_on=when, reason="x", key=key, by=None, **own)
    except Refused:
        return None
    return event


def check_books(loan_id: int) -> None:
    assert replay_differences([loan_id], late_fees_through=BUSINESS_DATE - timedelta(1)) == []
    balance = LoanBalance.objects.select_related("loan").get(pk=loan_id)
    at = position(read_account(balance.loan), as_of=balance.accrued_through)
    books = carried(balance, terms_of(balance.loan), balance.accrued_through)
    assert (at.terms, at.arrears, at.payoff) == (books.terms, books.arrears, books.payoff)


@pytest.fixture
def modified_loan(make_loan: Callable[..., Loan], people: Any) -> Loan:
    """As the nights left it, with the late fees of two missed instalments; its product allows any number of changes."""
    free = {"most": 99, "in_months": None}
    limits = {
        "deferral": free,
        "extension": free,
        "due_date_change": free,
        "re_age": {"months_open": 0, "payments_in_a_row": 0, "once_in_months": 0, "twice_in_months": 0},
    }
    version = make_product_version(people.administrator, people.auditor, late_fee=LATE_FEE, limits=limits)
    loan = make_loan(version=version)
    charge_fee(loan_id=loan.pk, amount=D("1.00"), effective_on=BUSINESS_DATE, reason="x", key="today", by=None)
    assess_late_fees(loan_id=loan.pk, through=BUSINESS_DATE - timedelta(1), key="nights")
    return loan


@on_one_database
@given(happenings=st.lists(HAPPENINGS, min_size=1, max_size=6))
def test_whatever_happens_the_books_say_what_the_events_say(modified_loan: Loan, happenings: list[Any]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            take_place(modified_loan.pk, *happening, key=f"h-{number}")
            check_books(modified_loan.pk)
        raise Undo


@on_one_database
@given(happenings=st.lists(HAPPENINGS, max_size=4), day=DAYS, change=CHANGES)
def test_reversing_a_change_of_terms_restores_what_stood_to_the_cent(
    modified_loan: Loan, happenings: list[Any], day: date, change: Any
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            take_place(modified_loan.pk, *happening, key=f"h-{number}")
        before = stands(modified_loan.pk)
        event = take_place(modified_loan.pk, "change", day, change, "again")
        if event is not None:
            reverse_event(event_id=event.pk, reason="x", key="undone", by=None)
            assert stands(modified_loan.pk) == before
        raise Undo


@on_one_database
@given(
    change=CHANGES,
    day=DAYS,
    payments=st.lists(st.tuples(DAYS, CENTS), min_size=2, max_size=4, unique_by=lambda payment: payment[0]),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_payments_around_it_arrive_does_not_matter(
    modified_loan: Loan, change: Any, day: date, payments: list[tuple[date, D]], order: Any
) -> None:
    outcomes = []
    for sequence in (sorted(payments), order.sample(payments, len(payments))):
        with pytest.raises(Undo), transaction.atomic():
            take_place(modified_loan.pk, "change", day, change, "change")
            taken = 0
            for number, (on, amount) in enumerate(sequence):
                try:
                    receive_payment(
                        loan_id=modified_loan.pk, amount=amount, effective_on=on, key=f"p-{number}", by=None
                    )
                    taken += 1
                except Refused:  # paid off by the others, so not the same payments were taken
                    pass
            outcomes.append((taken, stands(modified_loan.pk)))
            raise Undo
    if outcomes[0][0] == outcomes[1][0] == len(payments):
        assert outcomes[0][1] == outcomes[1][1]


@on_one_database
@given(paydown=st.integers(1, 800_000).map(lambda n: D(n) / 100))
def test_a_recast_keeps_the_principal_and_pays_out(modified_loan: Loan, paydown: D) -> None:
    with pytest.raises(Undo), transaction.atomic():
        happen(modified_loan.pk, "payment", BUSINESS_DATE, D("3400.00"), "current")
        happen(modified_loan.pk, "principal", BUSINESS_DATE, paydown, "down")
        before = stands(modified_loan.pk)
        event = take_place(modified_loan.pk, "change", BUSINESS_DATE, (recast_loan, {}), "recast")
        assert event is not None
        after = stands(modified_loan.pk)
        for name in ("principal", "interest", "fees", "unapplied", "rate", "accrued_units", "credit", "dpd"):
            assert after[name] == before[name], name
        last = event.instalments.order_by("-number").first()
        assert last is not None
        assert last.balance_after == 0
        raise Undo
