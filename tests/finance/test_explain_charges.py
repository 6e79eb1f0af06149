"""Derivations of charges, rates, yields, loss curves and payments solved anew re-add, for whatever is drawn."""

from datetime import date, timedelta
from fractions import Fraction as F
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from finance.errors import Refused
from finance.expected_loss import Vintage, loss_curve, remaining_losses
from finance.explain import Step, broken, outline
from finance.explain_changes import explain_level_payment, explain_reset
from finance.explain_charges import (
    explain_factor_cost,
    explain_factor_payoff,
    explain_interest_charge,
    explain_late_fee,
    explain_maintenance_charge,
    explain_reconciliation,
    explain_steps_charge,
)
from finance.explain_rates import explain_loss_curve, explain_remaining_loss, explain_yield
from finance.factor_rate import EarlyPayoff, FactorTerms, payoff_of, reconciliation
from finance.floating import Fixing, FloatingRate, resets
from finance.late_fee_caps import cap_table
from finance.latefees import fee_amount
from finance.level_payment import PaymentRule, level_payment, solve_level
from finance.loan_state import State
from finance.prepayment import (
    MonthsOfInterest,
    PercentSteps,
    Prepayment,
    YieldMaintenance,
    interest_charge,
    maintenance_charge,
    steps_charge,
)
from finance.terms import Instalment, LateFeeRule, LoanTerms
from finance.yields import CashFlow, solve_yield, xirr
from tests.finance.shorthand import Amounts, D, lists_of

START = date(2023, 11, 30)
MONEY = st.integers(1, 10**7).map(lambda count: D(count).scaleb(-2))
PERCENTS = st.integers(0, 20_000).map(lambda count: D(count).scaleb(-3))
DAYS = st.integers(1, 2_000).map(lambda days: START + timedelta(days))
ROUNDINGS = st.sampled_from(["HALF_UP", "HALF_EVEN"])
AMOUNTS, THOUSANDTHS = Amounts(1, 10**7), [D(count).scaleb(-3) for count in range(20_001)]
CALENDAR = [START + timedelta(days) for days in range(1, 2_001)]

laws = settings(max_examples=25, deadline=None)


def re_adds(step: Step, value: Any) -> None:
    """The figure at the top is the result's own, follows from its parts, and another one would not."""
    assert (step.value, broken(step)) == (value, []), step.label
    assert step.rule == "given" or len(outline(step)) > 1


@laws
@given(
    lists_of(
        *[(False, True), AMOUNTS, THOUSANDTHS, ("greater", "lesser", "sum"), (False, True), cap_table()],
        *[AMOUNTS, AMOUNTS, ("HALF_UP", "HALF_EVEN")],
    )
)
def test_a_late_fee_re_adds(drawn: list[Any]) -> None:
    is_flat, flat, percent, combine, is_capped, row, instalment, part, rounding = drawn
    rule = LateFeeRule(
        grace_days=10,
        flat=flat if is_flat else None,
        percent=percent,
        combine=combine,
        cap=row.cap if is_capped else None,
    )
    unpaid = min(part, instalment)
    fee = fee_amount(rule, instalment, rounding, unpaid=unpaid)
    re_adds(explain_late_fee(rule, instalment, rounding, unpaid=unpaid), fee)


def test_a_late_fee_says_what_the_law_took_off() -> None:
    (cap,) = [row.cap for row in cap_table() if (row.state, row.applies_to) == ("NY", "owner_occupied_mortgage")]
    rule = LateFeeRule(grace_days=10, percent=D("5"), cap=cap)
    assert [
        (line.depth, line.label, line.figure) for line in outline(explain_late_fee(rule, D("500.00")), deepest=3)
    ] == [
        (0, "Late fee", "10.00"),
        (1, "Not above what law allows", "10.00"),
        (2, "By the contract, the greater", "25.00"),
        (3, "Percentage of the instalment", "25.00"),
        (2, f"Allowed by law, {cap.citation}", "10.00"),
        (3, "Lawful percentage, cut to the cent", "10.00"),
    ]


@laws
@given(
    lists_of(
        *[AMOUNTS] * 4,
        CALENDAR,
        THOUSANDTHS,
        THOUSANDTHS,
        range(1, 13),
        ["HALF_UP", "HALF_EVEN"],
        range(7),
        *[THOUSANDTHS] * 6,
    )
)
def test_prepayment_charges_re_add(drawn: list[Any]) -> None:
    prepaid, more, original, before, on, free, rate, months, rounding, count, *percents = drawn
    prepayment = Prepayment(
        on=on, started_on=START, prepaid=prepaid, balance=prepaid + more, original=original, rate=rate,
        prepaid_before=before,
    )  # fmt: skip
    steps = PercentSteps(percents=tuple(percents[:count]), free_percent=free)
    re_adds(explain_steps_charge(steps, prepayment, rounding), steps_charge(steps, prepayment, rounding))
    for through in (None, START + timedelta(1_000)):
        interest = MonthsOfInterest(months=months, through=through, free_percent=free)
        re_adds(
            explain_interest_charge(interest, prepayment, rounding), interest_charge(interest, prepayment, rounding)
        )
    coming = [Instalment(due_date=on + timedelta(23 + 31 * k), amount=original) for k in range(months)]
    for open_from in (None, START + timedelta(1_500)):
        whole = YieldMaintenance(spread=free, minimum_percent=rate, open_from=open_from)
        asked = maintenance_charge(whole, prepayment, coming, rate, rounding)
        re_adds(explain_maintenance_charge(whole, prepayment, coming, rate, rounding), asked)


