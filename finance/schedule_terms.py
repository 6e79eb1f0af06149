"""What a schedule is computed from, and which combinations make sense."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.calendars import ADJUSTMENTS, is_month_end
from finance.daycount import DAY_COUNTS
from finance.errors import BadInput
from finance.inputs import parse_choice, parse_count, parse_date, parse_flag, parse_list, parse_object
from finance.money import CENT, ROUNDINGS, ZERO, parse_money, parse_rate

METHODS = ("level", "balloon", "interest_only", "equal_principal", "bullet", "step", "given", "flat")
LEVEL_METHODS = ("level", "balloon")
INTEREST_MODES = ("periodic", "daily")
ODD_FIRST = ("solve", "separate", "ignore")
GRACE_TYPES = ("principal", "capitalise", "defer")
ACCRUAL_DATES = ("unadjusted", "adjusted")
PAYMENT_ROUNDINGS = ("nearest", "up")
MOST_ROWS = 2600  # weekly for fifty years


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a payment falls due. One of `months` and `days` is the period's length; a semimonth is neither."""

    per_year: int
    months: int = 0
    days: int = 0


FREQUENCIES = {
    "weekly": Frequency(52, days=7),
    "biweekly": Frequency(26, days=14),
    "semimonthly": Frequency(24),
    "monthly": Frequency(12, months=1),
    "bimonthly": Frequency(6, months=2),
    "quarterly": Frequency(4, months=3),
    "semiannual": Frequency(2, months=6),
    "annual": Frequency(1, months=12),
}


@dataclass(frozen=True, slots=True)
class Grace:
    """The first `n` rows: `principal` pays interest only, `capitalise` adds it to the balance, `defer` collects it
    without interest with the first paying row."""

    type: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStep:
    """What every row from `from_row` (counted from 1) to the next step pays: `payment` in money, or `percent` of the
    regular payment, which is solved so that all steps together repay the loan. One of the two."""

    from_row: int
    payment: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRow:
    """A row given by hand: a `payment`, interest included, or `principal` with interest on top, or interest only."""

    due_date: date
    payment: Decimal | None = None
    principal: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraPayment:
    """Principal paid on top of each row from `from_row` to `to_row` (both counted from 1; None: to the last)."""

    amount: Decimal
    from_row: int = 1
    to_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTerms:
    """The terms of a schedule. Raises BadInput, naming the field, for a combination that has no meaning.

    principal: money advanced on `start_date`.  rate: percent a year.  n: rows, grace rows included.
    frequency: one of FREQUENCIES.  method: one of METHODS.  Fields that a method or frequency does not read are
    ignored: payment_amount and odd_first act on level and balloon, balloon_amount and amort_n (in paying periods)
    on balloon, due_day and month_end on months, due_days on semimonthly, day_count and accrual_dates on daily interest,
    steps on step, rows on given. extras shorten any method but flat: the rows after the one that repays the loan pay
    0.00, and grace rows take none. A given schedule takes its dates and n from its rows, and has daily interest. Under
    flat, interest is on the principal first lent, all through the term.
    """

    principal: Decimal
    rate: Decimal
    n: int
    frequency: str
    method: str
    start_date: date
    first_due_date: date | None = None
    due_day: int | None = None
    due_days: tuple[int, int] | None = None
    month_end: bool = False
    interest_mode: str = "periodic"
    day_count: str | None = None
    odd_first: str = "solve"
    payment_amount: Decimal | None = None
    balloon_amount: Decimal | None = None
    amort_n: int | None = None
    grace: Grace | None = None
    steps: tuple[PaymentStep, ...] = ()
    rows: tuple[GivenRow, ...] = ()
    extras: tuple[ExtraPayment, ...] = ()
    adjust: str = "none"
    holidays: Collection[date] = ()
    accrual_dates: str = "unadjusted"
    rounding: str = "HALF_UP"
    payment_rounding: str = "nearest"
    payment_unit: Decimal = CENT

    def __post_init__(self) -> None:
        _check_method(self)
        if self.method == "step":
            _check_steps(self)
        if self.method == "given":
            _check_rows(self)
        _check_extras(self)
        _check_interest(self)
        _check_dates(self)

    @property
    def grace_rows(self) -> int:
        """How many rows are grace rows."""
        return self.grace.n if self.grace else 0

    def extra_in(self, k: int) -> Decimal:
        """What row `k` (counted from 1) is asked to pay on top, in money."""
        if k <= self.grace_rows:
            return ZERO
        last = self.n
        return sum((one.amount for one in self.extras if one.from_row <= k <= (one.to_row or last)), ZERO)

    @property
    def is_level(self) -> bool:
        """Whether the rows pay one regular payment."""
        return self.method in LEVEL_METHODS

    @property
    def on_month_ends(self) -> bool:
        """Whether every due date is a month's last day: asked for, and the anchor is one. Wins over due_day."""
        return self.month_end and is_month_end(self.first_due_date or self.start_date)

    @property
    def day_of_month(self) -> int:
        """The day of month that due dates aim at, for periods of months; 31 aims at the last day."""
        if self.on_month_ends:
            return 31
        return self.due_day or (self.first_due_date or self.start_date).day


