"""What a product decides about a loan's later life, and what the loan copies of it, the law's cap on late fees too."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from finance.errors import BadInput
from finance.late_fee_caps import NoLateFeeCap
from ledger.boarding import AgreedTerms, board_loan
from ledger.models import Loan, LoanBalance
from ledger.operations import assess_late_fees, charge_fee
from ledger.policies import NonAccrualPolicy, Policies, nonaccrual_of
from ledger.sql import execute
from ledger.terms import ProductTerms, terms_of
from parties.models import Party
from tests.conftest import BUSINESS_DATE, People, make_product_version


def test_a_product_that_says_nothing_stops_accrual_at_ninety_days_and_does_nothing_else(product_version: Any) -> None:
    policies = ProductTerms.of(product_version).policies
    assert policies == Policies()
    assert policies.copied(date(2008, 12, 31)) == {
        "nonaccrual": {"days": 90, "cash": "cash_basis", "restoration": "as_collected", "payments": 6},
        "charge_off_days": None,
        "small_balance": "0.00",
        "line": None,
    }


def test_a_loan_copies_what_its_product_decided(make_loan: Callable[..., Loan], people: People) -> None:
    version = make_product_version(
        people.administrator,
        people.portfolio_manager,
        nonaccrual={"days": 60, "cash": "cost_recovery"},
        charge_off_days=120,
        small_balance="5.00",
        line={"revolving": True, "draw_months": 6},
    )
    loan = make_loan(version=version)
    assert loan.terms["line"] == {"revolving": True, "draw_until": "2009-03-30"}
    assert (loan.terms["charge_off_days"], loan.terms["small_balance"]) == (120, "5.00")
    terms = terms_of(loan)
    assert (terms.nonaccrual_cash, terms.restoration, terms.small_balance) == ("cost_recovery", "as_collected", D("5"))


@pytest.mark.parametrize("terms", [{}, {"nonaccrual": None}])
def test_a_loan_without_a_policy_of_its_own_has_the_default(terms: dict[str, Any]) -> None:
    assert nonaccrual_of(terms) == NonAccrualPolicy()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"nonaccrual": {"days": 0}}, "nonaccrual.days cannot be 0: it must be a whole number of days, one or more."),
        ({"nonaccrual": {"cash": "hope"}}, 'nonaccrual.cash cannot be "hope": it must be one of cash_basis, '),
        (
            {"nonaccrual": {"payments": -1}},
            "nonaccrual.payments cannot be -1: it must be a whole number, zero or more.",
        ),
        (
            {"charge_off_days": 0},
            "charge_off_days cannot be 0: it must be a whole number of days, one or more, or null.",
        ),
        ({"small_balance": "-0.01"}, 'small_balance cannot be "-0.01": it must be zero or more.'),
        ({"line": {"revolving": True, "draw_months": 0}}, "line.draw_months cannot be 0: it must be a whole number"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        Policies.take(given)
    assert sentence in str(refusal.value)


# The law: 5 % of the instalment, at most 18.00, from the tenth day (small loans in Alabama since June 2007).
ALABAMA = {"grace_days": 5, "percent": "10", "flat": None, "combine": "greater", "law": "small_loan"}


@pytest.fixture
def capped(company: Any, people: People) -> Callable[..., Loan]:
    def make(state: str, late_fee: dict[str, Any] = ALABAMA) -> Loan:
        version = make_product_version(people.administrator, people.portfolio_manager, late_fee=late_fee)
        return board_loan(
            agreed=AgreedTerms(amount=D("2400.00"), rate=D("9.5"), months=12, disbursed_on=date(2008, 11, 20)),
            product_version=version,
            borrower=Party.objects.create(kind="person", name="Ada Example", state=state),
            legal_entity=company,
            key=f"capped-{state}",
            by=people.operations,
        )

    return make


def test_no_late_fee_is_above_the_laws_cap_nor_before_its_day(capped: Callable[..., Loan]) -> None:
    loan = capped("AL")
    assert loan.terms["late_fee"]["cap"] == {
        "grace_days": 10, "percent": "5", "flat": "18.00", "combine": "greater", "basis": "instalment",
        "citation": "Ala. Code 5-18-15.1",
    }  # fmt: skip
    charge_fee(loan_id=loan.pk, amount=D("1.00"), effective_on=BUSINESS_DATE, reason="x", key="today", by=None)
    # Due on 20 December: the note's five days of grace end on 25 December, the law's ten on the 30th.
    for on, fee in ((date(2008, 12, 29), None), (date(2008, 12, 30), D("18.00"))):
        found = execute("late_fee_candidates", on=on, loans=[loan.pk])
        assert [loan_id for loan_id, _ in found] == ([loan.pk] if fee else [])
        event = assess_late_fees(loan_id=loan.pk, through=on, key=f"night of {on}")
        # The note asks 10 % of 210.44, 21.04; the law allows the greater of 5 %, 10.52, and 18.00.
        assert (event.amount if event else None) == fee
    assert LoanBalance.objects.get(pk=loan.pk).fees == D("19.00")


def test_a_state_whose_law_is_not_known_gets_no_loan_with_a_late_fee(capped: Callable[..., Loan]) -> None:
    with pytest.raises(NoLateFeeCap) as refusal:
        capped("WY")
    assert str(refusal.value) == (
        "The law on late fees is not known for small loan in WY on 2008-11-20: add its row to the table of caps, with "
        "the citation, or charge no late fee."
    )
    assert not Loan.objects.exists()


def test_a_product_that_names_no_law_has_no_cap(capped: Callable[..., Loan]) -> None:
    loan = capped("WY", ALABAMA | {"law": None})
    rule = terms_of(loan).late_fee
    assert loan.terms["late_fee"]["cap"] is None
    assert rule is not None
    assert (rule.cap, rule.grace_days) == (None, 5)
