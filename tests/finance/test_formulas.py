"""Formulas: what they come to, and a sentence with the column for every one that cannot be used."""

from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.explain import broken, outline, shown
from finance.formula_parser import FUNCTIONS
from finance.formulas import FormulaWrong, Name, NoValue, Outcome, Reading, read_formula
from tests.finance.shorthand import some_of

NAMES = {
    "ebitda": Name(unit="money", per_period=True),
    "capex": Name(unit="money", per_period=True),
    "debt_service": Name(unit="money", per_period=True),
    "liquidity": Name(unit="money"),
    "loan": Name(unit="money"),
    "rate": Name(unit="percent"),
    "customers": Name(unit="count"),
    "dso": Name(unit="days"),
    "leverage": Name(unit="ratio"),
    "audited": Name(unit="flag"),
}


def quarters(*values: str | None) -> list[Reading]:
    return [
        Reading(None if value is None else D(value), f"Income statement, C{k + 3}", f"2024-Q{k + 1}")
        for k, value in enumerate(values)
    ]


FIGURES: dict[str, Any] = {
    "ebitda": quarters("100.00", "120.00", "90.00", "130.00"),
    "capex": quarters("10.00", "10.00", "10.00", "10.00"),
    "debt_service": quarters("80.00", "80.00", "80.00", "80.00"),
    "liquidity": Reading(D("600000.00"), "Balance sheet, D2"),
    "loan": Reading(D("1000000.00")),
    "rate": Reading(D("7.5")),
    "customers": Reading(12),
    "dso": Reading(45),
    "leverage": Reading(D("3.2")),
    "audited": Reading(1),
}


@pytest.mark.parametrize(
    ("text", "figure", "unit"),
    [
        ("sum(ebitda - capex, 4) / sum(debt_service, 4)", "1.25", "ratio"),
        ("if(liquidity < $500000, 5%, 3 %) * loan", "30,000.00", "money"),
        ("leverage <= 3.5x and (liquidity >= $500000.00 or not audited)", "yes", "flag"),
        ("percent(last(ebitda) / previous(ebitda, 1) - 1)", "44.4444444444 %", "percent"),
        ("count(ebitda / debt_service < 1.5x, 4)", "2", "count"),
        ("average(ebitda, 4) + lowest(ebitda, 4) - highest(ebitda, 2)", "70.00", "money"),
        ("-loan + 2 * loan", "1,000,000.00", "money"),
        ("2 + 3 * 4 - 10 / 4", "11.5", "number"),
        ("(2 + 3) * 4", "20", "number"),
        ("10 - 4 - 3", "3", "number"),
        ("20% * 50%", "10 %", "percent"),
        ("2 * rate", "15 %", "percent"),
        ("leverage * rate", "24 %", "percent"),
        ("rate * leverage", "24 %", "percent"),
        ("loan * rate", "75,000.00", "money"),
        ("loan / 50%", "2,000,000.00", "money"),
        ("50% / 25%", "2", "ratio"),
        ("customers / 4", "3", "count"),
        ("loan / customers", "83,333.3333333333", "money"),
        ("loan / liquidity * 365 days", "608.3333333333", "days"),
        ("dso - 15 days", "30", "days"),
        ("max(leverage, 4x, 3.5)", "4", "ratio"),
        ("min($5, $7)", "5.00", "money"),
        ("abs($3 - $5)", "2.00", "money"),
        ("ratio(50%) * 3", "1.5", "ratio"),
        ("number(dso) * $2", "90.00", "money"),
        ("customers >= 12", "yes", "flag"),
        ("leverage != 3.2x", "no", "flag"),
        ("0.1 + 0.2 = 0.3", "yes", "flag"),
        ("1 / 3 * 3 = 1", "yes", "flag"),
        ("if(audited, 1, 1 / 0)", "1", "number"),
        ("audited or 1 / 0 > 1", "yes", "flag"),
        ("last(ebitda > capex)", "yes", "flag"),
    ],
)
def test_a_formula_comes_to(text: str, figure: str, unit: str) -> None:
    outcome = read_formula(text, NAMES).work_out(FIGURES)
    assert (shown(outcome.derivation), outcome.unit) == (figure, unit)
    assert broken(outcome.derivation) == []


def test_a_comparison_has_headroom_in_its_own_unit() -> None:
    def headroom(text: str) -> F | None:
        return read_formula(text, NAMES).work_out(FIGURES).headroom

    assert headroom("leverage <= 3.5x") == F(3, 10)
    assert headroom("leverage >= 3.5x") == F(-3, 10)
    assert headroom("liquidity > $500000") == 100000
    assert headroom("leverage = 3.2x") is None
    assert headroom("leverage <= 3.5x and audited") is None


