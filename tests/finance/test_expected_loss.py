"""Expected loss by pools: to the cent, and the same for the same inputs."""

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.expected_loss import (
    Exposure,
    Move,
    PoolRule,
    Vintage,
    allowance,
    default_probabilities,
    explain_allowance,
    loss_curve,
    migration_matrix,
    remaining_losses,
    roll_rates,
    stage,
)
from finance.explain import broken

BUCKETS = ("current", "30", "60", "default")
MOVES = [
    Move(start="current", end="current", amount=D("900.00")),
    Move(start="current", end="30", amount=D("100.00")),
    Move(start="30", end="current", amount=D("40.00")),
    Move(start="30", end="60", amount=D("60.00")),
    Move(start="60", end="default", amount=D("30.00")),
    Move(start="60", end="60", amount=D("30.00")),
]
MATRIX = migration_matrix(MOVES, BUCKETS, ["default"])
RULES = {"auto": PoolRule(lgd=D("50"), periods=3, year=2), "card": PoolRule(lgd=D("80"), periods=2)}
BOOK = [
    Exposure(loan="1", pool="auto", bucket="current", drawn=D("10000.00")),
    Exposure(loan="2", pool="auto", bucket="60", drawn=D("1000.00")),
    Exposure(loan="3", pool="card", bucket="30", drawn=D("500.00"), undrawn=D("1000.00"), conversion=D("40")),
    Exposure(loan="4", pool="card", bucket="default", drawn=D("200.00")),
]


def test_a_matrix_is_the_share_that_moved() -> None:
    assert MATRIX["current"] == {"current": F(9, 10), "30": F(1, 10), "60": 0, "default": 0}
    assert MATRIX["60"]["default"] == F(1, 2)
    # Never seen to move, it stays.
    assert MATRIX["default"]["default"] == 1
    assert roll_rates(MATRIX, BUCKETS) == {"current": F(1, 10), "30": F(3, 5), "60": F(1, 2), "default": 0}


def test_probabilities_follow_the_matrix_period_by_period() -> None:
    assert default_probabilities(MATRIX, "default", 0) == {"current": 0, "30": 0, "60": 0, "default": 1}
    assert default_probabilities(MATRIX, "default", 1)["60"] == F(1, 2)
    # From current in three periods: 0.1 x 0.6 x 0.5.
    assert default_probabilities(MATRIX, "default", 3)["current"] == F(3, 100)
    assert default_probabilities(MATRIX, "default", 2)["30"] == F(3, 10)


def test_an_allowance_is_probability_times_loss_times_exposure() -> None:
    run = allowance(BOOK, RULES, MATRIX, "default")
    # 10,000 x 3 % x 50 % and 1,000 x 87.5 % x 50 %; 900 x 30 % x 80 % and 200 x 80 %.
    assert run.by_pool == {"auto": D("587.50"), "card": D("376.00")}
    assert run.total == D("963.50")
    assert [(cell.pool, cell.bucket, cell.loans, cell.pd) for cell in run.cells] == [
        ("auto", "60", 1, F(7, 8)),
        ("auto", "current", 1, F(3, 100)),
        ("card", "30", 1, F(3, 10)),
        ("card", "default", 1, F(1)),
    ]
    step = explain_allowance(run)
    assert (step.value, broken(step)) == (run.total, [])


def test_stages_look_a_year_or_a_life_ahead() -> None:
    loan = Exposure(loan="1", pool="auto", bucket="30", drawn=D("1000.00"))
    losses = [allowance([replace(loan, stage=k)], RULES, MATRIX, "default").total for k in (1, 2, 3)]
    # 30 % within two periods, 45 % within three, and defaulted already; each of 1,000 x 50 %.
    assert losses == [D("150.00"), D("225.00"), D("500.00")]
    assert [stage(dpd) for dpd in (0, 30, 31, 89, 90)] == [1, 1, 2, 2, 3]
    assert (stage(0, risk_increased=True), stage(0, impaired=True)) == (2, 3)


def test_an_overlay_is_bounded_and_has_a_reason() -> None:
    rule = PoolRule(lgd=D("50"), periods=3, overlay=D("2"), reason="Fuel prices")
    assert allowance(BOOK[:1], {"auto": rule}, MATRIX, "default").total == D("250.00")
    low = allowance(BOOK[:1], {"auto": replace(rule, overlay=D("-9"))}, MATRIX, "default")
    assert (low.total, broken(explain_allowance(low))) == (D("0.00"), [])
    with pytest.raises(BadInput) as refusal:
        PoolRule(lgd=D("50"), periods=3, overlay=D("2"))
    assert str(refusal.value) == 'reason cannot be "": it must be given with an overlay.'