def parse_schedule_terms(given: object) -> ScheduleTerms:
    """ScheduleTerms from a JSON-shaped object. Raises BadInput naming the field for anything wrong or unknown."""
    by_hand = isinstance(given, Mapping) and given.get("method") == "given"
    regular = ("n", "frequency")  # which rows given by hand do not need
    required, optional = (_REQUIRED, (*_OPTIONAL, *regular)) if by_hand else ((*_REQUIRED, *regular), _OPTIONAL)
    fields = parse_object(given, "", required=required, optional=optional)
    chosen = {name: parse(fields[name], name) for name, parse in _OPTIONAL.items() if name in fields}
    return ScheduleTerms(
        principal=parse_money(fields["principal"], "principal", minimum=CENT),
        rate=parse_rate(fields["rate"], "rate"),
        n=len(chosen.get("rows", ())) if by_hand else parse_count(fields["n"], "n", least=1, most=MOST_ROWS),
        frequency="monthly" if by_hand else parse_choice(fields["frequency"], "frequency", FREQUENCIES),
        method=parse_choice(fields["method"], "method", METHODS),
        start_date=parse_date(fields["start_date"], "start_date"),
        **chosen,
    )


def _parse_grace(value: object, field: str) -> Grace:
    fields = parse_object(value, field, required=("type", "n"))
    return Grace(
        type=parse_choice(fields["type"], f"{field}.type", GRACE_TYPES),
        n=parse_count(fields["n"], f"{field}.n", least=0, most=MOST_ROWS),
    )


def _parse_due_days(value: object, field: str) -> tuple[int, int]:
    days = [parse_count(day, f"{field}[{k}]", least=1, most=31) for k, day in enumerate(parse_list(value, field))]
    if len(set(days)) != 2 or len(days) != 2:
        raise BadInput(field=field, value=value, allowed="two different days of the month, such as [1, 16]")
    return min(days), max(days)


def _parse_steps(value: object, field: str) -> tuple[PaymentStep, ...]:
    steps: list[PaymentStep] = []
    for k, item in enumerate(parse_list(value, field, least=1)):
        name = f"{field}[{k}]"
        row = parse_object(item, name, required=("from_row",), optional=("payment", "percent"))
        steps.append(
            PaymentStep(
                from_row=parse_count(row["from_row"], f"{name}.from_row", least=1, most=MOST_ROWS),
                payment=parse_money(row["payment"], f"{name}.payment", minimum=ZERO) if "payment" in row else None,
                percent=parse_rate(row["percent"], f"{name}.percent") if "percent" in row else None,
            )
        )
    return tuple(steps)


