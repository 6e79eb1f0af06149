"""Reads the text of a formula into a tree: its own tokenizer and a parser by recursive descent. Nothing is evaluated.

expression  = both { "or" both }                    1.25x    a ratio        20%   a percentage
both        = negation { "and" negation }           $500000  money          90 days
negation    = [ "not" ] comparison                  3, 0.5   a plain number
comparison  = terms [ ("<" | "<=" | ">" | ">=" | "=" | "!=") terms ]
terms       = factors { ("+" | "-") factors }
factors     = signed { ("*" | "/") signed }
signed      = [ "-" ] value
value       = literal | name | function "(" expression { "," expression } ")" | "(" expression ")"
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from finance.errors import Refused

MOST_CHARACTERS = 2000
MOST_NODES = 200
DEEPEST = 40
MOST_DIGITS = 20

FUNCTIONS = {
    "if": (3, 3),
    "min": (2, 20),
    "max": (2, 20),
    "abs": (1, 1),
    "percent": (1, 1),
    "ratio": (1, 1),
    "number": (1, 1),
    "sum": (2, 2),
    "average": (2, 2),
    "lowest": (2, 2),
    "highest": (2, 2),
    "count": (2, 2),
    "last": (1, 1),
    "previous": (2, 2),
}
WORDS = ("and", "or", "not", "days", *FUNCTIONS)
COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark><=|>=|!=|[-+*/()<>=,%$]))"
)


class FormulaWrong(Refused):
    """A formula that cannot be read, or that makes no sense. Facts: `column` (from 1), `problem`."""

    code = "formula_wrong"
    message = "The formula cannot be used: at column {column}, {problem}."

    @property
    def column(self) -> int:
        """Where in the text, counted from 1."""
        return int(str(self.facts["column"]))


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula. op: "literal", "name", "negative", a function or an operator as written.

    start, end: the characters of the text it covers.  value, unit: of a literal; units are those of finance.explain.
    """

    op: str
    start: int
    end: int
    parts: tuple["Node", ...] = ()
    name: str = ""
    value: Fraction | None = None
    unit: str = ""

    @property
    def column(self) -> int:
        """Where it begins, counted from 1."""
        return self.start + 1


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> Node:
    """The tree of a formula's text. Raises FormulaWrong, naming the column."""
    if len(text) > MOST_CHARACTERS:
        problem = f"the text goes on past {MOST_CHARACTERS} characters: split it into formulas of its own"
        raise FormulaWrong(column=MOST_CHARACTERS + 1, problem=problem)
    parser = _Parser(_tokens(text))
    node = parser.expression(0)
    if parser.here.kind != "end":
        raise parser.wrong(f"{_quoted(parser.here)} follows a finished formula: join them with an operator")
    return node


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise FormulaWrong(column=at + 1, problem=f"the character {text[at]!a} has no meaning")
        kind = found.lastgroup or ""
        start, at = found.span(kind)
        word = found[kind]
        if kind == "number" and len(word) > MOST_DIGITS:
            raise FormulaWrong(column=start + 1, problem=f"a number has more than {MOST_DIGITS} digits")
        if kind == "name" and word.lower() in WORDS:
            kind, word = "word", word.lower()
        tokens.append(_Token(kind, word, start, at))
    return [*tokens, _Token("end", "", len(text), len(text))]


def _quoted(token: _Token) -> str:
    return f'"{token.text}"' if token.text else "the end"


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.nodes = tokens, 0, 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def wrong(self, problem: str) -> FormulaWrong:
        return FormulaWrong(column=self.here.start + 1, problem=problem)

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def next_is(self, *texts: str) -> bool:
        return self.here.kind in ("mark", "word") and self.here.text in texts

    def expect(self, text: str) -> _Token:
        if not self.next_is(text):
            raise self.wrong(f'"{text}" is missing before {_quoted(self.here)}')
        return self.take()

    def node(self, op: str, start: int, end: int, parts: tuple[Node, ...] = (), name: str = "") -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.wrong(f"the formula has more than {MOST_NODES} parts: split it into formulas of its own")
        return Node(op, start, end, parts, name)

    def joined(self, op: str, left: Node, right: Node) -> Node:
        return self.node(op, left.start, right.end, (left, right))

    def expression(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.wrong(f"parentheses are nested more than {DEEPEST} deep")
        left = self.both(depth)
        while self.next_is("or"):
            left = self.joined(self.take().text, left, self.both(depth))
        return left

    def both(self, depth: int) -> Node:
        left = self.negation(depth)
        while self.next_is("and"):
            left = self.joined(self.take().text, left, self.negation(depth))
        return left

    def negation(self, depth: int) -> Node:
        if self.next_is("not"):
            start = self.take().start
            operand = self.comparison(depth)
            return self.node("not", start, operand.end, (operand,))
        return self.comparison(depth)

    def comparison(self, depth: int) -> Node:
        left = self.terms(depth)
        if not self.next_is(*COMPARISONS):
            return left
        left = self.joined(self.take().text, left, self.terms(depth))
        if self.next_is(*COMPARISONS):
            raise self.wrong('comparisons do not chain: join two of them with "and"')
        return left

    def terms(self, depth: int) -> Node:
        left = self.factors(depth)
        while self.next_is("+", "-"):
            left = self.joined(self.take().text, left, self.factors(depth))
        return left

    def factors(self, depth: int) -> Node:
        left = self.signed(depth)
        while self.next_is("*", "/"):
            left = self.joined(self.take().text, left, self.signed(depth))
        return left

    def signed(self, depth: int) -> Node:
        if self.next_is("-"):
            start = self.take().start
            operand = self.value(depth)
            return self.node("negative", start, operand.end, (operand,))
        return self.value(depth)

    def value(self, depth: int) -> Node:
        token = self.here
        if token.kind == "number" or self.next_is("$"):
            return self.literal()
        if token.kind == "name":
            self.take()
            return self.node("name", token.start, token.end, name=token.text)
        if token.text in FUNCTIONS:
            return self.call(depth)
        if self.next_is("("):
            self.take()
            inner = self.expression(depth + 1)
            end = self.expect(")").end
            return Node(inner.op, token.start, end, inner.parts, inner.name, inner.value, inner.unit)
        raise self.wrong(f"a figure, a number or a parenthesis is missing before {_quoted(token)}")

    def call(self, depth: int) -> Node:
        token = self.take()
        self.expect("(")
        arguments = [self.expression(depth + 1)]
        while self.next_is(","):
            self.take()
            arguments.append(self.expression(depth + 1))
        end = self.expect(")").end
        least, most = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            asked = str(least) if least == most else f"from {least} to {most}"
            problem = f"{token.text} takes {asked} arguments and has {len(arguments)}"
            raise FormulaWrong(column=token.start + 1, problem=problem)
        return self.node(token.text, token.start, end, tuple(arguments))

    def literal(self) -> Node:
        first, unit = self.here, "number"
        if self.next_is("$"):
            self.take()
            unit = "money"
        if self.here.kind != "number":
            raise self.wrong(f"a number is missing before {_quoted(self.here)}")
        number = self.take()
        end, follows = number.end, self.here
        if unit == "number":
            attached = follows.start == number.end
            if self.next_is("%"):
                unit = "percent"
            elif self.next_is("days"):
                unit = "days"
            elif attached and follows.text == "x":
                unit = "ratio"
            end = self.take().end if unit != "number" else end
        self.nodes += 1
        return Node("literal", first.start, end, value=Fraction(number.text), unit=unit)