def test_the_same_inputs_have_the_same_fingerprint_in_any_order() -> None:
    run = allowance(BOOK, RULES, MATRIX, "default")
    assert allowance(BOOK[::-1], dict(reversed(RULES.items())), MATRIX, "default") == run
    same = [replace(BOOK[0], drawn=D("10000")), *BOOK[1:]]
    assert allowance(same, RULES, MATRIX, "default").fingerprint == run.fingerprint
    other = [replace(BOOK[0], drawn=D("10000.01")), *BOOK[1:]]
    assert allowance(other, RULES, MATRIX, "default").fingerprint != run.fingerprint
    assert len(run.fingerprint) == 64


VINTAGES = [
    Vintage(name="2021", originated=D("1000.00"), losses=(D("10.00"), D("30.00"), D("45.00"))),
    Vintage(name="2022", originated=D("2000.00"), losses=(D("30.00"), D("50.00"))),
    Vintage(name="2023", originated=D("4000.00"), losses=(D("30.00"),)),
]


def test_vintages_lose_what_older_ones_lost_after_their_age() -> None:
    # First age 70 of 7,000; then 80 for each 40 of the two that saw it; then 45 for each 30 of the oldest.
    assert loss_curve(VINTAGES) == [F(1, 100), F(2, 100), F(3, 100)]
    assert remaining_losses(VINTAGES, loss_curve(VINTAGES)) == {
        "2021": D("0.00"),
        "2022": D("20.00"),
        "2023": D("80.00"),
    }


def test_a_vintage_without_losses_yet_takes_the_share_of_what_was_lent() -> None:
    quiet = [
        Vintage(name="A", originated=D("1000.00"), losses=(D("0.00"), D("20.00"))),
        Vintage(name="B", originated=D("1000.00"), losses=(D("0.00"),)),
    ]
    assert loss_curve(quiet) == [0, F(1, 50)]
    assert remaining_losses(quiet, loss_curve(quiet)) == {"A": D("0.00"), "B": D("20.00")}


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: migration_matrix([Move(start="x", end="30", amount=D(1))], BUCKETS, []), "moves[0].start"),
        (lambda: migration_matrix([Move(start="30", end="60", amount=D(-1))], BUCKETS, []), "moves[0].amount"),
        (lambda: migration_matrix([Move(start="30", end="60", amount=D(1))], BUCKETS, ["30"]), "moves[0].end"),
        (lambda: migration_matrix([], BUCKETS, ["gone"]), "absorbing"),
        (lambda: default_probabilities(MATRIX, "gone", 1), "default"),
        (lambda: default_probabilities(MATRIX, "default", 601), "periods"),
        (lambda: allowance([replace(BOOK[0], pool="boat")], RULES, MATRIX, "default"), "1.pool"),
        (lambda: allowance([replace(BOOK[0], bucket="90")], RULES, MATRIX, "default"), "1.bucket"),
        (lambda: allowance([BOOK[0], BOOK[0]], RULES, MATRIX, "default"), "exposures"),
        (lambda: replace(BOOK[0], drawn=D("-1.00")), "1.drawn"),
        (lambda: replace(BOOK[0], conversion=D("101")), "1.conversion"),
        (lambda: replace(BOOK[0], stage=4), "1.stage"),
        (lambda: PoolRule(lgd=D("101"), periods=1), "lgd"),
        (lambda: PoolRule(lgd=D("10"), periods=-1), "periods"),
        (lambda: loss_curve([]), "vintages"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        make()
    assert refusal.value.field == field


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            Move, start=st.sampled_from(BUCKETS[:3]), end=st.sampled_from(BUCKETS), amount=st.integers(1, 99).map(D)
        ),
        max_size=20,
    ),
    st.integers(0, 36),
)
def test_every_row_is_whole_and_default_only_grows(moves: list[Move], periods: int) -> None:
    matrix = migration_matrix(moves, BUCKETS, ["default"])
    assert all(sum(row.values()) == 1 for row in matrix.values())
    sooner = default_probabilities(matrix, "default", periods)
    later = default_probabilities(matrix, "default", periods + 1)
    assert all(0 <= sooner[name] <= later[name] + F(1, 10**29) <= 1 + F(1, 10**29) for name in BUCKETS)