@laws
@given(MONEY, st.integers(1_000, 2_000), DAYS, MONEY, PERCENTS)
def test_a_factor_rate_re_adds(advance: D, thousandths: int, on: date, collected: D, percent: D) -> None:
    factor = D(thousandths).scaleb(-3)
    early = (EarlyPayoff(through_days=300, factor=1 + (factor - 1) / 2),)
    terms = FactorTerms(advance=advance, factor=factor, funded_on=START, payment=advance, early_payoff=early)
    re_adds(explain_factor_cost(terms), terms.cost)
    re_adds(explain_factor_payoff(terms, on, collected), payoff_of(terms, on, collected))
    re_adds(explain_reconciliation(percent, collected, advance), reconciliation(percent, collected, advance))


OPTIONAL = st.none() | PERCENTS.filter(bool)


@laws
@given(
    st.lists(PERCENTS, min_size=1, max_size=5),
    PERCENTS,
    PERCENTS,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.booleans(),
)
def test_a_reset_re_adds(
    index: list[D], initial: D, floor: D, width: Any, first_cap: Any, periodic_cap: Any, index_floor: Any, eighths: bool
) -> None:
    note = FloatingRate(
        index="SOFR", margin=D("-0.4"), index_floor=index_floor, floor=floor, cap=width and floor + width,
        first_cap=first_cap, periodic_cap=periodic_cap, round_to=D("0.125") if eighths else None,
    )  # fmt: skip
    dates = [START + timedelta(30 * k) for k in range(len(index))]
    published = [Fixing(on=on, rate=rate) for on, rate in zip(dates, index, strict=True)]
    for reset in resets(note, initial, dates, published):
        re_adds(explain_reset(note, reset), reset.rate)


@laws
@given(MONEY, st.lists(st.tuples(st.integers(1, 3_650), MONEY), min_size=1, max_size=12))
def test_a_yield_re_adds(lent: D, receipts: list[tuple[int, D]]) -> None:
    stream = [CashFlow(START, -lent), *(CashFlow(START + timedelta(day), amount) for day, amount in receipts)]
    try:
        found = solve_yield(stream)
    except Refused:
        return
    assert xirr(stream) == found.rate
    re_adds(explain_yield(found), found.rate)


def test_a_yield_that_was_not_found_does_not_re_add() -> None:
    found = solve_yield([CashFlow(START, D("-100.00")), CashFlow(START + timedelta(365), D("110.00"))])
    assert (found.rate, broken(explain_yield(found))) == (D(10), [])
    off = type(found)(found.rate, found.exact + D("1E-9"), found.start, found.ladder)
    assert [step.rule for step in broken(explain_yield(off))] == ["rounded", "root"]


@laws
@given(st.lists(st.tuples(MONEY, st.lists(st.integers(0, 10**5), min_size=1, max_size=5)), min_size=1, max_size=5))
@example([(D("0.01"), [0]), (D("0.01"), [0, 1])])  # nothing lost at first, by one too young to see the next age
def test_a_loss_curve_re_adds(pools: list[tuple[D, list[int]]]) -> None:
    vintages = [
        Vintage(
            name=f"V{k}", originated=lent, losses=tuple(D(sum(lost[: age + 1])).scaleb(-2) for age in range(len(lost)))
        )
        for k, (lent, lost) in enumerate(pools)
    ]
    curve = loss_curve(vintages)
    re_adds(explain_loss_curve(vintages, curve, len(curve) - 1), curve[-1])
    for name, loss in remaining_losses(vintages, curve).items():
        re_adds(explain_remaining_loss(vintages, curve, name, loss), loss)


@laws
@given(
    MONEY,
    st.integers(0, 10**6),
    PERCENTS,
    st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT"]),
    st.integers(1, 8),
    st.sampled_from(["nearest", "up"]),
    st.sampled_from([D("0.01"), D("1.00")]),
    ROUNDINGS,
)
def test_a_payment_solved_anew_re_adds(
    principal: D, accrued: int, rate: D, day_count: str, n: int, up: str, unit: D, rounding: str
) -> None:
    terms = LoanTerms(rate=rate, day_count=day_count, schedule=(), rounding=rounding)
    state = State(rate=rate, rounding=rounding, principal=principal, accrued=F(accrued, 10_007))
    dates = [START + timedelta(20 + 31 * k) for k in range(n)]
    rule = PaymentRule(rounding=up, unit=unit)
    solved = solve_level(terms, state, START, dates, rule)
    assert solved.payment == level_payment(terms, state, START, dates, rule)
    re_adds(explain_level_payment(solved), solved.payment)
