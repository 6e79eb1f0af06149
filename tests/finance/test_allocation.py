"""Every cent of a payment goes somewhere, once, in the order that the loan's hierarchy says."""

from datetime import date, timedelta
from decimal import Decimal as D
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.allocation import PARTS, WHENS, Filled, Hierarchy, Pot, Split, Unmet, fill, in_turn, pots, split_of, usual
from finance.errors import BadInput
from tests.finance.shorthand import Amounts, dollars, one_of_each

AMOUNTS, MONEY = Amounts(0, 10**11), st.integers(0, 10**11).map(dollars)
ON = date(2026, 3, 15)
DUE = Split(fees=D("25.00"), interest=D("40.00"), principal=D("300.00"))
# Two instalments of $100.00 are late, of which $15.00 and $10.00 are interest; $15.00 of interest came since.
LATE = [
    Unmet(due_on=date(2026, 1, 15), lacks=D("100.00"), interest=D("15.00")),
    Unmet(due_on=date(2026, 2, 15), lacks=D("100.00"), interest=D("10.00")),
]


def split(amount: str, hierarchy: Hierarchy, unmet: list[Unmet] = LATE) -> Split:
    return split_of(D(amount), fill(D(amount), pots(DUE, unmet, ON), hierarchy))


def parts(fees: str = "0.00", interest: str = "0.00", principal: str = "0.00", unapplied: str = "0.00") -> Split:
    return Split(fees=D(fees), interest=D(interest), principal=D(principal), unapplied=D(unapplied))


def test_a_short_payment_pays_fees_then_interest() -> None:
    assert split("50.00", Hierarchy()) == parts(fees="25.00", interest="25.00")


def test_the_order_is_the_products_choice() -> None:
    order = ("interest", "principal", "fees")
    assert split("360.00", Hierarchy(order=order)) == parts(interest="40.00", principal="300.00", fees="20.00")


def test_more_than_all_that_is_owed_is_held_unapplied() -> None:
    assert split("400.00", Hierarchy()) == parts("25.00", "40.00", "300.00", "35.00")


def test_principal_only_passes_fees_and_interest_by() -> None:
    assert split("310.00", usual(PARTS)["principal_only"]) == parts(principal="300.00", unapplied="10.00")


def test_clearing_the_dues_prepays_nothing() -> None:
    # $225.00 is due: the fees, and two instalments, the newer of which takes the interest that came since.
    assert split("300.00", usual(PARTS)["clear_dues"]) == parts("25.00", "40.00", "160.00", "75.00")


def test_by_instalment_the_oldest_is_paid_whole_before_the_next() -> None:
    # After the fees $100.00 meet January whole, $5.00 are February's interest; by component it is all interest first.
    assert split("130.00", Hierarchy(by="instalment")) == parts("25.00", "20.00", "85.00")
    assert split("130.00", Hierarchy(by="component")) == parts("25.00", "40.00", "65.00")


def test_a_custom_order_names_times() -> None:
    order = ("past_due.principal", "past_due.interest", "fees", "to_come.interest", "to_come.principal")
    assert split("190.00", Hierarchy(order=order)) == parts(interest="30.00", principal="160.00")
    assert split("225.00", Hierarchy(order=order)) == parts(fees="25.00", interest="40.00", principal="160.00")


def test_what_the_order_does_not_name_is_not_paid() -> None:
    assert split("100.00", Hierarchy(order=("fees", "past_due.interest"))) == parts("25.00", "40.00", unapplied="35.00")


def test_an_instalment_of_today_is_due_and_not_past_due() -> None:
    today = [Unmet(due_on=ON, lacks=D("50.00"), interest=D("40.00"))]
    assert [(pot.part, pot.when, pot.amount) for pot in pots(DUE, today, ON)] == [
        ("fees", "due", D("25.00")),
        ("interest", "due", D("40.00")),
        ("principal", "due", D("10.00")),
        ("interest", "to_come", D("0.00")),
        ("principal", "to_come", D("290.00")),
    ]


