"""Expected credit loss by pools: probability of default x loss given default x exposure.

Probabilities come from a migration matrix, counted from how balances moved between arrears buckets (roll rates), or a
pool's remaining loss from the loss curve of older vintages. All of it is exact until a pool's allowance is rounded
once. A run carries a fingerprint of its inputs and its model, so that the same inputs can be shown to give the same
allowance. Source: ASC 326-20-30 (CECL); IFRS 9, 5.5 and B5.5.37 (90 days), 5.5.11 (30 days). Conventions are on
docs/finance/expected-loss.md.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

from finance.errors import BadInput
from finance.explain import Step, derived, given, rounded
from finance.money import ZERO, cents

MODEL = "pd-lgd-ead/1"
LONGEST_HORIZON = 600

Matrix = dict[str, dict[str, Fraction]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a balance did in one period: dollars (or a count, as 1) that were in one bucket and ended in another."""

    start: str
    end: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One loan in a run. bucket: a state of the matrix.  drawn, undrawn: dollars.  stage: IFRS 9; None is CECL.

    conversion: percent of what is undrawn that is expected to be drawn at default.
    """

    loan: str
    pool: str
    bucket: str
    drawn: Decimal
    undrawn: Decimal = ZERO
    conversion: Decimal = Decimal(100)
    stage: int | None = None

    def __post_init__(self) -> None:
        for name in ("drawn", "undrawn"):
            if getattr(self, name) < 0:
                raise BadInput(field=f"{self.loan}.{name}", value=str(getattr(self, name)), allowed="zero or more")
        if not 0 <= self.conversion <= 100:
            raise BadInput(field=f"{self.loan}.conversion", value=str(self.conversion), allowed="from 0 to 100")
        if self.stage not in (None, 1, 2, 3):
            raise BadInput(field=f"{self.loan}.stage", value=self.stage, allowed="1, 2 or 3, or left out")

    @property
    def at_default(self) -> Fraction:
        """Dollars exposed at default, exact."""
        return Fraction(self.drawn) + Fraction(self.undrawn) * Fraction(self.conversion) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRule:
    """How a pool is measured. Percentages as percent.

    lgd: loss given default.  periods: of the matrix, to the end of the pool's expected life (CECL; stages 2 and 3).
    year: periods in twelve months (stage 1).  overlay: points added to each probability, by judgment and with a reason.
    """

    lgd: Decimal
    periods: int
    year: int = 12
    overlay: Decimal = Decimal(0)
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.lgd <= 100:
            raise BadInput(field="lgd", value=str(self.lgd), allowed="from 0 to 100")
        for name in ("periods", "year"):
            if not 0 <= getattr(self, name) <= LONGEST_HORIZON:
                allowed = f"a whole number from 0 to {LONGEST_HORIZON}"
                raise BadInput(field=name, value=getattr(self, name), allowed=allowed)
        if self.overlay and not self.reason.strip():
            raise BadInput(field="reason", value=self.reason, allowed="given with an overlay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One pool, bucket and stage of a run: `loans` of them, `exposure` dollars, `pd` as a fraction, `loss` exact."""

    pool: str
    bucket: str
    stage: int | None
    loans: int
    exposure: Fraction
    periods: int
    pd: Fraction
    overlay: Decimal
    lgd: Decimal
    loss: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A run. by_pool: dollars, each rounded once from its cells; `total` is their sum.

    fingerprint: SHA-256, in hexadecimal, of the model's name and every input, whatever their order.
    """

    by_pool: dict[str, Decimal]
    cells: tuple[Cell, ...]
    total: Decimal
    model: str
    fingerprint: str


def migration_matrix(moves: Iterable[Move], buckets: Sequence[str], absorbing: Sequence[str]) -> Matrix:
    """The share of each bucket that ended in each bucket, one period later; every row adds up to 1.

    buckets: all of them, in order.  absorbing: those that are never left ("default", "closed"); what is said to have
    left one is refused. A bucket that was never seen stays where it is, as nothing says otherwise. Raises BadInput.
    """
    for name in absorbing:
        if name not in buckets:
            raise BadInput(field="absorbing", value=name, allowed=f"one of {', '.join(buckets)}")
    seen: dict[str, defaultdict[str, Fraction]] = {name: defaultdict(Fraction) for name in buckets}
    for k, move in enumerate(moves):
        for part, name in (("start", move.start), ("end", move.end)):
            if name not in seen:
                raise BadInput(field=f"moves[{k}].{part}", value=name, allowed=f"one of {', '.join(buckets)}")
        if move.amount < 0:
            raise BadInput(field=f"moves[{k}].amount", value=str(move.amount), allowed="zero or more")
        if move.start in absorbing and move.end != move.start:
            raise BadInput(field=f"moves[{k}].end", value=move.end, allowed=f"{move.start}, which is never left")
        seen[move.start][move.end] += Fraction(move.amount)
    matrix: Matrix = {}
    for name in buckets:
        total = sum(seen[name].values(), Fraction(0))
        matrix[name] = {
            other: seen[name][other] / total if total else Fraction(int(other == name)) for other in buckets
        }
    return matrix


def roll_rates(matrix: Matrix, buckets: Sequence[str]) -> dict[str, Fraction]:
    """The share of each bucket that moved to a later one, in the order of `buckets`."""
    return {
        name: sum((matrix[name][other] for other in buckets[k + 1 :]), Fraction(0)) for k, name in enumerate(buckets)
    }


def default_probabilities(matrix: Matrix, default: str, periods: int) -> dict[str, Fraction]:
    """The probability of being in `default` after so many periods, from each bucket."""
    if default not in matrix:
        raise BadInput(field="default", value=default, allowed=f"one of {', '.join(matrix)}")
    if not 0 <= periods <= LONGEST_HORIZON:
        raise BadInput(field="periods", value=periods, allowed=f"a whole number from 0 to {LONGEST_HORIZON}")
    reached = {name: Fraction(int(name == default)) for name in matrix}
    for _ in range(periods):
        reached = {
            name: _trimmed(sum((share * reached[other] for other, share in row.items() if share), Fraction(0)))
            for name, row in matrix.items()
        }
    return reached


def stage(dpd: int, *, risk_increased: bool = False, impaired: bool = False) -> int:
    """The IFRS 9 stage: 3 when credit-impaired or 90 days past due, 2 when risk has increased or 30, otherwise 1.

    Source: IFRS 9, 5.5.11 and B5.5.37, both rebuttable presumptions.
    """
    if impaired or dpd >= 90:
        return 3
    return 2 if risk_increased or dpd > 30 else 1


def allowance(exposures: Iterable[Exposure], rules: Mapping[str, PoolRule], matrix: Matrix, default: str) -> Allowance:
    """The expected loss of a book, by pool. Raises BadInput for a pool without a rule or a bucket not in the matrix.

    Stage 1 looks a year ahead, no stage (CECL) and stage 2 to the end of the pool's life; stage 3, and the default
    bucket, have defaulted already. A probability with its overlay stays within 0 and 100 %.
    """
    exposures = sorted(exposures, key=lambda exposure: exposure.loan)
    groups: defaultdict[tuple[str, str, int], list[Exposure]] = defaultdict(list)
    for k, exposure in enumerate(exposures):
        if k and exposure.loan == exposures[k - 1].loan:
            raise BadInput(field="exposures", value=exposure.loan, allowed="each loan once")
        if exposure.pool not in rules:
            raise BadInput(field=f"{exposure.loan}.pool", value=exposure.pool, allowed="a pool that has a rule")
        if exposure.bucket not in matrix:
            raise BadInput(
                field=f"{exposure.loan}.bucket", value=exposure.bucket, allowed=f"one of {', '.join(matrix)}"
            )
        groups[exposure.pool, exposure.bucket, exposure.stage or 0].append(exposure)
    horizons = {periods for rule in rules.values() for periods in (rule.year, rule.periods)}
    curves = {periods: default_probabilities(matrix, default, periods) for periods in horizons}
    cells = tuple(_cell(key, members, rules[key[0]], curves, default) for key, members in sorted(groups.items()))
    by_pool = {
        name: cents(sum((cell.loss for cell in cells if cell.pool == name), Fraction(0)))
        for name in sorted({cell.pool for cell in cells})
    }
    return Allowance(
        by_pool=by_pool,
        cells=cells,
        total=sum(by_pool.values(), ZERO),
        model=MODEL,
        fingerprint=_fingerprint(exposures, rules, matrix, default),
    )


def explain_allowance(run: Allowance) -> Step:
    """The derivation of a run's total: pools, then their cells, each probability x loss given default x exposure."""
    pools = []
    for name, amount in run.by_pool.items():
        cells = [_explained(cell) for cell in run.cells if cell.pool == name]
        pools.append(rounded(f"Allowance of {name}", derived("sum", "Expected loss, exact", cells), amount))
    return derived("sum", "Allowance", pools, value=run.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """A static pool: what was lent, and losses so far, cumulative, one figure for each period of age (dollars)."""

    name: str
    originated: Decimal
    losses: tuple[Decimal, ...]


def loss_curve(vintages: Sequence[Vintage]) -> list[Fraction]:
    """Cumulative loss at each age as a share of what was lent, by the chain ladder.

    From each age to the next, losses grow by the ratio of both over the vintages old enough to have seen the later
    one, weighted by their losses; the first age is the share over all vintages. Raises BadInput where no ratio exists.
    """
    if not vintages or not all(vintage.losses and vintage.originated > 0 for vintage in vintages):
        raise BadInput(field="vintages", value=len(vintages), allowed="at least one, each with loans and a first age")
    first = sum((Fraction(vintage.losses[0]) for vintage in vintages), Fraction(0))
    curve = [first / sum(Fraction(vintage.originated) for vintage in vintages)]
    for age in range(1, max(len(vintage.losses) for vintage in vintages)):
        older = [vintage for vintage in vintages if len(vintage.losses) > age]
        before = sum((Fraction(vintage.losses[age - 1]) for vintage in older), Fraction(0))
        after = sum((Fraction(vintage.losses[age]) for vintage in older), Fraction(0))
        if before:
            curve.append(curve[-1] * after / before)
        else:
            curve.append(after / sum(Fraction(vintage.originated) for vintage in older))
    return curve


def remaining_losses(vintages: Sequence[Vintage], curve: Sequence[Fraction]) -> dict[str, Decimal]:
    """Dollars still to be lost by each vintage: what the curve has between its age and its end, of what was lent."""
    return {
        vintage.name: max(ZERO, cents(Fraction(vintage.originated) * (curve[-1] - curve[len(vintage.losses) - 1])))
        for vintage in vintages
    }


def _cell(
    key: tuple[str, str, int],
    members: Sequence[Exposure],
    rule: PoolRule,
    curves: Mapping[int, Mapping[str, Fraction]],
    default: str,
) -> Cell:
    pool, bucket, stage_number = key
    exposure = sum((member.at_default for member in members), Fraction(0))
    defaulted = stage_number == 3 or bucket == default
    periods = 0 if defaulted else rule.year if stage_number == 1 else rule.periods
    pd = Fraction(1) if defaulted else curves[periods][bucket]
    overlay = Decimal(0) if defaulted else rule.overlay
    chance = min(Fraction(1), max(Fraction(0), pd + Fraction(overlay) / 100))
    return Cell(
        pool=pool,
        bucket=bucket,
        stage=stage_number or None,
        loans=len(members),
        exposure=exposure,
        periods=periods,
        pd=pd,
        overlay=overlay,
        lgd=rule.lgd,
        loss=exposure * chance * Fraction(rule.lgd) / 100,
    )


def _explained(cell: Cell) -> Step:
    name = f"{cell.bucket}{'' if cell.stage is None else f', stage {cell.stage}'}"
    raised = derived(
        "sum",
        "With the overlay",
        [
            given(f"Probability of default within {cell.periods} periods", cell.pd, "number"),
            derived("percent as a number", "Overlay", [given("Points", cell.overlay, "percent")], "number"),
        ],
        "number",
    )
    bounded = derived("greatest", "Not below zero", [raised, given("None", 0, "number")], "number")
    chance = derived("least", "Probability used", [bounded, given("Certain", 1, "number")], "number")
    lgd = derived("percent as a number", "Loss given default", [given("Percent", cell.lgd, "percent")], "number")
    exposure = given(f"Exposure at default of {cell.loans} loans", cell.exposure)
    return derived("product", f"Expected loss, {name}", [exposure, chance, lgd], value=cell.loss)


def _trimmed(probability: Fraction) -> Fraction:
    """To thirty decimals, half up: exact powers of a matrix would grow by digits with every period."""
    scale: int = 10**30
    return Fraction(
        (2 * probability.numerator * scale + probability.denominator) // (2 * probability.denominator), scale
    )


def _fingerprint(exposures: Iterable[Exposure], rules: Mapping[str, PoolRule], matrix: Matrix, default: str) -> str:
    content = {
        "model": MODEL,
        "default": default,
        "matrix": {name: {other: str(share) for other, share in row.items()} for name, row in matrix.items()},
        "rules": {name: [_plain(part) for part in _fields(rule)] for name, rule in rules.items()},
        "exposures": [[_plain(part) for part in _fields(exposure)] for exposure in exposures],
    }
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _fields(item: Exposure | PoolRule) -> list[object]:
    return [getattr(item, name) for name in item.__dataclass_fields__]


def _plain(value: object) -> object:
    """Amounts by what they are worth, so that 100 and 100.00 are the same input."""
    return str(Fraction(value)) if isinstance(value, Decimal) else value
