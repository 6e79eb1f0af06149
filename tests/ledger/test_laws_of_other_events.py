"""The laws of the books with everything that can befall a loan: what happens is drawn, and the books still agree."""

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
from finance.terms import CHOICES
from ledger import operations
from ledger.close.proof import LAST, balances, replay_differences, subledger
from ledger.models import Loan, LoanBalance, LoanEvent, Posting
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_product_version

OPENED = date(2008, 9, 30)
DAYS = st.integers(min_value=0, max_value=(BUSINESS_DATE - OPENED).days).map(lambda n: OPENED + timedelta(n))
CENTS = st.integers(min_value=1, max_value=600_000).map(lambda n: D(n) / 100)
SMALL = st.integers(min_value=1, max_value=9_000).map(lambda n: D(n) / 100)
PLAIN = ("place_on_nonaccrual", "restore_accrual", "write_off_small_balance", "charge_off_loan")
MONEY = ("receive_payment", "receive_payment", "apply_credit", "receive_escrow")
WITH_REASON = ("refund_credit", "disburse_escrow", "draw_funds", "charge_fee", "waive_fee")
PAID = st.tuples(st.sampled_from(MONEY), DAYS, CENTS.map(lambda amount: {"amount": amount}))
CAPITALISED = st.tuples(
    st.just("capitalise"), DAYS, st.sampled_from(["interest", "fees"]).map(lambda p: {"part": p, "reason": "x"})
)
# What is decided by its own figures, and not by where the loan stood when it arrived.
ORDERLY = st.one_of(
    st.tuples(st.just("place_on_nonaccrual"), DAYS, st.just({"reason": "x"})),
    PAID,
    CAPITALISED,
    st.tuples(st.just("charge_fee"), DAYS, SMALL.map(lambda amount: {"amount": amount, "reason": "x"})),
)
HAPPENINGS = st.one_of(
    st.tuples(st.sampled_from(PLAIN), DAYS, st.just({"reason": "x"})),
    PAID,
    st.tuples(st.sampled_from(WITH_REASON), DAYS, SMALL.map(lambda amount: {"amount": amount, "reason": "x"})),
    st.tuples(st.sampled_from(["sell_loan", "buy_back_loan"]), DAYS, CENTS.map(lambda a: {"amount": a, "reason": "x"})),
    CAPITALISED,
    st.tuples(
        st.sampled_from(["defer_instalments", "extend_loan", "re_amortise_loan"]),
        DAYS,
        st.integers(1, 3).map(lambda count: {"count": count, "reason": "x"}),
    ),
    st.tuples(
        st.just("restructure_loan"),
        DAYS,
        st.fixed_dictionaries(
            {
                "interest": st.sampled_from(CHOICES),
                "fees": st.sampled_from(CHOICES),
                "rate": st.sampled_from([None, D("3.65")]),
                "reason": st.just("x"),
            }
        ),
    ),
    st.tuples(st.just("change_rate"), DAYS, st.just({"rate": D("14.6"), "reason": "x"})),
    st.tuples(st.just("reverse"), st.integers(min_value=0, max_value=9), st.just({})),
)
# Whatever its sign, money that comes in or goes out is in the cash account once.
CASH = {
    "payment": 1, "payoff": 1, "recovery": 1, "escrow_deposit": 1, "sale": 1,
    "disbursement": -1, "draw": -1, "refund": -1, "escrow_disbursement": -1, "buy_back": -1,
}  # fmt: skip
PARTS = {"principal": 1, "interest": 1, "fees": 1, "unapplied": -1, "escrow": -1, "suspense": -1, "applied": -1}
on_one_database = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undo(Exception):
    pass


def happen(loan_id: int, what: str, when: Any, given: dict[str, Any], key: str) -> LoanEvent | None:
    """One happening; what the business refuses does not happen."""
    try:
        if what == "reverse":
            events = list(LoanEvent.objects.filter(loan_id=loan_id).order_by("id"))
            return operations.reverse_event(event_id=events[when % len(events)].pk, reason="x", key=key, by=None)
        act = getattr(operations, what)
        done: LoanEvent = act(loan_id=loan_id, effective_on=when, key=key, by=None, **given)
    except Refused:
        return None
    return done


def stands(loan_id: int) -> dict[str, Any]:
    row = LoanBalance.objects.get(pk=loan_id)
    names = [field.name for field in LoanBalance._meta.local_fields if field.name not in ("loan", "tenant")]
    return {name: getattr(row, name) for name in names} | {"state": Loan.objects.get(pk=loan_id).state}


def check_books(loan: Loan) -> None:
    """Replay is ledger, the balance is its postings, the loans are the general ledger, and cash is what moved."""
    assert replay_differences([loan.pk], late_fees_through=BUSINESS_DATE - timedelta(1)) == []
    assert balances(0, LAST) == []
    assert subledger()[1] == []
    sold_while = sold_days(loan)
    events = LoanEvent.objects.filter(loan=loan, reversals=None)
    cash = sum(
        (CASH.get(row.kind, 0) * (row.amount or D(0)) for row in events if not collected_by_the_buyer(row, sold_while)),
        D(0),
    )
    posted = Posting.objects.filter(loan=loan, account__role="cash")
    assert posted.aggregate(net=Sum("debit") - Sum("credit"))["net"] == cash


