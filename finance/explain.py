"""Derivations: how a figure came about, as a tree that adds up again.

A Step is one figure, the rule it follows by, and the parts it follows from. The figures of a tree are those the
calculation itself used and left behind (a schedule's basis, a replay's trail, a certificate's exclusions), so that a
tree is a view of what was computed and not a second calculation; `broken` then applies every rule to its parts and
names each figure that does not follow from them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import prod

from finance.daycount import days
from finance.money import CENT, round_to

Value = Decimal | Fraction | int

# What a figure counts. "flag" is a yes or no; "number" has no unit.
UNITS = ("money", "percent", "ratio", "days", "count", "number", "flag")

_FORTY_DIGITS = Context(prec=40)
_PLACES = Decimal("1E-10")


@dataclass(frozen=True, slots=True)
class Step:
    """One figure of a derivation.

    label: what it is, in the field's words, with its dates and names.  value: exact, or as it was rounded.
    unit: one of UNITS; percent as percent (12.5 is 12.5 %).  rule: "given", or one of RULES, how it follows from
    `parts`.  detail: what the rule needs beside them (the rounding and its unit, two dates and a day count).
    """

    label: str
    value: Value
    unit: str = "money"
    rule: str = "given"
    parts: tuple["Step", ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)

    def steps(self) -> Iterator["Step"]:
        """This step and all below it, from the top down."""
        pending = [self]
        while pending:
            step = pending.pop()
            yield step
            pending.extend(reversed(step.parts))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an outline. depth: 0 for the figure explained."""

    depth: int
    label: str
    figure: str
    rule: str


def given(label: str, value: Value, unit: str = "money") -> Step:
    """A figure that was put in: an amount of an event, a rate of the note."""
    return Step(label, value, unit)


def derived(
    rule: str, label: str, parts: Sequence[Step], unit: str = "money", value: Value | None = None, **detail: str
) -> Step:
    """A figure that follows from `parts`. value: what the calculation arrived at; None where it kept no such figure."""
    kept = tuple(parts)
    if value is None:
        value = RULES[rule](kept, detail)
    return Step(label, value, unit, rule, kept, detail)


def rounded(
    label: str, part: Step, value: Value | None = None, *, rounding: str = "HALF_UP", to: Decimal = CENT
) -> Step:
    """An exact figure, rounded once to a multiple of `to`."""
    return derived("rounded", label, [part], part.unit, value, rounding=rounding, to=str(to))


def elapsed(label: str, day_count: str, start: date, end: date) -> Step:
    """Days from `start` (counted) to `end` (not counted)."""
    detail = {"day_count": day_count, "start": start.isoformat(), "end": end.isoformat()}
    return Step(label, days(day_count, start, end), "days", "days", (), detail)


def broken(step: Step) -> list[Step]:
    """The steps of a derivation that do not follow from their parts; none, when it re-adds."""
    return [
        each
        for each in step.steps()
        if each.rule != "given" and RULES[each.rule](each.parts, each.detail) != each.value
    ]


def outline(step: Step, *, deepest: int = 99) -> list[Line]:
    """The tree as lines from the top down, for a page or a letter; parts below `deepest` are left out."""
    lines, pending = [], [(0, step)]
    while pending:
        depth, each = pending.pop()
        lines.append(Line(depth, each.label, shown(each), each.rule))
        if depth < deepest:
            pending.extend((depth + 1, part) for part in reversed(each.parts))
    return lines


def as_json(step: Step) -> dict[str, object]:
    """The tree in JSON's shape: exact figures as text, fractions as "numerator/denominator"."""
    answer: dict[str, object] = {
        "label": step.label,
        "value": step.value if isinstance(step.value, bool) else str(step.value),
        "shown": shown(step),
        "unit": step.unit,
        "rule": step.rule,
    }
    if step.detail:
        answer["detail"] = dict(step.detail)
    if step.parts:
        answer["parts"] = [as_json(part) for part in step.parts]
    return answer