@pytest.mark.parametrize(
    ("given_", "field", "sentence"),
    [
        ({"order": ()}, "order", "at least one part"),
        ({"order": ("fees", "escrow")}, "order[1]", 'a part, such as "interest"'),
        ({"order": ("later.fees",)}, "order[0]", 'a part, such as "interest"'),
        ({"order": ("interest", "due.interest")}, "order[1]", "something that the lines before it have not named"),
        ({"by": "row"}, "by", "one of component, instalment"),
        ({"reach": "some"}, "reach", "one of everything, due"),
    ],
)
def test_a_hierarchy_that_cannot_be_names_the_field(given_: dict[str, object], field: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        Hierarchy(**given_)  # type: ignore[arg-type]
    assert refused.value.facts["field"] == field
    assert sentence in str(refused.value)


TIMED = tuple(f"{when}.{part}" for when in WHENS for part in PARTS)
some_lines = one_of_each(
    (PARTS, TIMED), range(65_536), range(len(TIMED)), ("component", "instalment"), ("everything", "due")
)
some_rows = one_of_each(range(5), *[[ON - timedelta(days) for days in range(74)], AMOUNTS, AMOUNTS] * 4)
three_amounts = one_of_each(AMOUNTS, AMOUNTS, AMOUNTS)


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, ...]:
    names, order, *_ = some_lines(draw)
    return tuple(Random(order).sample(names, len(names)))


@st.composite
def hierarchies(draw: st.DrawFn) -> Hierarchy:
    names, order, cut, by, reach = some_lines(draw)
    return Hierarchy(order=tuple(Random(order).sample(names, 1 + cut % len(names))), by=by, reach=reach)


@st.composite
def lacking(draw: st.DrawFn) -> list[Unmet]:
    count, *drawn = some_rows(draw)
    rows = sorted(drawn[3 * k : 3 * k + 3] for k in range(count))
    return [Unmet(due_on=on, lacks=lacks, interest=interest) for on, lacks, interest in rows]


@st.composite
def everything_owed(draw: st.DrawFn) -> Split:
    fees, interest, principal = three_amounts(draw)
    return Split(fees=fees, interest=interest, principal=principal)


UNMET, OWED = lacking(), everything_owed()


@given(MONEY, OWED, UNMET, hierarchies())
def test_every_cent_is_placed_once_and_no_pot_gets_more_than_is_owed(
    amount: D, due: Split, unmet: list[Unmet], hierarchy: Hierarchy
) -> None:
    owed = pots(due, unmet, ON)
    assert split_of(D(0), [Filled(pot=pot, amount=pot.amount) for pot in owed]) == Split(
        fees=due.fees,
        interest=due.interest,
        principal=due.principal,
        unapplied=-due.fees - due.interest - due.principal,
    )
    filled = fill(amount, owed, hierarchy)
    assert len({id(row.pot) for row in filled}) == len(filled)
    assert all(0 <= row.amount <= row.pot.amount for row in filled)
    placed = split_of(amount, filled)
    assert placed.fees + placed.interest + placed.principal + placed.unapplied == amount
    assert placed.unapplied >= 0
    # A pot gets something only once those before it are full.
    left = [row.pot.amount - row.amount for row in filled]
    assert all(not row.amount or not any(left[:k]) for k, row in enumerate(filled))


@given(MONEY, OWED, UNMET, st.sampled_from(list(permutations(PARTS))))
def test_by_component_it_does_not_matter_how_the_pots_are_cut(
    amount: D, due: Split, unmet: list[Unmet], order: tuple[str, ...]
) -> None:
    hierarchy = Hierarchy(order=order)
    whole, cut = pots(due, [], ON), pots(due, unmet, ON)
    assert split_of(amount, fill(amount, whole, hierarchy)) == split_of(amount, fill(amount, cut, hierarchy))


@given(OWED, UNMET, lines())
def test_a_hierarchy_that_names_everything_reaches_every_pot_once(
    due: Split, unmet: list[Unmet], order: tuple[str, ...]
) -> None:
    owed = pots(due, unmet, ON)
    for by in ("component", "instalment"):
        turn: list[Pot] = list(in_turn(owed, Hierarchy(order=order, by=by)))
        assert sorted(map(id, turn)) == sorted(map(id, owed))