def _parse_extras(value: object, field: str) -> tuple[ExtraPayment, ...]:
    extras: list[ExtraPayment] = []
    for k, item in enumerate(parse_list(value, field)):
        name = f"{field}[{k}]"
        row = parse_object(item, name, required=("amount",), optional=("from_row", "to_row"))
        places = {
            part: parse_count(row[part], f"{name}.{part}", least=1, most=MOST_ROWS)
            for part in ("from_row", "to_row")
            if part in row
        }
        extras.append(ExtraPayment(amount=parse_money(row["amount"], f"{name}.amount", minimum=CENT), **places))
    return tuple(extras)


def _parse_rows(value: object, field: str) -> tuple[GivenRow, ...]:
    rows: list[GivenRow] = []
    for k, item in enumerate(parse_list(value, field, least=1)):
        name = f"{field}[{k}]"
        row = parse_object(item, name, required=("due_date",), optional=("payment", "principal"))
        parts = [part for part in ("payment", "principal") if part in row]
        amounts = {part: parse_money(row[part], f"{name}.{part}", minimum=ZERO) for part in parts}
        rows.append(GivenRow(due_date=parse_date(row["due_date"], f"{name}.due_date"), **amounts))
    return tuple(rows)


_REQUIRED = ("principal", "rate", "method", "start_date")

_OPTIONAL: dict[str, Callable[[object, str], Any]] = {
    "first_due_date": parse_date,
    "due_day": lambda value, field: parse_count(value, field, least=1, most=31),
    "due_days": _parse_due_days,
    "month_end": parse_flag,
    "interest_mode": lambda value, field: parse_choice(value, field, INTEREST_MODES),
    "day_count": lambda value, field: parse_choice(value, field, DAY_COUNTS),
    "odd_first": lambda value, field: parse_choice(value, field, ODD_FIRST),
    "payment_amount": lambda value, field: parse_money(value, field, minimum=CENT),
    "balloon_amount": lambda value, field: parse_money(value, field, minimum=ZERO),
    "amort_n": lambda value, field: parse_count(value, field, least=1, most=MOST_ROWS),
    "grace": _parse_grace,
    "steps": _parse_steps,
    "rows": _parse_rows,
    "extras": _parse_extras,
    "adjust": lambda value, field: parse_choice(value, field, ADJUSTMENTS),
    "holidays": lambda value, field: frozenset(
        parse_date(day, f"{field}[{k}]") for k, day in enumerate(parse_list(value, field))
    ),
    "accrual_dates": lambda value, field: parse_choice(value, field, ACCRUAL_DATES),
    "rounding": lambda value, field: parse_choice(value, field, ROUNDINGS),
    "payment_rounding": lambda value, field: parse_choice(value, field, PAYMENT_ROUNDINGS),
    "payment_unit": lambda value, field: parse_money(value, field, minimum=CENT),
}


def _check_method(terms: ScheduleTerms) -> None:
    if terms.method == "bullet" and terms.n != 1:
        raise BadInput(field="n", value=terms.n, allowed="1 for a bullet, which has one row")
    if terms.grace and terms.grace.n >= terms.n:
        raise BadInput(field="grace.n", value=terms.grace.n, allowed=f"less than n, which is {terms.n}")
    if terms.method == "balloon" and (terms.balloon_amount is None) == (terms.amort_n is None):
        raise BadInput(
            field="balloon_amount",
            value=terms.balloon_amount,
            allowed="given for a balloon without amort_n, and left out with it",
        )
    if terms.grace_rows and terms.method in ("given", "flat"):
        raise BadInput(field="grace", value=terms.grace_rows, allowed=f"left out for a {terms.method} schedule")
    if terms.is_level and terms.odd_first == "separate" and terms.grace_rows:
        raise BadInput(field="odd_first", value="separate", allowed="solve or ignore when there is grace")


def _check_steps(terms: ScheduleTerms) -> None:
    if not terms.steps:
        raise BadInput(field="steps", value=None, allowed="given for a schedule by steps")
    for k, step in enumerate(terms.steps):
        if (step.payment is None) == (step.percent is None):
            raise BadInput(
                field=f"steps[{k}].payment", value=step.payment, allowed="given without percent, and left out with it"
            )
        after = terms.steps[k - 1].from_row if k else 0
        if not after < step.from_row <= terms.n or (k == 0 and step.from_row != 1):
            allowed = f"from {after + 1} to n, which is {terms.n}" if k else "1 for the first step"
            raise BadInput(field=f"steps[{k}].from_row", value=step.from_row, allowed=allowed)


