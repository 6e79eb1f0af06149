"""Covenant and policy formulas: a small language over named figures, with units, worked out exactly.

    dscr = sum(ebitda - capex, 4) / sum(debt_service, 4) >= 1.25x
    if(liquidity < $500000, 5 %, 3 %) * loan_balance

A formula is read and checked once, against the names it may use; then it is worked out on figures as often as they
arrive. Nothing is ever handed to Python to evaluate. Every value comes with its derivation. What the language has is on
docs/finance/formulas.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from finance.errors import Refused
from finance.explain import Step, Value, derived, given
from finance.formula_parser import COMPARISONS, FormulaWrong, Node, parse
from finance.formula_units import OVER_PERIODS, Name, check_names, names_of, typed

__all__ = ["Formula", "FormulaWrong", "Name", "NoValue", "Outcome", "Reading", "read_formula"]

_COMPARISON_RULES = {
    ">=": "at least",
    ">": "above",
    "<=": "at most",
    "<": "below",
    "=": "equal",
    "!=": "different",
}
_PERIOD_RULES = {"sum": "sum", "average": "average", "lowest": "least", "highest": "greatest", "count": "sum"}
_RULES = {"+": "sum", "-": "difference", "min": "least", "max": "greatest"}


class NoValue(Refused):
    """A formula that cannot be worked out on the figures there are. Facts: `column`, `problem`, `remedy`."""

    code = "no_value"
    message = "The formula has no value: {problem}, at column {column}. It has one once {remedy}."

    @property
    def column(self) -> int:
        """Where in the text, counted from 1."""
        return int(str(self.facts["column"]))


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as it was reported. value: None where it is missing; percent as percent, a flag as 1 or 0.

    where: its source, in words ("Balance sheet, C14").  period: of a figure per period, as its report names it.
    """

    value: Decimal | int | None
    where: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a formula came to. value: exact, or True or False.  derivation: of the whole, down to the readings.

    headroom: for a comparison, by how much it holds (negative: by how much it fails), in the unit of its sides.
    """

    value: Value
    unit: str
    derivation: Step
    headroom: Fraction | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read and makes sense. unit: of its value.  names: those it uses, in its order."""

    text: str
    unit: str
    names: tuple[str, ...]
    root: Node

    def work_out(self, figures: Mapping[str, Reading | Sequence[Reading]]) -> Outcome:
        """Its value on `figures`: a Reading for each name, or a list of them, oldest first, for one per period.

        A figure that is not needed may be missing, as behind an "if" that chose otherwise. Raises NoValue.
        """
        step = _Work(self.text, figures).value(self.root)
        headroom = None
        if self.root.op in COMPARISONS and self.root.op not in ("=", "!="):
            left, right = (Fraction(part.value) for part in step.parts)
            headroom = left - right if self.root.op.startswith(">") else right - left
        return Outcome(step.value, self.unit, step, headroom)


def read_formula(text: str, names: Mapping[str, Name]) -> Formula:
    """Read a formula over `names`. Raises FormulaWrong, naming the column, and BadInput for a name of no use."""
    check_names(names)
    root = typed(parse(text), names)
    return Formula(text=text, unit=root.unit, names=tuple(names_of(root)), root=root)


