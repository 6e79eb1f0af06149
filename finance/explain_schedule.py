"""The derivation of a schedule's figures, from the basis that the schedule kept of its own computation."""

from datetime import date
from fractions import Fraction

from finance.daycount import year_fraction
from finance.duedates import first_period_length
from finance.explain import Step, derived, elapsed, given, rounded
from finance.money import ZERO, from_cents
from finance.schedule import Row, Schedule
from finance.schedule_terms import FREQUENCIES

FIGURES = ("payment", "interest", "principal", "closing")


def explain_row(schedule: Schedule, k: int, figure: str = "payment") -> Step:
    """How one of FIGURES of row `k` (counted from 1) came about."""
    assert figure in FIGURES, figure
    row = schedule.rows[k - 1]
    interest = _interest(schedule, row)
    principal = _principal(schedule, row)
    if figure == "interest":
        return interest
    if figure == "principal":
        return principal
    if figure == "payment":
        return derived(
            "sum", f"Payment of row {k}, due {row.due_date}", _paid(row, interest, principal), value=row.payment
        )
    opening = given(f"Opening balance of row {k}", row.opening)
    return derived("difference", f"Balance after row {k}", [opening, principal], value=row.closing)


def explain_accrued(schedule: Schedule, k: int) -> Step:
    """The interest of the period of row `k` (counted from 1), whether it is paid with that row or not."""
    return _accrued(schedule, schedule.rows[k - 1])


def explain_total_interest(schedule: Schedule) -> Step:
    """All the interest a schedule asks for, row by row."""
    rows = [explain_row(schedule, row.k, "interest") for row in schedule.rows]
    return derived("sum", "Total interest", rows, value=schedule.total_interest)


def explain_regular_payment(schedule: Schedule) -> Step:
    """The regular payment: given, or solved from the balance and rounded once. The schedule has one."""
    basis, payment = schedule.basis, schedule.regular_payment
    assert payment is not None
    terms = basis.terms
    rounding = "UP" if terms.payment_rounding == "up" else terms.rounding
    if terms.method == "flat":
        total = derived("sum", "Principal and interest", [_lent(schedule), _flat_total(schedule)])
        exact = derived("quotient", "Equal payments, exact", [total, given("Rows", terms.n, "count")])
        return rounded("Regular payment", exact, payment, rounding=rounding, to=terms.payment_unit)
    if basis.level is None:
        return given("Regular payment, solved over all steps" if basis.plan else "Regular payment, as agreed", payment)
    level, scale = basis.level, basis.level.scale
    grown = derived(
        "product",
        "Opening balance grown over all rows",
        [
            given("Opening balance", Fraction(level.opening, 100)),
            given("Product of (1 + rate) over all rows", Fraction(level.growth, scale), "number"),
        ],
    )
    owed = derived("difference", "To be paid by the rows", [grown, given("Balloon", Fraction(level.balloon, 100))])
    annuity = given("Sum of the growth of 1.00 paid in each row", Fraction(level.annuity, scale), "number")
    exact = derived("quotient", "Regular payment, exact", [owed, annuity], value=level.exact / 100)
    return rounded("Regular payment", exact, payment, rounding=rounding, to=terms.payment_unit)


def _paid(row: Row, interest: Step, principal: Step) -> list[Step]:
    """What a payment consists of; a capitalising row pays nothing, and its interest went to the balance."""
    if row.payment == ZERO and row.principal < 0:
        return [given("A capitalising row pays nothing", ZERO)]
    return [interest, principal]


def _interest(schedule: Schedule, row: Row) -> Step:
    """Interest paid with a row: of its own period, and what was deferred to it; none in grace that asks for none."""
    grace, grace_rows = schedule.basis.terms.grace, schedule.basis.terms.grace_rows
    own = _accrued(schedule, row)
    label = f"Interest paid with row {row.k}"
    if grace is None or row.k > grace_rows + 1 or grace.type == "principal":
        return derived("sum", label, [own], value=row.interest)
    if row.k <= grace_rows:
        later = "added to the balance" if grace.type == "capitalise" else "collected with the first paying row"
        moved = given(f"Of it {later}", -row.interest_accrued)
        return derived("sum", label, [own, moved], value=row.interest)
    before = schedule.rows[:grace_rows] if grace.type == "defer" else ()
    return derived("sum", label, [own, *(_accrued(schedule, each) for each in before)], value=row.interest)