def test_a_value_comes_with_its_derivation_down_to_the_cells() -> None:
    outcome = read_formula("sum(ebitda - capex, 2) / sum(debt_service, 2) >= 1.2x", NAMES).work_out(FIGURES)
    assert [(line.depth, line.label, line.figure) for line in outline(outcome.derivation)] == [
        (0, "sum(ebitda - capex, 2) / sum(debt_service, 2) >= 1.2x", "yes"),
        (1, "sum(ebitda - capex, 2) / sum(debt_service, 2)", "1.25"),
        (2, "sum(ebitda - capex, 2)", "200.00"),
        (3, "ebitda - capex", "80.00"),
        (4, "ebitda of 2024-Q3 (Income statement, C5)", "90.00"),
        (4, "capex of 2024-Q3 (Income statement, C5)", "10.00"),
        (3, "ebitda - capex", "120.00"),
        (4, "ebitda of 2024-Q4 (Income statement, C6)", "130.00"),
        (4, "capex of 2024-Q4 (Income statement, C6)", "10.00"),
        (2, "sum(debt_service, 2)", "160.00"),
        (3, "debt_service of 2024-Q3 (Income statement, C5)", "80.00"),
        (3, "debt_service of 2024-Q4 (Income statement, C6)", "80.00"),
        (1, "1.2x", "1.2"),
    ]


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("ebitda", 1, "ebitda has a figure for each period: say which, as in sum(ebitda, 4) or last(ebitda)"),
        ("loan + liquidty", 8, 'no figure is named "liquidty": the nearest is liquidity'),
        ("loan + 5", 8, "money and a plain number cannot be added"),
        ("loan - leverage", 8, "money and a ratio cannot be subtracted"),
        ("rate > 0.05", 8, "a percentage and a plain number cannot be compared"),
        ("customers = leverage", 13, "a count and a ratio cannot be compared"),
        ("loan * loan", 8, "money cannot be multiplied by money"),
        ("loan / dso", 8, "money cannot be divided by days"),
        ("1 < 2 < 3", 7, 'comparisons do not chain: join two of them with "and"'),
        ("(loan", 6, '")" is missing before the end'),
        ("loan)", 5, '")" follows a finished formula: join them with an operator'),
        ("loan loan", 6, '"loan" follows a finished formula: join them with an operator'),
        ("loan +", 7, "a figure, a number or a parenthesis is missing before the end"),
        ("", 1, "a figure, a number or a parenthesis is missing before the end"),
        ("$", 2, "a number is missing before the end"),
        ("$loan", 2, 'a number is missing before "loan"'),
        ("sum(loan, 4)", 5, "sum needs a figure that has one for each period"),
        ("sum(sum(ebitda, 2), 2)", 5, "sum cannot stand within another function over periods"),
        ("sum(ebitda, leverage)", 13, "sum takes how many periods as a whole number from 1 to 120"),
        ("sum(ebitda, 121)", 13, "sum takes how many periods as a whole number from 1 to 120"),
        ("sum(ebitda > capex, 2)", 5, "sum takes a figure, not a condition"),
        ("count(ebitda, 2)", 7, "count takes a condition"),
        ("max(loan)", 1, "max takes from 2 to 20 arguments and has 1"),
        ("abs(loan, loan)", 1, "abs takes 1 arguments and has 2"),
        ("if(loan, 1, 2)", 4, '"if" takes a yes or no, such as a comparison, and this is money'),
        ("if(audited, loan, 3)", 19, "money and a plain number cannot be chosen between"),
        ("not loan", 5, '"not" takes a yes or no, such as a comparison, and this is money'),
        ("audited + 1", 1, '"+" takes figures and this is a yes or no'),
        ("percent(loan)", 9, "money has no meaning as a percentage"),
        ("loan; drop", 5, "the character ';' has no meaning"),
        ("__import__('os')", 12, 'the character "\'" has no meaning'),
        ("1e5", 2, '"e5" follows a finished formula: join them with an operator'),
        ("1" * 21, 1, "a number has more than 20 digits"),
        ("(" * 42 + "1", 42, "parentheses are nested more than 40 deep"),
        ("1+" * 150 + "1", 202, "the formula has more than 200 parts: split it into formulas of its own"),
        ("1" + " " * 2000, 2001, "the text goes on past 2000 characters: split it into formulas of its own"),
    ],
)
def test_a_formula_that_makes_no_sense_names_its_column(text: str, column: int, problem: str) -> None:
    with pytest.raises(FormulaWrong) as refusal:
        read_formula(text, NAMES)
    assert (refusal.value.column, refusal.value.facts["problem"]) == (column, problem)
    assert str(refusal.value) == f"The formula cannot be used: at column {column}, {problem}."


