"""Whether a formula makes sense: every name is known, and no unit is added to, or compared with, another.

Units are those of finance.explain. A plain number takes the side of a ratio or a count it meets; a percentage never
does, so that 20 and 20 % cannot be mistaken for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from finance.errors import BadInput
from finance.explain import UNITS
from finance.formula_parser import COMPARISONS, WORDS, FormulaWrong, Node
from finance.inputs import parse_choice

MOST_PERIODS = 120
OVER_PERIODS = ("sum", "average", "lowest", "highest", "count", "last", "previous")

_SHOWN = {"money": "money", "percent": "a percentage", "ratio": "a ratio", "days": "days", "count": "a count"}
_SHOWN |= {"number": "a plain number", "flag": "a yes or no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A figure that formulas may use. unit: one of finance.explain.UNITS.  per_period: one for each period, in order.

    meaning: in words, for the page that lists them.
    """

    unit: str
    per_period: bool = False
    meaning: str = ""

    def __post_init__(self) -> None:
        parse_choice(self.unit, "unit", UNITS)


def check_names(names: Mapping[str, Name]) -> None:
    """Raises BadInput for a name that a formula could not write."""
    for name in names:
        if not name.isidentifier() or not name.isascii() or name.lower() in WORDS:
            allowed = f"letters, digits and underscores, not beginning with a digit, and none of {', '.join(WORDS)}"
            raise BadInput(field="names", value=name, allowed=allowed)


def typed(node: Node, names: Mapping[str, Name], *, in_period: bool = False) -> Node:
    """The tree with the unit of every node. Raises FormulaWrong, naming the column.

    in_period: within a function over periods, where figures of periods stand for one period's.
    """
    if node.op == "literal":
        return node
    if node.op == "name":
        return replace(node, unit=_unit_of_name(node, names, in_period))
    if node.op in OVER_PERIODS:
        return _over_periods(node, names, in_period)
    parts = tuple(typed(part, names, in_period=in_period) for part in node.parts)
    return replace(node, parts=parts, unit=_unit(node, parts))


def names_of(node: Node) -> list[str]:
    """The names a formula uses, in the order of the text, each once."""
    if node.op == "name":
        return [node.name]
    return list(dict.fromkeys(name for part in node.parts for name in names_of(part)))


def _unit_of_name(node: Node, names: Mapping[str, Name], in_period: bool) -> str:
    declared = names.get(node.name)
    if declared is None:
        near = get_close_matches(node.name, names, n=1)
        hint = f"the nearest is {near[0]}" if near else f"the names are {', '.join(sorted(names)) or 'none'}"
        raise FormulaWrong(column=node.column, problem=f'no figure is named "{node.name}": {hint}')
    if declared.per_period and not in_period:
        problem = f"{node.name} has a figure for each period: say which, as in sum({node.name}, 4) or last({node.name})"
        raise FormulaWrong(column=node.column, problem=problem)
    return declared.unit


def _over_periods(node: Node, names: Mapping[str, Name], in_period: bool) -> Node:
    if in_period:
        raise FormulaWrong(column=node.column, problem=f"{node.op} cannot stand within another function over periods")
    inner = typed(node.parts[0], names, in_period=True)
    if not any(names[name].per_period for name in names_of(inner)):
        raise FormulaWrong(column=inner.column, problem=f"{node.op} needs a figure that has one for each period")
    if (inner.unit == "flag") != (node.op == "count") and node.op not in ("last", "previous"):
        wanted = "a condition" if node.op == "count" else "a figure, not a condition"
        raise FormulaWrong(column=inner.column, problem=f"{node.op} takes {wanted}")
    for many in node.parts[1:]:
        whole = many.op == "literal" and many.unit == "number" and many.value is not None
        if not whole or many.value is None or many.value.denominator != 1 or not 1 <= many.value <= MOST_PERIODS:
            problem = f"{node.op} takes how many periods as a whole number from 1 to {MOST_PERIODS}"
            raise FormulaWrong(column=many.column, problem=problem)
    return replace(node, parts=(inner, *node.parts[1:]), unit="count" if node.op == "count" else inner.unit)


def _unit(node: Node, parts: tuple[Node, ...]) -> str:
    units = [part.unit for part in parts]
    if node.op in ("and", "or", "not"):
        _need_flags(node.op, parts)
        return "flag"
    if node.op == "if":
        _need_flags("if", parts[:1])
        return _shared(node, parts[1:], "chosen between", flags=True)
    for part in parts:
        if part.unit == "flag":
            raise FormulaWrong(column=part.column, problem=f'"{node.op}" takes figures and this is a yes or no')
    if node.op in COMPARISONS:
        _shared(node, parts, "compared")
        return "flag"
    if node.op in ("+", "-", "min", "max"):
        return _shared(node, parts, "added" if node.op == "+" else "subtracted" if node.op == "-" else "compared")
    if node.op in ("negative", "abs"):
        return units[0]
    if node.op in ("percent", "ratio", "number"):
        return _converted(node, parts[0])
    found = _multiplied(*units) if node.op == "*" else _divided(*units)
    if found is None:
        how = "multiplied by" if node.op == "*" else "divided by"
        problem = f"{_SHOWN[units[0]]} cannot be {how} {_SHOWN[units[1]]}"
        raise FormulaWrong(column=parts[1].column, problem=problem)
    return found


def _need_flags(op: str, parts: tuple[Node, ...]) -> None:
    for part in parts:
        if part.unit != "flag":
            problem = f'"{op}" takes a yes or no, such as a comparison, and this is {_SHOWN[part.unit]}'
            raise FormulaWrong(column=part.column, problem=problem)


def _shared(node: Node, parts: tuple[Node, ...], done: str, *, flags: bool = False) -> str:
    """The unit of figures that must agree. A plain number goes with a ratio or a count, never with two of them."""
    units = {part.unit for part in parts}
    others = units - {"number"}
    if not others:
        return "number"
    if len(others) == 1 and (len(units) == 1 or others <= {"ratio", "count"}):
        return others.pop()
    first = parts[0]
    other = next(part for part in parts if part.unit != first.unit)
    problem = f"{_SHOWN[first.unit]} and {_SHOWN[other.unit]} cannot be {done}"
    raise FormulaWrong(column=other.column, problem=problem)


def _converted(node: Node, part: Node) -> str:
    allowed = {
        "percent": ("ratio", "number", "percent"),
        "ratio": ("percent", "number", "count", "ratio"),
        "number": ("days", "count", "ratio", "number"),
    }[node.op]
    if part.unit not in allowed:
        raise FormulaWrong(column=part.column, problem=f"{_SHOWN[part.unit]} has no meaning as {_SHOWN[node.op]}")
    return node.op


def _multiplied(left: str, right: str) -> str | None:
    """A number or a ratio scales anything, a percentage scales what is not one, and a count counts it."""
    for scale in ("number", "ratio", "percent", "count"):
        if scale in (left, right):
            other = right if left == scale else left
            return "number" if other == "count" and scale in ("ratio", "percent") else other
    return None


def _divided(top: str, bottom: str) -> str | None:
    """Two of a kind are a ratio of each other; a number, a ratio, a percentage or a count divides anything."""
    if bottom == "number":
        return top
    if top == bottom:
        return "ratio"
    if bottom == "ratio":
        return {"number": "ratio", "count": "number"}.get(top, top)
    if bottom in ("percent", "count"):
        return "number" if top == "count" else top
    return None
