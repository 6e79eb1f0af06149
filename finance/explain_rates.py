"""The derivation of a yield, and of what a loss curve says is still to be lost."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from finance.expected_loss import Vintage
from finance.explain import Step, derived, given, rounded
from finance.money import ZERO
from finance.yields import TWELVE, Yield

_SMALL = Fraction(1, 10**15)


def explain_yield(found: Yield) -> Step:
    """A yield, and under it every day's money at its value on the first day: together they come to nothing.

    It stands when they do so within 10^-15 of all of them without their signs.
    """
    rate = given("Yield a year", found.exact, "number")
    values = []
    for days, amount in found.ladder:
        on = found.start + timedelta(days)
        parts = [given(f"Money of {on}", amount), rate, given("Days from the first", days, "days")]
        values.append(derived("yield value", f"Money of {on}, at its value on {found.start}", parts))
    worth = derived("sum", f"All money, at its value on {found.start}", values)
    within = str(_SMALL * sum(abs(Fraction(step.value)) for step in values))
    exact = derived("root", "Yield a year", [worth], "number", found.exact, found=str(found.exact), within=within)
    percent = derived("number as a percent", "Yield a year, exact", [exact], "percent")
    return rounded("Yield", percent, found.rate, to=TWELVE)


def explain_loss_curve(vintages: Sequence[Vintage], curve: Sequence[Fraction], age: int) -> Step:
    """The share lost by `age` (counted from 0), age by age: the one before, grown as the older vintages grew."""
    lent = [given(f"Lent in {vintage.name}", vintage.originated) for vintage in vintages]
    first = [given(f"Lost in {vintage.name} by age 1", vintage.losses[0]) for vintage in vintages]
    parts = [derived("sum", "Losses", first), derived("sum", "Lent", lent)]
    share = derived("quotient", "Share lost by age 1", parts, "ratio", curve[0])
    for k in range(1, age + 1):
        older = [vintage for vintage in vintages if len(vintage.losses) > k]
        after = [given(f"Lost in {vintage.name} by age {k + 1}", vintage.losses[k]) for vintage in older]
        before = [given(f"Lost in {vintage.name} by age {k}", vintage.losses[k - 1]) for vintage in older]
        label, losses = f"Share lost by age {k + 1}", derived("sum", "Losses by then", after)
        if any(step.value for step in before):
            growth = derived("quotient", "Growth", [losses, derived("sum", "Losses before", before)], "ratio")
            share = derived("product", label, [share, growth], "ratio", curve[k])
        else:
            theirs = [given(f"Lent in {vintage.name}", vintage.originated) for vintage in older]
            share = derived("quotient", label, [losses, derived("sum", "Lent", theirs)], "ratio", curve[k])
    return share


def explain_remaining_loss(vintages: Sequence[Vintage], curve: Sequence[Fraction], name: str, loss: Decimal) -> Step:
    """What a vintage is still to lose: what was lent, times the curve from its age to its end; not below zero.

    loss: dollars, as finance.expected_loss.remaining_losses says for `name`.
    """
    vintage = next(each for each in vintages if each.name == name)
    ends = [explain_loss_curve(vintages, curve, age) for age in (len(curve) - 1, len(vintage.losses) - 1)]
    share = derived("difference", "Share still to be lost", ends, "ratio")
    exact = derived("product", "Still to be lost, exact", [given(f"Lent in {name}", vintage.originated), share])
    nothing = given("Nothing", ZERO)
    return derived("greatest", f"Remaining loss of {name}", [nothing, rounded("Still to be lost", exact)], value=loss)
