"""Floating, step and default rates: what sets each rate, and from when."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.floating import (
    Dated,
    DefaultRate,
    Fixing,
    FloatingRate,
    NoFixing,
    as_events,
    daily_reset_dates,
    floating_rates,
    rate_on,
    reset_dates,
    resets,
    step_rates,
    with_default,
)
from finance.replay import Event, replay
from finance.terms import LoanTerms

JANUARY, APRIL, JULY = date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1)


def note(**changes: Any) -> FloatingRate:
    return FloatingRate(**{"index": "SOFR", "margin": D("3"), **changes})


def fixings(*rates: tuple[date, str]) -> list[Fixing]:
    return [Fixing(on=on, rate=D(rate)) for on, rate in rates]


def test_index_and_margin_make_the_rate() -> None:
    (reset,) = resets(note(), D("8"), [APRIL], fixings((date(2024, 3, 29), "5.34")))
    assert (reset.rate, reset.full, reset.before, reset.bound) == (D("8.34"), D("8.34"), D("8"), None)


def test_a_look_back_reads_the_index_of_an_earlier_day() -> None:
    published = fixings((date(2024, 3, 25), "5.31"), (date(2024, 3, 27), "5.33"), (date(2024, 4, 1), "5.40"))
    calendar = note(look_back=5)
    assert resets(calendar, D("8"), [APRIL], published)[0].fixing.rate == D("5.33")
    # Five business days before Monday 1 April, Good Friday 29 March being closed: Friday 22 March.
    business = note(look_back=5, look_back_days="business", holidays={date(2024, 3, 29)})
    assert business.index_date(APRIL) == date(2024, 3, 22)
    with pytest.raises(NoFixing) as refusal:
        resets(business, D("8"), [APRIL], published)
    assert str(refusal.value) == (
        "The rate from 2024-04-01 cannot be set: SOFR has no figure from 2024-03-12 to 2024-03-22. "
        "It can once that figure, or the note's replacement for it, is entered."
    )


@pytest.mark.parametrize(
    ("changes", "index", "rate", "bound"),
    [
        ({"floor": D("4")}, "0.50", "4", "floor"),
        ({"index_floor": D("1")}, "0.50", "4", None),
        ({"cap": D("9.5")}, "7", "9.5", "cap"),
        ({"first_cap": D("2")}, "9", "10", "first_cap"),
        ({"periodic_cap": D("1")}, "1", "7", "periodic_cap"),
        ({"first_cap": D("5"), "cap": D("11")}, "9", "11", "cap"),
        ({"round_to": D("0.125")}, "5.34", "8.375", None),
        ({"round_to": D("0.125"), "rounding": "UP"}, "5.26", "8.375", None),
        ({"margin": D("-1")}, "5", "4", None),
        ({"margin": D("-1")}, "0.25", "0", "floor"),
    ],
)
def test_bounds_hold_the_rate(changes: dict[str, Any], index: str, rate: str, bound: str | None) -> None:
    (reset,) = resets(note(**changes), D("8"), [APRIL], fixings((APRIL, index)))
    assert (reset.rate, reset.bound) == (D(rate), bound)


def test_a_periodic_cap_counts_from_the_rate_before_and_the_first_has_its_own() -> None:
    published = fixings((JANUARY, "9"), (APRIL, "9"), (JULY, "9"))
    found = resets(note(first_cap=D("2"), periodic_cap=D("1")), D("8"), [JANUARY, APRIL, JULY], published)
    assert [(reset.rate, reset.bound) for reset in found] == [
        (D("10"), "first_cap"),
        (D("11"), "periodic_cap"),
        (D("12"), None),
    ]
    assert floating_rates(found, "SOFR")[0].why == (
        "SOFR of 2024-01-01 at 9 % and the margin are 12 %, held at 10 % by the first cap."
    )


def test_reset_dates_keep_their_day() -> None:
    assert reset_dates(date(2024, 1, 31), 1, until=date(2024, 4, 30)) == [
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2024, 4, 30),
    ]
    (moved,) = reset_dates(date(2024, 3, 31), 3, until=date(2024, 4, 1), adjustment="following")
    assert moved == date(2024, 4, 1)
    week = daily_reset_dates(date(2024, 3, 28), until=date(2024, 4, 2), holidays={date(2024, 3, 29)})
    assert week == [date(2024, 3, 28), date(2024, 4, 1), date(2024, 4, 2)]


def test_a_default_rate_stands_on_top_while_it_lasts() -> None:
    rates = step_rates([(APRIL, D("9")), (JULY, D("10"))])
    default = DefaultRate(start=date(2024, 3, 15), points=D("5"), end=date(2024, 8, 1))
    found = with_default(D("8"), rates, [default], most=D("14.5"))
    assert [(dated.on, dated.rate) for dated in found] == [
        (date(2024, 3, 15), D("13")),
        (APRIL, D("14")),
        (JULY, D("14.5")),
        (date(2024, 8, 1), D("10")),
    ]
    assert found[2].why == "The note steps to 10 %. In default since 2024-03-15: 4.5 points more."
    assert rate_on(D("8"), found, date(2024, 3, 14)) == D("8")
    assert rate_on(D("8"), found, date(2024, 12, 1)) == D("10")


def test_a_contract_rate_above_the_most_is_not_lowered() -> None:
    (found, _) = with_default(D("20"), [], [DefaultRate(start=APRIL, points=D("5"), end=JULY)], most=D("18"))
    assert found.rate == D("20")


def test_dated_rates_are_events_a_replay_takes() -> None:
    rates = step_rates([(APRIL, D("12")), (JULY, D("12")), (date(2024, 10, 1), D("6"))])
    changes = as_events(D("8"), rates, prefix="step")
    assert [(event.id, event.on, event.rate) for event in changes] == [
        ("step-2024-04-01", APRIL, D("12")),
        ("step-2024-10-01", date(2024, 10, 1), D("6")),
    ]
    terms = LoanTerms(rate=D("8"), day_count="ACT/360", schedule=())
    lent = Event(id="A", kind="disburse", on=JANUARY, amount=D("36000.00"))
    # 91 days at 8.00 a day, 183 at 12.00 and 10 at 6.00.
    position = replay(terms, [*changes, lent], as_of=date(2024, 10, 11))
    assert (position.state.interest, position.state.rate) == (D("2984.00"), D("6"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: note(cap=D("2"), floor=D("3")), 'cap cannot be "2": it must be the floor, 3, or more.'),
        (
            lambda: note(floor=D("-1")),
            'floor cannot be "-1": it must be zero or more, as a borrower is never paid.',
        ),
        (lambda: note(periodic_cap=D(0)), 'periodic_cap cannot be "0": it must be above zero, or left out.'),
        (lambda: note(look_back=400), "look_back cannot be 400: it must be a whole number of days from 0 to 366."),
        (
            lambda: resets(note(), D("8"), [APRIL, APRIL], fixings((APRIL, "5"))),
            'dates[1] cannot be "2024-04-01": it must be after 2024-04-01.',
        ),
        (
            lambda: resets(note(), D("8"), [APRIL], fixings((APRIL, "5"), (APRIL, "6"))),
            'fixings cannot be "2024-04-01": it must be one figure for each day.',
        ),
        (
            lambda: step_rates([(APRIL, D("-1"))]),
            'steps[0].rate cannot be "-1": it must be a percentage, zero or more.',
        ),
        (
            lambda: with_default(
                D("8"), [], [DefaultRate(start=APRIL, points=D(1)), DefaultRate(start=JULY, points=D(1))]
            ),
            'defaults[1].start cannot be "2024-07-01": it must be after the default before it is cured.',
        ),
        (
            lambda: DefaultRate(start=APRIL, points=D(1), end=APRIL),
            'end cannot be "2024-04-01": it must be after start, which is 2024-04-01.',
        ),
        (lambda: DefaultRate(start=APRIL, points=D(0)), 'points cannot be "0": it must be above zero.'),
        (
            lambda: reset_dates(APRIL, 0, until=JULY),
            "every_months cannot be 0: it must be a whole number from 1 to 120.",
        ),
        (
            lambda: daily_reset_dates(date(1900, 1, 1), until=date(2100, 1, 1)),
            'until cannot be "2100-01-01": it must be near enough for 20000 resets.',
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        make()
    assert str(refusal.value) == sentence


POINTS = st.integers(0, 2000).map(lambda count: D(count) / 100)


@settings(max_examples=40, deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=8), POINTS, POINTS, POINTS, st.integers(0, 20))
def test_a_rate_stays_within_its_bounds(index: list[D], initial: D, floor: D, width: D, look_back: int) -> None:
    dates = [JANUARY + timedelta(30 * k) for k in range(len(index))]
    published = [Fixing(on=on - timedelta(look_back), rate=rate) for on, rate in zip(dates, index, strict=True)]
    rule = note(margin=D("1"), floor=floor, cap=floor + width, periodic_cap=D("0.5"), look_back=look_back)
    before = initial
    for reset, fixing in zip(resets(rule, initial, dates, published), published, strict=True):
        assert reset.fixing == fixing
        assert floor <= reset.rate <= floor + width
        if reset.bound is None:
            assert reset.rate == fixing.rate + 1
            assert abs(reset.rate - before) <= D("0.5")
        before = reset.rate


def test_rates_of_one_day_are_found_by_their_dates() -> None:
    rates = [Dated(on=APRIL, rate=D("9"), why="")]
    assert [rate_on(D("8"), rates, on) for on in (date(2024, 3, 31), APRIL)] == [D("8"), D("9")]
