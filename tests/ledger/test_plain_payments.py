"""Payments that the database places by itself: the rows are those that finance/ asks for, or it leaves them alone."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.models import Account, Entry, Loan, LoanBalance, LoanEvent, Night
from ledger.operations import (
    charge_fee,
    charge_off_loan,
    defer_instalments,
    place_on_nonaccrual,
    receive_payment,
    reverse_event,
)
from ledger.operations.payments import enter_payment
from ledger.plain_payments import is_plain, known_places, take_plain
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE, People, make_product_version
from tests.ledger.books import books

CENTS = st.integers(min_value=1, max_value=150_000).map(lambda n: D(n) / 100)
TERMS = st.fixed_dictionaries(
    {
        "day_count": st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT"]),
        "rounding": st.sampled_from(["HALF_UP", "HALF_EVEN"]),
        "residue": st.sampled_from(["drop", "carry"]),
    }
)
# Days before the business date, and dollars.
HAPPENED = st.lists(st.tuples(st.sampled_from(["payment", "fee"]), st.integers(0, 90), CENTS), max_size=4)
on_one_database = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undo(Exception):
    pass


def taken(loan: Loan, amount: str, *, key: str = "p", on: date = BUSINESS_DATE) -> LoanEvent | None:
    return take_plain([loan.pk], [D(amount)], [key], effective_on=on, by=None, source="staff").get(0)


def learn(make_loan: Callable[..., Any], version: Any = None) -> None:
    """A payment that the counter placed on such a loan: from then on the accounts are known."""
    enter(make_loan(version=version), D("1.00"), "learn")


def enter(loan: Loan, amount: D, key: str, on: date = BUSINESS_DATE) -> LoanEvent:
    with transaction.atomic():
        return enter_payment(
            loan_id=loan.pk,
            amount=amount,
            effective_on=on,
            key=key,
            by=None,
            principal_only=False,
            purpose="ordinary",
            source="staff",
        )


@pytest.mark.django_db
@on_one_database
@given(
    terms=TERMS,
    age=st.integers(min_value=1, max_value=200),
    months=st.integers(min_value=3, max_value=24),
    happened=HAPPENED,
    amount=CENTS | st.sampled_from([D("287.34"), D("1052.21"), D("2104.42")]),
)
def test_what_it_places_is_what_the_counter_would_have_posted(
    make_loan: Callable[..., Any],
    people: People,
    terms: dict[str, str],
    age: int,
    months: int,
    happened: list[tuple[str, int, D]],
    amount: D,
) -> None:
    try:
        with transaction.atomic():
            version = make_product_version(people.administrator, people.auditor, **terms)
            learn(make_loan, version)
            opened = BUSINESS_DATE - timedelta(age)
            loan = make_loan(version=version, months=months, disbursed_on=opened)
            for k, (kind, before, dollars) in enumerate(happened):
                on = max(opened, BUSINESS_DATE - timedelta(before))
                common: dict[str, Any] = {"loan_id": loan.pk, "amount": dollars, "effective_on": on, "by": None}
                if kind == "fee":
                    charge_fee(**common, reason="x", key=f"h{k}")
                else:
                    receive_payment(**common, key=f"h{k}")
            found = []
            for way in (
                lambda: take_plain([loan.pk], [amount], ["p"], effective_on=BUSINESS_DATE, by=None, source="staff"),
                lambda: enter(loan, amount, "p"),
            ):
                try:
                    with transaction.atomic():
                        found.append((way(), books()))
                        raise Undo
                except Undo:
                    pass
            (placed, plain), (_, entered) = found
            if placed:
                assert plain == entered
            raise Undo
    except Undo:
        pass


@pytest.mark.parametrize(
    ("amount", "principal", "interest", "credit", "next_due", "lacks", "late"),
    [
        # $12,000.00 at 9.5 % from 30 September, twelve times $1,052.21: 287.34 of interest by 31 December.
        ("100.00", "12000.00", "187.34", "100.00", date(2008, 10, 30), "952.21", (62, "3056.63")),
        ("1052.21", "11235.13", "0.00", "1052.21", date(2008, 11, 30), "1052.21", (31, "2104.42")),
        ("3156.63", "9130.71", "0.00", "3156.63", date(2009, 1, 30), "1052.21", (0, "0.00")),
        ("5000.00", "7287.34", "0.00", "5000.00", date(2009, 2, 28), "261.05", (0, "0.00")),
    ],
)
def test_an_ordinary_payment_is_placed(
    make_loan: Callable[..., Any],
    amount: str,
    principal: str,
    interest: str,
    credit: str,
    next_due: date,
    lacks: str,
    late: tuple[int, str],
) -> None:
    learn(make_loan)
    loan = make_loan()
    event = taken(loan, amount)
    assert event is not None
    stored = LoanEvent.objects.get(pk=event.pk)
    columns = [field.attname for field in LoanEvent._meta.concrete_fields]
    assert {name: getattr(event, name) for name in columns} == {name: getattr(stored, name) for name in columns}
    balance = LoanBalance.objects.get(pk=loan.pk)
    assert (balance.principal, balance.interest, balance.credit) == (D(principal), D(interest), D(credit))
    assert (balance.next_due_on, balance.next_due_amount) == (next_due, D(lacks))
    assert (balance.dpd, balance.past_due_amount) == (late[0], D(late[1]))
    assert (balance.accrued_through, balance.last_event_on, balance.last_event_rank) == (
        BUSINESS_DATE,
        BUSINESS_DATE,
        4,
    )
    entry = Entry.objects.get(event=stored)
    lines = [("interest", D("0.00"), min(D(amount), D("287.34"))), ("cash", D(amount), D("0.00"))]
    if principal != "12000.00":
        lines.insert(0, ("principal", D("0.00"), D("12000.00") - D(principal)))
    assert list(entry.postings.order_by("id").values_list("account__role", "debit", "credit")) == lines
    assert (entry.key, entry.lines, entry.total) == ("p/entry", len(lines), D(amount))


def test_many_are_placed_in_one_call_and_a_loan_without_an_amount_is_only_locked(make_loan: Callable[..., Any]) -> None:
    learn(make_loan)
    first, second, third = (make_loan() for _ in range(3))
    placed = take_plain(
        [third.pk, first.pk, second.pk],
        [D("10.00"), None, D("20.00")],
        ["c", "a", "b"],
        effective_on=BUSINESS_DATE,
        by=None,
        source="file",
    )
    assert {k: (event.loan_id, event.amount, event.key, event.source) for k, event in placed.items()} == {
        0: (third.pk, D("10.00"), "c", "file"),
        2: (second.pk, D("20.00"), "b", "file"),
    }
    assert not LoanEvent.objects.filter(loan=first, kind="payment").exists()


def nothing(loan: Loan) -> None:
    pass


def on_today(operation: Callable[..., object], **given: Any) -> Callable[[Loan], object]:
    return lambda loan: operation(loan_id=loan.pk, effective_on=BUSINESS_DATE, key="before", by=None, **given)


def pay_before(loan: Loan) -> None:
    receive_payment(loan_id=loan.pk, amount=D("1.00"), effective_on=BUSINESS_DATE, key="p", by=None)


def close_the_day_before(loan: Loan) -> None:
    Night.objects.create(business_date=BUSINESS_DATE - timedelta(1), step="accrue")


def pay_principal(loan: Loan) -> None:
    """Within a day it comes after an ordinary payment."""
    receive_payment(
        loan_id=loan.pk, amount=D("1.00"), effective_on=BUSINESS_DATE, key="principal", by=None, principal_only=True
    )


# What of the terms, what happened before, the amount.
LEFT_ALONE: dict[str, tuple[dict[str, Any], Callable[[Loan], object], str]] = {
    "pays off": ({}, nothing, "12287.34"),
    "pays more than is owed": ({}, nothing, "12287.35"),
    "reaches the last instalment": ({}, nothing, "11600.00"),
    "non-accrual": ({}, on_today(place_on_nonaccrual, reason="x"), "100.00"),
    "charged off": ({}, on_today(charge_off_loan, reason="x"), "100.00"),
    "modified": ({}, on_today(defer_instalments, count=1, reason="x"), "100.00"),
    "its key was used": ({}, pay_before, "1.00"),
    "something later in the day stands": ({}, pay_principal, "1.00"),
    "a day is being closed": ({}, close_the_day_before, "1.00"),
    "interest before fees": ({"allocation_order": ["interest", "fees", "principal"]}, nothing, "1.00"),
    "a hierarchy of its own": ({"hierarchies": {"ordinary": {"by": "instalment"}}}, nothing, "1.00"),
    "prepayments shorten the loan": ({"prepayments": "curtail"}, nothing, "1.00"),
    "a tolerance": ({"past_due_tolerance": "5.00"}, nothing, "1.00"),
}


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_takes_judgement_is_left_alone_and_nothing_moves(
    make_loan: Callable[..., Any], people: People, case: str
) -> None:
    terms, happen, amount = LEFT_ALONE[case]
    version = make_product_version(people.administrator, people.auditor, **terms)
    learn(make_loan, version)
    loan = make_loan(version=version)
    happen(loan)
    before = books()
    assert taken(loan, amount) is None
    assert books() == before


def test_half_a_cent_that_becomes_income_is_left_alone(make_loan: Callable[..., Any], people: People) -> None:
    version = make_product_version(people.administrator, people.auditor, rounding="HALF_EVEN", residue="carry")
    learn(make_loan, version)
    loan = make_loan(version=version)
    # 0.125 owed, as 0.12; with a cent paid 0.115 is left, which is 0.12 too: the cent was income.
    LoanBalance.objects.filter(pk=loan.pk).update(
        accrued_units=D("0.125") * 160_308_000, interest=D("0.12"), accrued_through=BUSINESS_DATE
    )
    assert taken(loan, "0.01") is None
    assert taken(loan, "0.02", key="q") is not None
    assert LoanBalance.objects.get(pk=loan.pk).interest == D("0.10")


def test_two_instalments_on_one_day_are_left_alone(make_loan: Callable[..., Any]) -> None:
    learn(make_loan)
    loan = make_loan()
    LoanBalance.objects.filter(pk=loan.pk).update(next_due_on=loan.opened_on)
    assert taken(loan, "1.00") is None


@pytest.mark.parametrize("days", [-1, 1])
def test_another_day_than_today_is_left_alone(make_loan: Callable[..., Any], days: int) -> None:
    learn(make_loan)
    loan, other_day = make_loan(), BUSINESS_DATE + timedelta(days)
    assert taken(loan, "1.00", on=other_day) is None
    Tenant.objects.update(business_date=other_day)
    enter(make_loan(), D("1.00"), "first", other_day)
    assert taken(loan, "1.00", on=other_day) is not None


# Every term that a loan copies, and why ledger_take_payments may place a payment without another look at it.
CONSIDERED = {
    "asks for none of its own": ["allocation_order", "hierarchies", "prepayments", "past_due_tolerance"],
    "computes with it": ["day_count", "rounding", "residue"],
    "is of the schedule, which stands": ["method", "frequency", "payment", "index", "line"],
    "is the night's": ["late_fee", "bucket_edges", "small_balance", "charge_off_days"],
    "counts on non-accrual alone": ["nonaccrual"],
}


def test_every_term_of_a_loan_was_considered(loan: Loan) -> None:
    assert set(loan.terms) == {name for names in CONSIDERED.values() for name in names}


def test_accounts_are_learnt_day_by_day_and_company_by_company(make_loan: Callable[..., Any]) -> None:
    loan, other = make_loan(), make_loan()
    assert known_places(BUSINESS_DATE) == {}
    assert taken(loan, "1.00") is None
    enter(other, D("1.00"), "first")
    ((place, accounts),) = known_places(BUSINESS_DATE).items()
    assert place == (loan.legal_entity_id, loan.product_version_id, "USD")
    roles = dict(Account.objects.values_list("pk", "role"))
    assert [roles[pk] for pk in accounts] == ["cash", "principal", "interest", "fees"]
    assert taken(loan, "1.00") is not None


@pytest.mark.parametrize(
    ("amount", "key", "plain"),
    [
        ("1.00", "k" * 100, True),
        ("1.00", "k" * 101, False),
        ("0.00", "k", False),
        ("-1.00", "k", False),
        ("1.005", "k", False),
    ],
)
def test_only_amounts_and_keys_that_fit_are_asked_about(amount: str, key: str, plain: bool) -> None:
    assert is_plain(D(amount), key) is plain


def test_a_reversal_of_a_plain_payment_restores_the_loan(make_loan: Callable[..., Any]) -> None:
    learn(make_loan)
    loan = make_loan()
    charge_fee(loan_id=loan.pk, amount=D("5.00"), effective_on=BUSINESS_DATE, reason="x", key="fee", by=None)
    before = LoanBalance.objects.values().get(pk=loan.pk)
    event = taken(loan, "1100.00")
    assert event is not None
    assert LoanBalance.objects.get(pk=loan.pk).fees == 0
    reverse_event(event_id=event.pk, reason="x", key="back", by=None)
    assert LoanBalance.objects.values().get(pk=loan.pk) == before
