"""Floating, step and default rates: from an index and the words of a note to the dated rates that a replay takes.

Everything ends in Dated rates, ascending, each in force from its date until the next one; `as_events` turns them into
the rate_change events of a loan. Rates are Decimals of percent a year. Conventions are on docs/finance/floating.md.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from finance.calendars import ADJUSTMENTS, add_business_days, adjust, date_in_month, is_business_day, month_number
from finance.errors import BadInput, Refused
from finance.inputs import parse_choice
from finance.loan_state import Event
from finance.money import round_to

MOST_RESETS = 20_000
DAY_KINDS = ("calendar", "business")
_NONE = Decimal(0)


class NoFixing(Refused):
    """The index was not published when a reset needs it. Facts: `index`, `on`, `reset`, `oldest`."""

    code = "no_fixing"
    message = (
        "The rate from {reset} cannot be set: {index} has no figure from {oldest} to {on}. "
        "It can once that figure, or the note's replacement for it, is entered."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixing:
    """What an index was on a day, in percent. It stands until the next one is published."""

    on: date
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A rate in force from `on`. why: what set it, in words for the notice."""

    on: date
    rate: Decimal
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatingRate:
    """How a note turns an index into a rate. Raises BadInput, naming the field. Points and percentages a year.

    margin: points on the index, which may be negative.  index_floor: the index counts as at least this.
    floor, cap: bounds of the rate itself, over its life.  first_cap, periodic_cap: the most by which the first, and
    each later reset may move the rate, up or down, from the one before.
    look_back: days before the reset on which the index is read, "calendar" or "business" ones by `holidays`.
    stale_after: the oldest figure that may be read, in calendar days before that day.
    round_to: index and margin are rounded to a multiple of it (0.125) before the bounds apply; None does not round.
    rounding: HALF_UP, HALF_EVEN or UP, for round_to.
    """

    index: str
    margin: Decimal
    index_floor: Decimal | None = None
    floor: Decimal = _NONE
    cap: Decimal | None = None
    first_cap: Decimal | None = None
    periodic_cap: Decimal | None = None
    look_back: int = 0
    look_back_days: str = "calendar"
    holidays: Collection[date] = ()
    stale_after: int = 10
    round_to: Decimal | None = None
    rounding: str = "HALF_UP"

    def __post_init__(self) -> None:
        if self.floor < 0:
            raise BadInput(field="floor", value=str(self.floor), allowed="zero or more, as a borrower is never paid")
        if self.cap is not None and self.cap < self.floor:
            raise BadInput(field="cap", value=str(self.cap), allowed=f"the floor, {self.floor}, or more")
        for name in ("first_cap", "periodic_cap", "round_to"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise BadInput(field=name, value=str(value), allowed="above zero, or left out")
        for name in ("look_back", "stale_after"):
            if not 0 <= getattr(self, name) <= 366:
                raise BadInput(field=name, value=getattr(self, name), allowed="a whole number of days from 0 to 366")
        parse_choice(self.look_back_days, "look_back_days", DAY_KINDS)
        parse_choice(self.rounding, "rounding", ("HALF_UP", "HALF_EVEN", "UP"))

    def index_date(self, reset: date) -> date:
        """The day whose index counts for a reset: so many days before it, and an open one when they are business."""
        if self.look_back_days == "calendar":
            return reset - timedelta(self.look_back)
        day = adjust(reset, "preceding", self.holidays)
        for _ in range(self.look_back):
            day = adjust(day - timedelta(1), "preceding", self.holidays)
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """One reset and every figure that led to its rate.

    index_date: the day looked back to.  fixing: what counted on it.  full: index and margin, rounded as the note says,
    before bounds.  step: the points by which it may move from `before`; None does not limit it.  bound: what held the
    rate back ("floor", "cap", "first_cap", "periodic_cap"), or None.
    """

    on: date
    index_date: date
    fixing: Fixing
    full: Decimal
    before: Decimal
    step: Decimal | None
    rate: Decimal
    bound: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRate:
    """Points added from `start` on, up to `end` (not counted; None: not cured yet)."""

    start: date
    points: Decimal
    end: date | None = None

    def __post_init__(self) -> None:
        if self.points <= 0:
            raise BadInput(field="points", value=str(self.points), allowed="above zero")
        if self.end is not None and self.end <= self.start:
            raise BadInput(field="end", value=self.end.isoformat(), allowed=f"after start, which is {self.start}")


def reset_dates(
    first: date, every_months: int, *, until: date, adjustment: str = "none", holidays: Collection[date] = ()
) -> list[date]:
    """The reset dates from `first` to `until`, each so many months from `first` on its day, cut to the month's end."""
    if not 1 <= every_months <= 120:
        raise BadInput(field="every_months", value=every_months, allowed="a whole number from 1 to 120")
    parse_choice(adjustment, "adjustment", ADJUSTMENTS)
    anchor, found = month_number(first), list[date]()
    while (on := date_in_month(anchor + every_months * len(found), first.day)) <= until:
        found.append(on)
    return [adjust(on, adjustment, holidays) for on in found]


def daily_reset_dates(first: date, *, until: date, holidays: Collection[date] = ()) -> list[date]:
    """Every open day from `first` to `until`, for an index that counts daily; the first open one may be later."""
    day, found = add_business_days(first, 0, holidays), list[date]()
    while day <= until:
        if is_business_day(day, holidays):
            found.append(day)
            if len(found) > MOST_RESETS:
                raise BadInput(field="until", value=until.isoformat(), allowed=f"near enough for {MOST_RESETS} resets")
        day += timedelta(1)
    return found


def resets(note: FloatingRate, initial: Decimal, dates: Sequence[date], fixings: Iterable[Fixing]) -> list[Reset]:
    """The resets of a note whose rate is `initial` percent until the first of `dates` (ascending).

    On each date: the index of its index date (the latest figure on or before it), not below the index floor; plus the
    margin, rounded as the note says; then held by the first or periodic cap around the rate before; then by floor and
    cap, which win. Raises NoFixing where the index has no figure, and BadInput.
    """
    _check_ascending("dates", dates)
    published = sorted(fixings, key=lambda fixing: fixing.on)
    for one, other in pairwise(published):
        if one.on == other.on:
            raise BadInput(field="fixings", value=one.on.isoformat(), allowed="one figure for each day")
    days = [fixing.on for fixing in published]
    found: list[Reset] = []
    for k, on in enumerate(dates):
        read_on = note.index_date(on)
        oldest = read_on - timedelta(note.stale_after)
        place = bisect_right(days, read_on)
        if place == 0 or days[place - 1] < oldest:
            raise NoFixing(index=note.index, reset=on.isoformat(), on=read_on.isoformat(), oldest=oldest.isoformat())
        found.append(_reset(note, on, read_on, published[place - 1], initial if k == 0 else found[-1].rate, k == 0))
    return found


def floating_rates(found: Iterable[Reset], index: str) -> list[Dated]:
    """The dated rates of resets, each with the sentence that a reset notice gives."""
    return [Dated(on=reset.on, rate=reset.rate, why=_reason(reset, index)) for reset in found]


def step_rates(steps: Sequence[tuple[date, Decimal]]) -> list[Dated]:
    """Rates that the note itself steps to: (from, percent), ascending."""
    _check_ascending("steps", [on for on, _ in steps])
    for k, (_, rate) in enumerate(steps):
        if rate < 0:
            raise BadInput(field=f"steps[{k}].rate", value=str(rate), allowed="a percentage, zero or more")
    return [Dated(on=on, rate=rate, why=f"The note steps to {rate} %.") for on, rate in steps]


def with_default(
    initial: Decimal, rates: Sequence[Dated], defaults: Sequence[DefaultRate], *, most: Decimal | None = None
) -> list[Dated]:
    """The dated rates with default points on top while a default lasts, never above `most` (what the law allows).

    initial: percent before the first of `rates`.  defaults: ascending, not overlapping. `most` binds the default rate,
    not a contract rate that is above it already.
    """
    _check_ascending("rates", [dated.on for dated in rates])
    for k, (one, other) in enumerate(pairwise(defaults)):
        if one.end is None or other.start < one.end:
            shown = other.start.isoformat()
            raise BadInput(
                field=f"defaults[{k + 1}].start", value=shown, allowed="after the default before it is cured"
            )
    turns = {dated.on for dated in rates} | {on for d in defaults for on in (d.start, d.end) if on is not None}
    found: list[Dated] = []
    for on in sorted(turns):
        base = _in_force(initial, rates, on)
        default = next((d for d in defaults if d.start <= on and (d.end is None or on < d.end)), None)
        if default is None:
            found.append(Dated(on=on, rate=base.rate, why=base.why))
            continue
        rate = base.rate + default.points
        if most is not None:
            rate = max(base.rate, min(rate, most))
        added = rate - base.rate
        found.append(Dated(on=on, rate=rate, why=f"{base.why} In default since {default.start}: {added} points more."))
    return found


def rate_on(initial: Decimal, rates: Sequence[Dated], on: date) -> Decimal:
    """Percent a year in force on a day."""
    return _in_force(initial, rates, on).rate


def as_events(
    initial: Decimal, rates: Sequence[Dated], *, prefix: str = "rate", booked: date | None = None
) -> list[Event]:
    """The rate_change events of dated rates for finance.replay; a date on which the rate stays needs none.

    The id is the prefix and the date, so the same rates bring the same events. booked: when we knew; None: that day.
    """
    events, current = list[Event](), initial
    for dated in rates:
        if dated.rate != current:
            name = f"{prefix}-{dated.on}"
            events.append(Event(id=name, kind="rate_change", on=dated.on, booked=booked, rate=dated.rate))
            current = dated.rate
    return events


def _reset(note: FloatingRate, on: date, read_on: date, fixing: Fixing, before: Decimal, first: bool) -> Reset:
    index = fixing.rate if note.index_floor is None else max(fixing.rate, note.index_floor)
    full = index + note.margin
    if note.round_to is not None:
        full = round_to(full, note.round_to, note.rounding)
    rate, bound = full, None
    step_name = "first_cap" if first and note.first_cap is not None else "periodic_cap"
    step = getattr(note, step_name)
    if step is not None and abs(rate - before) > step:
        rate, bound = before + (step if rate > before else -step), step_name
    if rate < note.floor:
        rate, bound = note.floor, "floor"
    elif note.cap is not None and rate > note.cap:
        rate, bound = note.cap, "cap"
    return Reset(on=on, index_date=read_on, fixing=fixing, full=full, before=before, step=step, rate=rate, bound=bound)


def _reason(reset: Reset, index: str) -> str:
    held = f", held at {reset.rate} % by the {reset.bound.replace('_', ' ')}" if reset.bound else ""
    return f"{index} of {reset.fixing.on} at {reset.fixing.rate} % and the margin are {reset.full} %{held}."


def _in_force(initial: Decimal, rates: Sequence[Dated], on: date) -> Dated:
    place = bisect_right(rates, on, key=lambda dated: dated.on)
    return rates[place - 1] if place else Dated(on=on, rate=initial, why=f"The note's rate is {initial} %.")


def _check_ascending(field: str, dates: Sequence[date]) -> None:
    for k, (one, other) in enumerate(pairwise(dates)):
        if other <= one:
            raise BadInput(field=f"{field}[{k + 1}]", value=other.isoformat(), allowed=f"after {one}")