def sold_days(loan: Loan) -> list[tuple[date, date]]:
    trades = LoanEvent.objects.filter(loan=loan, reversals=None, kind__in=["sale", "buy_back"])
    days = [row.effective_on for row in trades.order_by("effective_on")]
    return list(zip(days[::2], [*days[1::2], date.max], strict=False))


def collected_by_the_buyer(row: LoanEvent, sold_while: list[tuple[date, date]]) -> bool:
    theirs = any(sold < row.effective_on <= back for sold, back in sold_while)
    return theirs and row.kind in ("payment", "payoff", "recovery")


@pytest.fixture
def whole_loan(make_loan: Callable[..., Loan], people: Any) -> Loan:
    """A revolving line with late fees and a tolerance, accrued to today."""
    version = make_product_version(
        people.administrator,
        people.auditor,
        late_fee=LATE_FEE,
        small_balance="40.00",
        line={"revolving": True, "draw_months": 6},
        nonaccrual={"payments": 0, "cash": "cost_recovery", "restoration": "at_once"},
        limits={name: {"most": 99, "in_months": None} for name in ("deferral", "extension")},
    )
    loan = make_loan(version=version)
    operations.charge_fee(
        loan_id=loan.pk, amount=D("1.00"), effective_on=BUSINESS_DATE, reason="x", key="today", by=None
    )
    operations.assess_late_fees(loan_id=loan.pk, through=BUSINESS_DATE - timedelta(1), key="nights")
    return loan


@on_one_database
@given(happenings=st.lists(HAPPENINGS, min_size=1, max_size=8))
def test_whatever_befalls_a_loan_the_books_say_what_its_events_say(whole_loan: Loan, happenings: list[Any]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            happen(whole_loan.pk, *happening, key=f"h-{number}")
            check_books(whole_loan)
        raise Undo


@on_one_database
@given(happenings=st.lists(HAPPENINGS, min_size=1, max_size=5), last=HAPPENINGS)
def test_a_reversal_restores_what_stood_to_the_cent(whole_loan: Loan, happenings: list[Any], last: Any) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            happen(whole_loan.pk, *happening, key=f"h-{number}")
        before = stands(whole_loan.pk)
        event = happen(whole_loan.pk, *last, key="last")
        if event is not None and event.kind not in ("reversal", "draw") and stands(whole_loan.pk) != before:
            accrued_through = stands(whole_loan.pk)["accrued_through"]
            operations.reverse_event(event_id=event.pk, reason="x", key="undone", by=None)
            if before["accrued_through"] == accrued_through:
                assert stands(whole_loan.pk) == before
            check_books(whole_loan)
        raise Undo


@on_one_database
@given(
    happenings=st.lists(ORDERLY, min_size=2, max_size=4, unique_by=lambda happening: happening[1]),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_does_not_matter(whole_loan: Loan, happenings: list[Any], order: Any) -> None:
    outcomes = []
    for sequence in (sorted(happenings, key=lambda h: h[1]), order.sample(happenings, len(happenings))):
        with pytest.raises(Undo), transaction.atomic():
            done = [happen(whole_loan.pk, *happening, key=f"h-{n}") for n, happening in enumerate(sequence)]
            outcomes.append((stands(whole_loan.pk), None not in done))
            raise Undo
    # Where none was refused, the same things have happened.
    if all(whole for _, whole in outcomes):
        assert outcomes[0] == outcomes[1]


@on_one_database
@given(happenings=st.lists(HAPPENINGS, max_size=4), way=st.sampled_from(["payoff", "sale"]))
def test_after_a_payoff_or_a_sale_nothing_is_left(whole_loan: Loan, happenings: list[Any], way: str) -> None:
    with pytest.raises(Undo), transaction.atomic():
        for number, happening in enumerate(happenings):
            happen(whole_loan.pk, *happening, key=f"h-{number}")
        balance = LoanBalance.objects.get(pk=whole_loan.pk)
        if balance.open and not (balance.unapplied or balance.escrow):
            common = {"loan_id": whole_loan.pk, "effective_on": BUSINESS_DATE, "key": "end", "by": None}
            if way == "payoff":
                operations.receive_payoff(amount=balance.owed, **common)
            else:
                operations.sell_loan(amount=D("9000.00"), reason="x", **common)
            left = stands(whole_loan.pk)
            assert [left[part] for part in PARTS] == [0] * len(PARTS)
            assert (left["open"], left["state"]) == (False, "paid_off" if way == "payoff" else "sold")
            for part in PARTS:
                rows = Posting.objects.filter(loan=whole_loan, account__role=part)
                posted = rows.aggregate(net=Sum("debit") - Sum("credit"))["net"] or D(0)
                if part not in ("interest", "suspense"):  # of these the accruals are a part
                    assert posted == 0, part
            check_books(whole_loan)
        raise Undo
