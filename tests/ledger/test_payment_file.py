"""A bank's file of payments: each line placed or refused by itself, and the books as if they had come one by one."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.errors import Refused
from ledger.models import Accrual, Entry, LoanBalance, LoanEvent, Posting
from ledger.operations import receive_payment, receive_payments
from ledger.operations.payment_file import Outcome, PaymentLine, place_file, reverse_file, shares
from ledger.replay import difference
from tests.conftest import BUSINESS_DATE, People
from tests.ledger.books import books

OPENED = date(2008, 9, 30)


class Undo(Exception):
    pass


@pytest.fixture
def loans(make_loan: Callable[..., Any]) -> list[Any]:
    """Three loans of $12,000.00 at 9.5 % since 30 September; nothing paid."""
    return [make_loan() for _ in range(3)]


def line(loan: Any, amount: str = "1052.21", on: date = BUSINESS_DATE, key: str = "1") -> PaymentLine:
    return PaymentLine(loan_id=loan.pk, amount=D(amount), effective_on=on, key=key)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (LoanEvent, Entry, Posting, Accrual))


def said(outcomes: list[Outcome]) -> list[str | None]:
    return [str(outcome.refusal) if outcome.refusal else None for outcome in outcomes]


def test_each_line_is_placed_as_a_payment_at_the_counter_would_be(loans: list[Any], people: People) -> None:
    outcomes = receive_payments(
        key="f", lines=[line(loan, key=str(k)) for k, loan in enumerate(loans)], by=people.operations
    )
    assert said(outcomes) == [None, None, None]
    for outcome, loan in zip(outcomes, loans, strict=True):
        assert outcome.event is not None
        stored = LoanEvent.objects.get(pk=outcome.event.pk)
        assert (stored.loan_id, stored.amount, stored.source, stored.by) == (
            loan.pk,
            D("1052.21"),
            "file",
            people.operations,
        )
        (entry,) = stored.entries.all()
        found = entry.postings.order_by("id").values_list("account__role", "debit", "credit")
        assert list(found) == [
            ("principal", D("0.00"), D("764.87")),
            ("interest", D("0.00"), D("287.34")),
            ("cash", D("1052.21"), D("0.00")),
        ]
        assert LoanBalance.objects.get(pk=loan.pk).principal == D("11235.13")


def test_the_same_file_again_returns_its_events_and_moves_nothing(loans: list[Any], people: People) -> None:
    lines = [line(loan, key=str(k)) for k, loan in enumerate(loans)]
    first = receive_payments(key="f", lines=lines, by=people.operations)
    before = counts()
    again = receive_payments(key="f", lines=lines, by=people.operations)
    assert [outcome.event for outcome in again] == [outcome.event for outcome in first]
    assert counts() == before


def test_what_cannot_be_placed_is_refused_with_its_sentence_and_stops_no_other_line(
    loans: list[Any], people: People
) -> None:
    paid_off, first, second = loans
    receive_payment(loan_id=paid_off.pk, amount=D("12287.34"), effective_on=BUSINESS_DATE, key="all", by=None)
    before = counts()
    lines = [
        line(paid_off, key="closed"),
        PaymentLine(loan_id=987654321, amount=D("10.00"), effective_on=BUSINESS_DATE, key="unknown"),
        line(first, on=BUSINESS_DATE + timedelta(1), key="future"),
        line(first, on=OPENED - timedelta(1), key="past"),
        line(first, "0.00", key="nothing"),
        line(first, "1.005", key="half a cent"),
        line(first, key="x" * 99),
        line(second, key="good"),
        line(second, "7.00", key="good"),
        line(second, key="good"),
    ]
    outcomes = receive_payments(key="f", lines=lines, by=people.operations)
    assert said(outcomes) == [
        f"Loan {paid_off.number} is paid off: it takes no payments. A reversal of what ended it opens it again.",
        "There is no loan 987654321 in these books: nothing was posted. Find the loan that the payment is for.",
        "2009-01-01 is after the business date 2008-12-31: it can be posted when that day has come.",
        f"2008-09-29 is before loan {first.number} was paid out on 2008-09-30: choose that day or a later one.",
        "0.00 cannot be paid: an amount is more than zero, in dollars and cents.",
        "1.005 cannot be paid: an amount is more than zero, in dollars and cents.",
        f"The key {'x' * 99} has more than 100 characters with the file's: use shorter references.",
        None,
        "The key f/good was already used for something else: nothing was posted. Start again from the loan's page.",
        None,
    ]
    assert outcomes[7].event is outcomes[9].event
    events, entries, postings, accruals = before
    assert counts() == (events + 1, entries + 1, postings + 3, accruals + 1)


def test_a_file_of_unknown_loans_alone_is_refused_line_by_line(tenant: Any, people: People) -> None:
    lines = [PaymentLine(loan_id=k, amount=D("1.00"), effective_on=BUSINESS_DATE, key=str(k)) for k in (8, 9)]
    assert [outcome.refusal.code for outcome in receive_payments(key="f", lines=lines, by=None)] == [  # type: ignore[union-attr]
        "no_such_loan"
    ] * 2


def test_what_the_database_refuses_is_refused_alone(loans: list[Any], people: People) -> None:
    lines = [line(loans[0], key="1"), line(loans[1], "99999999999999999.00", key="2"), line(loans[2], key="3")]
    outcomes = receive_payments(key="f", lines=lines, by=people.operations)
    assert [outcome.refusal and outcome.refusal.code for outcome in outcomes] == [None, "not_posted", None]
    assert "numeric field overflow" in str(outcomes[1].refusal)
    assert LoanBalance.objects.get(pk=loans[1].pk).principal == D("12000.00")
    assert LoanBalance.objects.get(pk=loans[2].pk).principal == D("11235.13")


def test_lines_of_one_loan_stay_together_and_in_order_when_a_file_is_shared(loans: list[Any]) -> None:
    lines = [line(loans[k % 3], key=str(k)) for k in range(9)]
    shared = shares(lines, 2)
    assert sorted((one.key for part in shared for one in part), key=int) == [str(k) for k in range(9)]
    for part in shared:
        for loan in {one.loan_id for one in part}:
            assert [one.key for one in part if one.loan_id == loan] == [one.key for one in lines if one.loan_id == loan]


def test_a_file_taken_back_leaves_what_stood_before_it(tenant: Any, loans: list[Any], people: People) -> None:
    charge = {"effective_on": BUSINESS_DATE, "by": people.operations}
    for loan in loans:  # accrued to today before and after
        receive_payment(loan_id=loan.pk, amount=D("1.00"), key=f"before-{loan.pk}", **charge)
    before = {row["loan_id"]: row for row in LoanBalance.objects.values()}
    lines = [line(loan, key=f"{k}-{on}", on=on) for k, loan in enumerate(loans) for on in (BUSINESS_DATE, OPENED)]
    lines.append(line(loans[0], "50000.00", key="all"))
    refused = PaymentLine(loan_id=987654321, amount=D("10.00"), effective_on=BUSINESS_DATE, key="unknown")
    placed = list(place_file(tenant.pk, key="f", lines=[*lines, refused], by=people.operations, batch=2))
    assert said(placed)[:-1] == [None] * 7
    taken = list(reverse_file(tenant.pk, key="f", lines=[*lines, refused], reason="twice", by=people.operations))
    assert [(outcome.line.key, outcome.refusal) for outcome in taken] == [(one.key, None) for one in reversed(lines)]
    assert {row["loan_id"]: row for row in LoanBalance.objects.values()} == before
    after = counts()
    assert all(
        outcome.event for outcome in reverse_file(tenant.pk, key="f", lines=lines, reason="twice", by=people.operations)
    )
    assert counts() == after


def test_a_batch_takes_the_same_number_of_queries_for_three_lines_and_for_nine(
    make_loan: Callable[..., Any], people: People, django_assert_num_queries: Any
) -> None:
    many = [make_loan() for _ in range(12)]
    receive_payments(key="warm", lines=[line(many[0])], by=people.operations)  # accounts are looked up once
    for part in (many[:3], many[3:]):
        # A savepoint, hold, write, and the savepoint's end.
        with django_assert_num_queries(4):
            receive_payments(key="f", lines=[line(loan, key=str(loan.pk)) for loan in part], by=people.operations)


DAYS = st.integers(min_value=0, max_value=(BUSINESS_DATE - OPENED).days).map(lambda n: OPENED + timedelta(n))
AMOUNTS = st.integers(min_value=1, max_value=700_000).map(lambda n: D(n) / 100)
LINES = st.lists(
    st.tuples(st.integers(0, 2), AMOUNTS, st.one_of(st.just(BUSINESS_DATE), DAYS), st.integers(0, 9)), max_size=7
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=LINES, batch=st.integers(1, 7))
def test_a_file_leaves_the_books_that_its_payments_one_by_one_leave(
    tenant: Any, loans: list[Any], drawn: list[Any], batch: int
) -> None:
    lines = [PaymentLine(loans[k].pk, amount.quantize(D("0.01")), on, f"k{key}") for k, amount, on, key in drawn]
    left, refused = [], []
    with pytest.raises(Undo), transaction.atomic():
        outcomes = list(place_file(tenant.pk, key="f", lines=lines, by=None, batch=batch))
        left.append(books())
        refused.append([outcome.refusal and outcome.refusal.code for outcome in outcomes])
        for loan in loans:
            through = LoanBalance.objects.get(pk=loan.pk).accrued_through
            assert difference(loan, through=through, late_fees_through=BUSINESS_DATE - timedelta(1)).nothing
        raise Undo
    with pytest.raises(Undo), transaction.atomic():
        codes = []
        for one in lines:
            try:
                receive_payment(
                    loan_id=one.loan_id,
                    amount=one.amount,
                    effective_on=one.effective_on,
                    key=f"f/{one.key}",
                    by=None,
                    source="file",
                )
                codes.append(None)
            except Refused as refusal:
                codes.append(refusal.code)
        left.append(books())
        refused.append(codes)
        raise Undo
    assert refused[0] == refused[1]
    assert left[0] == left[1]