def _accrued(schedule: Schedule, row: Row) -> Step:
    """Interest of a row's period: opening balance x rate of the period, rounded once."""
    terms, rates = schedule.basis.terms, schedule.basis.rates
    if terms.method == "flat":
        return _flat_interest(schedule, row)
    exact = derived(
        "product",
        f"Interest of row {row.k}, exact",
        [given(f"Opening balance of row {row.k}", row.opening), _rate_of_period(schedule, row)],
        value=Fraction(row.opening) * Fraction(rates.of_row[row.k - 1], rates.denominator),
    )
    return rounded(f"Interest of row {row.k}", exact, row.interest_accrued, rounding=terms.rounding)


def _flat_interest(schedule: Schedule, row: Row) -> Step:
    """Interest on the principal first lent, as long as any of the total is left; the last row takes the rest."""
    label = f"Interest of row {row.k}"
    before = [given(f"Interest of row {each.k}", each.interest_accrued) for each in schedule.rows[: row.k - 1]]
    left = derived("difference", "Left of all interest", [_flat_total(schedule), *before])
    if row.k == schedule.basis.terms.n:
        return derived("sum", f"{label}: the rest", [left], value=row.interest_accrued)
    exact = derived("product", f"{label}, exact", [_lent(schedule), _rate_of_period(schedule, row)])
    own = rounded(f"{label}, rounded", exact, rounding=schedule.basis.terms.rounding)
    return derived("least", label, [own, left], value=row.interest_accrued)


def _lent(schedule: Schedule) -> Step:
    return given("Principal first lent", schedule.basis.terms.principal)


def _flat_total(schedule: Schedule) -> Step:
    rates = schedule.basis.rates
    whole = given("Sum of the rates of all rows", Fraction(sum(rates.of_row), rates.denominator), "number")
    exact = derived("product", "All interest, exact", [_lent(schedule), whole])
    return rounded("All interest", exact, rounding=schedule.basis.terms.rounding)


def _rate_of_period(schedule: Schedule, row: Row) -> Step:
    terms, rates = schedule.basis.terms, schedule.basis.rates
    yearly = derived("percent as a number", "Rate a year", [given("Rate", terms.rate, "percent")], "number")
    if terms.interest_mode == "periodic":
        periods = first_period_length(terms, schedule.rows[0].due_date) if row.k == 1 else Fraction(1)
        year = derived(
            "quotient",
            "Part of a year",
            [
                given("Length in periods", periods, "number"),
                given(f"Periods a year, {terms.frequency}", FREQUENCIES[terms.frequency].per_year, "count"),
            ],
            "number",
        )
    else:
        assert terms.day_count is not None
        dates = [terms.start_date, *_accrual_dates(schedule)]
        year = part_of_year(terms.day_count, dates[row.k - 1], dates[row.k])
    value = Fraction(rates.of_row[row.k - 1], rates.denominator)
    return derived("product", f"Rate of row {row.k}", [yearly, year], "number", value)


def _accrual_dates(schedule: Schedule) -> list[date]:
    adjusted = schedule.basis.terms.accrual_dates == "adjusted"
    return [row.pay_date if adjusted else row.due_date for row in schedule.rows]