class _Work:
    """One working out of a formula. period: counted back from the last one (0), within a function over periods."""

    def __init__(self, text: str, figures: Mapping[str, Reading | Sequence[Reading]]) -> None:
        self.text, self.figures = text, figures
        self.period: int | None = None
        self.by_op: dict[str, Callable[[Node], Step]] = {
            "literal": self.literal,
            "name": self.name,
            "negative": lambda node: self.plain("negative", node),
            "abs": self.absolute,
            "if": self.choice,
            "and": self.joined,
            "or": self.joined,
            "not": lambda node: self.plain("not", node),
            "*": self.product,
            "/": self.quotient,
            "percent": self.converted,
            "ratio": self.converted,
            "number": self.converted,
        }

    def value(self, node: Node) -> Step:
        if node.op in OVER_PERIODS:
            return self.over_periods(node)
        if node.op in self.by_op:
            return self.by_op[node.op](node)
        return self.plain(_COMPARISON_RULES.get(node.op) or _RULES[node.op], node)

    def plain(self, rule: str, node: Node) -> Step:
        return derived(rule, self.label(node), [self.value(part) for part in node.parts], node.unit)

    def label(self, node: Node) -> str:
        return " ".join(self.text[node.start : node.end].split())

    def literal(self, node: Node) -> Step:
        assert node.value is not None, node
        return given(self.label(node), node.value, node.unit)

    def name(self, node: Node) -> Step:
        reading = self.reading(node)
        if reading.value is None:
            remedy = "that figure is entered"
            raise NoValue(column=node.column, problem=f"{_described(node.name, reading)} is missing", remedy=remedy)
        value = bool(reading.value) if node.unit == "flag" else reading.value
        return given(_described(node.name, reading), value, node.unit)

    def reading(self, node: Node) -> Reading:
        found = self.figures.get(node.name)
        if found is None:
            raise NoValue(column=node.column, problem=f"{node.name} is missing", remedy="that figure is entered")
        if isinstance(found, Reading):
            return found
        back = self.period
        if back is None:
            problem = f"{node.name} has figures for {len(found)} periods where it takes one"
            raise NoValue(column=node.column, problem=problem, remedy="a single figure is entered")
        if back >= len(found):
            problem = f"{node.name} has figures for {len(found)} periods where {back + 1} are needed"
            raise NoValue(column=node.column, problem=problem, remedy="the earlier figures are entered")
        return found[len(found) - 1 - back]

    def choice(self, node: Node) -> Step:
        condition = self.value(node.parts[0])
        chosen = self.value(node.parts[1] if condition.value else node.parts[2])
        return derived("chosen", self.label(node), [condition, chosen], node.unit)

    def joined(self, node: Node) -> Step:
        """Both sides, or the left alone where it decides."""
        left = self.value(node.parts[0])
        decided = bool(left.value) == (node.op == "or")
        parts = [left] if decided else [left, self.value(node.parts[1])]
        return derived("any" if node.op == "or" else "all", self.label(node), parts, "flag")

    def absolute(self, node: Node) -> Step:
        part = self.value(node.parts[0])
        opposite = derived("negative", f"-({part.label})", [part], part.unit)
        return derived("greatest", self.label(node), [part, opposite], node.unit)

    def product(self, node: Node) -> Step:
        left, right = (self.value(part) for part in node.parts)
        if right.unit == "percent" and (left.unit == "percent" or node.unit != "percent"):
            right = _as_number(right)
        elif left.unit == "percent" and node.unit != "percent":
            left = _as_number(left)
        return derived("product", self.label(node), [left, right], node.unit)

    def quotient(self, node: Node) -> Step:
        top, bottom = (self.value(part) for part in node.parts)
        if not bottom.value:
            divided, by = (self.label(part) for part in node.parts)
            problem, remedy = f"{by} is zero and divides {divided}", "what it divides by is not zero"
            raise NoValue(column=node.parts[1].column, problem=problem, remedy=remedy)
        if bottom.unit == "percent" and top.unit != "percent":
            bottom = _as_number(bottom)
        return derived("quotient", self.label(node), [top, bottom], node.unit)

    def converted(self, node: Node) -> Step:
        part = self.value(node.parts[0])
        rule = "sum"
        if node.op == "percent" and part.unit != "percent":
            rule = "number as a percent"
        elif node.op == "ratio" and part.unit == "percent":
            rule = "percent as a number"
        return derived(rule, self.label(node), [part], node.unit)

    def over_periods(self, node: Node) -> Step:
        """The figures of the last periods, oldest first; `previous` and `last` take one of them."""
        many = int(node.parts[1].value or 0) if len(node.parts) > 1 else 0
        if node.op in ("last", "previous"):
            return derived("chosen", self.label(node), [self.in_period(node.parts[0], many)], node.unit)
        parts = [self.in_period(node.parts[0], back) for back in reversed(range(many))]
        return derived(_PERIOD_RULES[node.op], self.label(node), parts, node.unit)

    def in_period(self, node: Node, back: int) -> Step:
        self.period = back
        self.check_period(node)
        step = self.value(node)
        self.period = None
        return step

    def check_period(self, node: Node) -> None:
        """Figures of periods that stand in one expression must be of the same period."""
        seen: dict[str, str] = {}
        for each in _names(node):
            if isinstance(self.figures.get(each.name), Reading) or each.name not in self.figures:
                continue
            seen.setdefault(self.reading(each).period, each.name)
            if len(seen) > 1:
                (one, first), (other, second) = seen.items()
                problem = f"{first} is of {one or 'no period'} where {second} is of {other or 'no period'}"
                raise NoValue(column=each.column, problem=problem, remedy="both are of the same periods")


def _names(node: Node) -> list[Node]:
    return [node] if node.op == "name" else [name for part in node.parts for name in _names(part)]


def _as_number(step: Step) -> Step:
    return derived("percent as a number", step.label, [step], "number")


def _described(name: str, reading: Reading) -> str:
    period = f" of {reading.period}" if reading.period else ""
    return f"{name}{period}{f' ({reading.where})' if reading.where else ''}"
