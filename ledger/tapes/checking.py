"""Row by row: what is refused and why, what is corrected, and what is a loan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from finance.money import ZERO
from ledger.tapes.layouts import Layout, Setting, TapeLoan
from ledger.tapes.reading import Row, Tape

# What a tape is tied out by. The first is of any row; the others of those whose figures can be read.
MEASURES = ("loans", "disbursed", "charge_offs", "charged_off")
Figures = dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A row that was refused, or a value that was corrected, as a BoardingRow keeps it."""

    line: int
    column: str
    value: str
    outcome: str
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """loans: the good rows.  tape: the figures of all rows.  refused: those of the rows refused by each rule."""

    loans: list[TapeLoan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    tape: Figures = field(default_factory=lambda: dict.fromkeys(MEASURES, ZERO))
    refused: dict[str, Figures] = field(default_factory=dict)

    @property
    def corrected_lines(self) -> set[int]:
        return {finding.line for finding in self.findings if finding.outcome == "corrected"}


def check(tape: Tape, layout: Layout, setting: Setting) -> Checked:
    """Every row of `tape` against the rules of `layout`."""
    checked = Checked()
    for row in tape.rows:
        figures = figures_of(row, layout)
        add(checked.tape, figures)
        values, refusal = read_row(row, layout, len(tape.columns))
        refusal = refusal or broken_rule(row, values, layout, setting)
        setting.seen.setdefault(row.values.get(layout.number, ""), row.line)
        if refusal:
            checked.findings.append(refusal)
            add(checked.refused.setdefault(refusal.rule, dict.fromkeys(MEASURES, ZERO)), figures)
            continue
        for correction in layout.corrections:
            value = values[correction.column]
            corrected = correction.corrected(values)
            if corrected != value:
                values[correction.column] = corrected
                checked.findings.append(
                    found(row, correction.column, "corrected", correction.name, correction.sentence)
                )
        checked.loans.append(layout.to_loan(row.line, values))
    return checked


def read_row(row: Row, layout: Layout, width: int) -> tuple[dict[str, object], Finding | None]:
    """The row's fields as what they mean, or why they cannot be read."""
    if row.fields != width:
        sentence = f"The row has {row.fields} fields and the heading {width}: give each column one field."
        return {}, found(row, "", "refused", "fields", sentence)
    values: dict[str, object] = {}
    for column, kind in layout.columns.items():
        text = row.values[column]
        try:
            values[column] = kind.read(text)
        except (ValueError, OverflowError):
            shown = f'"{text}"' if text else "empty"
            sentence = f"{column} cannot be {shown[:60]}: it must be {kind.wanted}."
            return {}, found(row, column, "refused", "unreadable", sentence)
    return values, None


def broken_rule(row: Row, values: dict[str, object], layout: Layout, setting: Setting) -> Finding | None:
    for rule in layout.rules:
        if rule.broken(values, setting):
            sentence = rule.sentence.format(value=row.values[rule.column], **rule.facts(values, setting))
            return found(row, rule.column, "refused", rule.name, sentence)
    return None


def found(row: Row, column: str, outcome: str, rule: str, sentence: str) -> Finding:
    value = row.values.get(column, "")[:120]
    return Finding(line=row.line, column=column, value=value, outcome=outcome, rule=rule, sentence=sentence)


def figures_of(row: Row, layout: Layout) -> Figures:
    """What the row adds to the tape's totals; a figure that cannot be read adds nothing."""
    charged_off = readable(row, layout, layout.charged_off)
    return {
        "loans": Decimal(1),
        "disbursed": readable(row, layout, layout.amount),
        "charge_offs": Decimal(charged_off > 0),
        "charged_off": charged_off,
    }


def readable(row: Row, layout: Layout, column: str) -> Decimal:
    read: Callable[[str], Decimal] = layout.columns[column].read
    try:
        return read(row.values.get(column, ""))
    except ValueError:
        return ZERO


def add(total: Figures, figures: Figures) -> None:
    for measure, figure in figures.items():
        total[measure] += figure
