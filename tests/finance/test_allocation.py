"""Every cent of a payment goes somewhere, once."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from finance.allocation import Split, allocate
from finance.terms import PARTS

MONEY = st.decimals(0, 10**9, places=2)
DUE = Split(fees=D("25.00"), interest=D("40.00"), principal=D("300.00"))


def test_a_short_payment_pays_fees_then_interest() -> None:
    assert allocate(D("50.00"), DUE, PARTS) == Split(fees=D("25.00"), interest=D("25.00"))


def test_the_order_is_the_products_choice() -> None:
    order = ("interest", "principal", "fees")
    assert allocate(D("360.00"), DUE, order) == Split(interest=D("40.00"), principal=D("300.00"), fees=D("20.00"))


def test_more_than_all_that_is_owed_is_held_unapplied() -> None:
    assert allocate(D("400.00"), DUE, PARTS) == Split(
        fees=D("25.00"), interest=D("40.00"), principal=D("300.00"), unapplied=D("35.00")
    )


def test_principal_only_passes_fees_and_interest_by() -> None:
    assert allocate(D("310.00"), DUE, PARTS, principal_only=True) == Split(principal=D("300.00"), unapplied=D("10.00"))


@given(MONEY, MONEY, MONEY, MONEY, st.permutations(PARTS), st.booleans())
def test_every_cent_is_placed_once_and_no_part_gets_more_than_its_due(
    amount: D, fees: D, interest: D, principal: D, order: list[str], principal_only: bool
) -> None:
    split = allocate(
        amount, Split(fees=fees, interest=interest, principal=principal), order, principal_only=principal_only
    )
    assert split.fees + split.interest + split.principal + split.unapplied == amount
    assert 0 <= split.fees <= fees
    assert 0 <= split.interest <= interest
    assert 0 <= split.principal <= principal
    assert split.unapplied >= 0