def _check_extras(terms: ScheduleTerms) -> None:
    if terms.extras and terms.method == "flat":
        raise BadInput(
            field="extras", value=len(terms.extras), allowed="left out for flat interest, which no payment lowers"
        )
    for k, extra in enumerate(terms.extras):
        if extra.amount <= ZERO:
            raise BadInput(field=f"extras[{k}].amount", value=extra.amount, allowed="more than 0.00")
        if not 1 <= extra.from_row <= (extra.to_row or terms.n) <= terms.n:
            allowed = f"from 1 to n, which is {terms.n}, and not after to_row"
            raise BadInput(field=f"extras[{k}].from_row", value=extra.from_row, allowed=allowed)


def _check_rows(terms: ScheduleTerms) -> None:
    if len(terms.rows) != terms.n or not terms.rows:
        raise BadInput(field="rows", value=len(terms.rows) or None, allowed="the rows of the schedule, n of them")
    if terms.n > MOST_ROWS:
        raise BadInput(field="rows", value=terms.n, allowed=f"at most {MOST_ROWS} rows")
    if terms.interest_mode != "daily":
        allowed = "daily for rows given by hand, whose periods have any length"
        raise BadInput(field="interest_mode", value=terms.interest_mode, allowed=allowed)
    before = terms.start_date
    for k, row in enumerate(terms.rows):
        if row.due_date <= before:
            raise BadInput(field=f"rows[{k}].due_date", value=row.due_date, allowed=f"after {before}")
        if row.payment is not None and row.principal is not None:
            raise BadInput(
                field=f"rows[{k}].payment", value=row.payment, allowed="left out where the row gives its principal"
            )
        before = row.due_date


def _check_interest(terms: ScheduleTerms) -> None:
    if terms.interest_mode != "daily":
        return
    if terms.day_count is None:
        raise BadInput(field="day_count", value=None, allowed=f"one of {', '.join(DAY_COUNTS)} for daily interest")
    if terms.odd_first != "solve":
        raise BadInput(field="odd_first", value=terms.odd_first, allowed="solve for daily interest")
    if terms.method == "balloon" and terms.amort_n is not None:
        raise BadInput(
            field="amort_n", value=terms.amort_n, allowed="left out for daily interest; give balloon_amount instead"
        )


def _check_dates(terms: ScheduleTerms) -> None:
    first, months = terms.first_due_date, FREQUENCIES[terms.frequency].months
    if first is not None and first <= terms.start_date:
        raise BadInput(field="first_due_date", value=first, allowed=f"after start_date, which is {terms.start_date}")
    if terms.frequency == "semimonthly":
        _check_semimonthly(terms)
    if months and first is not None and terms.due_day is not None and not _falls_on(first, terms.due_day):
        raise BadInput(
            field="due_day",
            value=terms.due_day,
            allowed=f"the day of first_due_date, {first}, or a later day where that is its month's last",
        )


def _check_semimonthly(terms: ScheduleTerms) -> None:
    if terms.due_days is None:
        raise BadInput(field="due_days", value=None, allowed="two days of the month for semimonthly, such as [1, 16]")
    if terms.first_due_date is None:
        raise BadInput(field="first_due_date", value=None, allowed="given for semimonthly, on one of due_days")
    if not any(_falls_on(terms.first_due_date, day) for day in terms.due_days):
        raise BadInput(
            field="first_due_date",
            value=terms.first_due_date,
            allowed=f"on one of due_days, {terms.due_days[0]} and {terms.due_days[1]}",
        )


def _falls_on(day: date, day_of_month: int) -> bool:
    """Whether `day` is that day of its month, or the last day of a month too short for it."""
    return day.day == day_of_month or (day.day < day_of_month and is_month_end(day))