def part_of_year(day_count: str, start: date, end: date) -> Step:
    """A year fraction with its days. Under ACT/ACT days of leap years and of others stand apart."""
    if day_count != "ACT/ACT":
        days = elapsed(f"Days from {start} to {end}, {day_count}", day_count, start, end)
        year = given("Days of the year", 365 if day_count == "ACT/365F" else 360, "days")
        return derived("quotient", "Part of a year", [days, year], "number", year_fraction(day_count, start, end))
    parts, at = [], start
    while at < end:
        # The days of each calendar year stand over that year's own length.
        until = min(end, date(at.year + 1, 1, 1))
        length = (date(at.year + 1, 1, 1) - date(at.year, 1, 1)).days
        days = elapsed(f"Days from {at} to {until}", day_count, at, until)
        parts.append(
            derived("quotient", f"Part of {at.year}", [days, given(f"Days of {at.year}", length, "days")], "number")
        )
        at = until
    return derived("sum", "Part of a year", parts, "number", year_fraction(day_count, start, end))


def _principal(schedule: Schedule, row: Row) -> Step:
    """Principal of a row, by its method: what the payment leaves after interest, an equal part, or all that is left."""
    terms, label = schedule.basis.terms, f"Principal of row {row.k}"
    opening = given(f"Opening balance of row {row.k}", row.opening)
    grace, paying = terms.grace, row.k > terms.grace_rows
    if not paying:
        assert grace is not None
        if grace.type == "capitalise":
            return derived("negative", f"{label}: interest added", [_accrued(schedule, row)], value=row.principal)
        return given(f"{label}: none in grace", row.principal)
    if row.k == terms.n:
        return derived("least", f"{label}: all that is left", [opening], value=row.principal)
    if schedule.basis.plan:
        return _asked(schedule, row, label, opening)
    if schedule.regular_payment is not None:
        after = derived(
            "difference",
            "Regular payment after interest",
            [explain_regular_payment(schedule), _covered(schedule, row)],
        )
        return derived("least", label, [_with_extra(schedule, row, after), opening], value=row.principal)
    if terms.method == "equal_principal":
        part = _with_extra(schedule, row, _equal_part(schedule))
        return derived("least", label, [part, opening], value=row.principal)
    asked = given(f"{label}: with the last row", ZERO)
    if terms.extra_in(row.k):
        return derived("least", label, [_with_extra(schedule, row, asked), opening], value=row.principal)
    return given(f"{label}: with the last row", row.principal)


def _with_extra(schedule: Schedule, row: Row, step: Step) -> Step:
    """What a row pays of principal by its method, and the extra payment on top where there is one."""
    extra = schedule.basis.terms.extra_in(row.k)
    return derived("sum", "With the extra payment", [step, given("Extra payment", extra)]) if extra else step


def _asked(schedule: Schedule, row: Row, label: str, opening: Step) -> Step:
    """Principal of a row that asks for an amount, by a step, by hand or flat."""
    plan = schedule.basis.plan
    assert plan is not None
    amount, with_interest = plan.asks[row.k - 1 - schedule.basis.terms.grace_rows]
    asked = given("Asked for by the row", from_cents(amount))
    if with_interest:
        asked = derived("difference", "Asked for, after interest", [asked, _accrued(schedule, row)])
    return derived("least", label, [_with_extra(schedule, row, asked), opening], value=row.principal)


def _covered(schedule: Schedule, row: Row) -> Step:
    """The interest that the regular payment covers; under "separate" row 1 covers a plain period's."""
    if row.k > 1 or schedule.basis.terms.odd_first != "separate":
        return _accrued(schedule, row)
    plain = given(
        "Rate of a plain period", Fraction(schedule.basis.rates.plain, schedule.basis.rates.denominator), "number"
    )
    exact = derived(
        "product", "Interest of a plain period, exact", [given("Opening balance of row 1", row.opening), plain]
    )
    return rounded("Interest of a plain period", exact, rounding=schedule.basis.terms.rounding)


def _equal_part(schedule: Schedule) -> Step:
    first = schedule.rows[schedule.basis.terms.grace_rows]
    rows = given("Paying rows", len(schedule.rows) - schedule.basis.terms.grace_rows, "count")
    exact = derived("quotient", "Equal part, exact", [given("Balance when paying begins", first.opening), rows])
    return rounded("Equal part", exact, rounding=schedule.basis.terms.rounding)
