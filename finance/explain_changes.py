"""The derivation of what changes a loan in mid-life: a reset of its rate, and a level payment that is solved anew."""

from decimal import Decimal
from itertools import pairwise

from finance.explain import Step, derived, given, rounded
from finance.explain_schedule import part_of_year
from finance.floating import FloatingRate, Reset
from finance.level_payment import SolvedPayment


def explain_reset(note: FloatingRate, reset: Reset) -> Step:
    """The rate from a reset on: index and margin, rounded as the note says, held by the periodic cap, floor and cap."""
    index = given(f"{note.index} of {reset.fixing.on}, read on {reset.index_date}", reset.fixing.rate, "percent")
    if note.index_floor is not None:
        index = derived("greatest", "Index, floored", [index, _percent("Index floor", note.index_floor)], "percent")
    full = derived("sum", "Index and margin", [index, _percent("Margin", note.margin)], "percent")
    if note.round_to is not None:
        full = rounded("Index and margin, rounded", full, reset.full, rounding=note.rounding, to=note.round_to)
    rate = full
    if reset.step is not None:
        before, step = _percent("Rate before", reset.before), _percent("It may move by", reset.step)
        highest = derived("sum", "Highest rate of this reset", [before, step], "percent")
        lowest = derived("difference", "Lowest rate of this reset", [before, step], "percent")
        rate = derived("least", "Not above what it may rise to", [rate, highest], "percent")
        rate = derived("greatest", "Not below what it may fall to", [rate, lowest], "percent")
    rate = derived("greatest", "Not below the floor", [rate, _percent("Floor", note.floor)], "percent")
    if note.cap is not None:
        rate = derived("least", "Not above the cap", [rate, _percent("Cap", note.cap)], "percent")
    return derived("sum", f"Rate from {reset.on}", [rate], "percent", reset.rate)


def explain_level_payment(solved: SolvedPayment) -> Step:
    """A payment solved anew: what is owed, grown over the periods to come, shared among the payments grown alike."""
    yearly = derived("percent as a number", "Rate a year", [_percent("Rate", solved.rate)], "number")
    steps = []
    for start, end in pairwise(solved.dates):
        year = part_of_year(solved.day_count, start, end)
        rate = derived("product", f"Rate of the period to {end}", [yearly, year], "number")
        steps.append(derived("sum", f"Growth of the period to {end}", [given("One", 1, "number"), rate], "number"))
    growth = derived("product", "Growth over all periods", steps, "number", solved.growth)
    later = derived("product", "Growth over all but the first", steps[1:], "number", solved.later_growth)
    owed = [
        derived("product", "Principal, grown", [given("Principal", solved.principal), growth]),
        derived("product", "Interest owed, grown after the first", [given("Interest owed", solved.accrued), later]),
    ]
    annuity = given("1.00 paid in each period, grown", solved.annuity, "number")
    exact = derived("quotient", "Payment, exact", [derived("sum", "To be paid", owed), annuity], value=solved.exact)
    return rounded("Payment", exact, solved.payment, rounding=solved.rounding, to=solved.unit)


def _percent(label: str, value: Decimal) -> Step:
    return given(label, value, "percent")