def shown(step: Step) -> str:
    """The figure as a person reads it: money in cents, or to ten decimals where it is not rounded yet."""
    if isinstance(step.value, bool):
        return "yes" if step.value else "no"
    number = Fraction(step.value)
    if step.unit == "money" and (number * 100).denominator == 1:
        return f"{round_to(number, CENT):,f}"
    text = f"{round_to(number, _PLACES):,f}".rstrip("0").rstrip(".")
    return f"{text} %" if step.unit == "percent" else text


def _figures(parts: Sequence[Step]) -> list[Fraction]:
    return [Fraction(part.value) for part in parts]


def _difference(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    first, *rest = _figures(parts)
    return first - sum(rest)


def _quotient(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    top, bottom = _figures(parts)
    return top / bottom


def _rounded(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    (part,) = _figures(parts)
    return round_to(part, Decimal(detail["to"]), detail["rounding"])


def _cut(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    """To the multiple of `to` below it."""
    (part,) = _figures(parts)
    to = Fraction(detail["to"])
    return part // to * to


def _power(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    base, times = _figures(parts)
    return prod([base] * int(times), start=Fraction(1))


def _days(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    return days(detail["day_count"], date.fromisoformat(detail["start"]), date.fromisoformat(detail["end"]))


def _present_value(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    """An amount at the start: amount / ((1 + fraction x rate)(1 + rate)^whole), to forty digits."""
    amount, rate, whole, fraction = (part.value for part in parts)
    with localcontext(_FORTY_DIGITS):
        rate, fraction = _decimal(rate), _decimal(fraction)
        return _decimal(amount) / ((1 + fraction * rate) * (1 + rate) ** int(whole))


def _yield_value(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    """An amount `days` earlier at a yield a year: amount / (1 + yield)^(days / 365), to forty digits."""
    amount, rate, days = (part.value for part in parts)
    with localcontext(_FORTY_DIGITS):
        return _decimal(amount) * (-(1 + _decimal(rate)).ln() / 365 * int(days)).exp()


def _decimal(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value.numerator) / value.denominator


def _root(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    """A rate found by trial: it stands if what it has to bring to nothing is within `within` of it."""
    return Decimal(detail["found"]) if abs(Fraction(parts[0].value)) <= Fraction(detail["within"]) else Decimal("NaN")


def _chosen(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    """Of a condition and what it chose: the latter."""
    return parts[-1].value


def _percent(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
    (part,) = _figures(parts)
    return part / 100


def _compared(holds: Callable[[Fraction, Fraction], bool]) -> Callable[[Sequence[Step], Mapping[str, str]], Value]:
    def rule(parts: Sequence[Step], detail: Mapping[str, str]) -> Value:
        left, right = _figures(parts)
        return holds(left, right)

    return rule


# How a figure follows from its parts. Each takes the parts and the detail of the step.
RULES: dict[str, Callable[[Sequence[Step], Mapping[str, str]], Value]] = {
    "sum": lambda parts, detail: sum(_figures(parts), Fraction(0)),
    "difference": _difference,
    "negative": lambda parts, detail: -Fraction(parts[0].value),
    "product": lambda parts, detail: prod(_figures(parts), start=Fraction(1)),
    "quotient": _quotient,
    "percent as a number": _percent,
    "number as a percent": lambda parts, detail: Fraction(parts[0].value) * 100,
    "average": lambda parts, detail: sum(_figures(parts), Fraction(0)) / len(parts),
    "greatest": lambda parts, detail: max(_figures(parts)),
    "least": lambda parts, detail: min(_figures(parts)),
    "power": _power,
    "rounded": _rounded,
    "cut": _cut,
    "days": _days,
    "present value": _present_value,
    "yield value": _yield_value,
    "root": _root,
    "chosen": _chosen,
    "at least": _compared(lambda left, right: left >= right),
    "above": _compared(lambda left, right: left > right),
    "at most": _compared(lambda left, right: left <= right),
    "below": _compared(lambda left, right: left < right),
    "equal": _compared(lambda left, right: left == right),
    "different": _compared(lambda left, right: left != right),
    "all": lambda parts, detail: all(part.value for part in parts),
    "any": lambda parts, detail: any(part.value for part in parts),
    "not": lambda parts, detail: not parts[0].value,
}