@pytest.mark.parametrize(
    ("text", "changes", "sentence"),
    [
        ("loan / (liquidity - $600000)", {},
         "The formula has no value: (liquidity - $600000) is zero and divides loan, at column 8. "
         "It has one once what it divides by is not zero."),
        ("sum(ebitda, 4)", {"ebitda": quarters("1.00", None, "1.00", "1.00")},
         "The formula has no value: ebitda of 2024-Q2 (Income statement, C4) is missing, at column 5. "
         "It has one once that figure is entered."),
        ("2 * loan", {"loan": None},
         "The formula has no value: loan is missing, at column 5. It has one once that figure is entered."),
        ("sum(ebitda, 5)", {},
         "The formula has no value: ebitda has figures for 4 periods where 5 are needed, at column 5. "
         "It has one once the earlier figures are entered."),
        ("sum(ebitda - capex, 2)", {"capex": quarters("1.00", "1.00", "1.00")},
         "The formula has no value: ebitda is of 2024-Q3 where capex is of 2024-Q2, at column 14. "
         "It has one once both are of the same periods."),
        ("loan", {"loan": quarters("1.00", "2.00")},
         "The formula has no value: loan has figures for 2 periods where it takes one, at column 1. "
         "It has one once a single figure is entered."),
    ],
)  # fmt: skip
def test_a_formula_without_a_value_says_what_is_missing_and_where(
    text: str, changes: dict[str, Any], sentence: str
) -> None:
    figures = {name: figure for name, figure in {**FIGURES, **changes}.items() if figure is not None}
    with pytest.raises(NoValue) as refusal:
        read_formula(text, NAMES).work_out(figures)
    assert str(refusal.value) == sentence


def test_a_name_that_a_formula_could_not_write_is_refused() -> None:
    for name in ("net income", "4quarters", "sum", "If", "días"):
        with pytest.raises(BadInput) as refusal:
            read_formula("1", {name: Name(unit="money")})
        assert refusal.value.facts["value"] == name
    with pytest.raises(BadInput) as refusal:
        Name(unit="dollars")
    assert refusal.value.field == "unit"


def test_a_formula_says_which_names_it_uses() -> None:
    formula = read_formula("sum(ebitda - capex, 4) / sum(debt_service, 4) + last(ebitda) / loan", NAMES)
    assert (formula.names, formula.unit) == (("ebitda", "capex", "debt_service", "loan"), "ratio")


WORDS = ["and", "or", "not", "days", "$5", "2", "1.5x", "20%", "0", "x"]
PIECES = [*NAMES, *FUNCTIONS, *WORDS, *"(),+-*/<>=%'.$"]


@settings(max_examples=200, deadline=None)
@given(some_of(PIECES, 14).map(" ".join) | st.text(max_size=20))
def test_any_text_is_a_value_or_a_sentence(text: str) -> None:
    outcome: Outcome | None = None
    column = 1
    try:
        outcome = read_formula(text, NAMES).work_out(FIGURES)
    except (FormulaWrong, NoValue) as refusal:
        column = refusal.column
    assert 1 <= column <= len(text) + 1
    assert outcome is None or broken(outcome.derivation) == []


# A number in hundredths, or two of these and a sign.
SUMS = st.recursive(
    st.integers(0, 99999), lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner), max_leaves=12
)


def written(tree: Any) -> str:
    if isinstance(tree, int):
        return f"{tree // 100}.{tree % 100:02}"
    left, sign, right = tree
    return f"({written(left)} {sign} {written(right)})"


def worth(tree: Any) -> F:
    if isinstance(tree, int):
        return F(tree, 100)
    one, other = worth(tree[0]), worth(tree[2])
    return {"+": one + other, "-": one - other, "*": one * other}[tree[1]] if tree[1] != "/" else one / other


@settings(max_examples=60, deadline=None)
@given(SUMS)
def test_arithmetic_is_exact(tree: Any) -> None:
    formula = read_formula(written(tree), NAMES)
    try:
        expected = worth(tree)
    except ZeroDivisionError:
        with pytest.raises(NoValue):
            formula.work_out({})
    else:
        assert formula.work_out({}).value == expected
