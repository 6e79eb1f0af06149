"""What the calculator is asked, within which limits, and how it says no."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from finance.calendars import ADJUSTMENTS, date_in_month, holidays_between, is_month_end, month_number
from finance.daycount import DAY_COUNTS
from finance.duedates import due_dates
from finance.errors import BadInput, Refused
from finance.money import CENT, ZERO, cents
from finance.schedule_terms import FREQUENCIES, PAYMENT_ROUNDINGS, ScheduleTerms

LEAST_AMOUNT, MOST_AMOUNT = CENT, Decimal("999999999999.99")
MOST_RATE = Decimal(1000)  # percent a year
MOST_PAYMENTS = 1200
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)

# Choices as (value, words). The values are those of the address, of the API and, but for "periods", of finance.
TERM_UNITS = (("months", "months"), ("years", "years"), ("payments", "payments"))
FREQUENCY_WORDS = (
    ("weekly", "Every week"),
    ("biweekly", "Every two weeks"),
    ("semimonthly", "Twice a month"),
    ("monthly", "Every month"),
    ("bimonthly", "Every two months"),
    ("quarterly", "Every three months"),
    ("semiannual", "Every six months"),
    ("annual", "Every year"),
)
METHODS = (
    ("level", "Level payments"),
    ("interest_only", "Interest only, principal at the end"),
    ("equal_principal", "Equal principal, interest on top"),
    ("balloon", "Level payments with a balloon at the end"),
    ("bullet", "Bullet: all in one payment"),
)
EQUAL_PERIODS = "periods"
DAY_COUNT_WORDS = (
    (EQUAL_PERIODS, "Equal periods, 12 months a year"),
    *((name, f"Daily, {name}") for name in DAY_COUNTS),
)
ROUNDING_WORDS = (("nearest", "To the nearest"), ("up", "Up to the next"))
UNIT_WORDS = (("0.01", "cent"), ("1.00", "dollar"))
ADJUSTMENT_WORDS = (
    ("none", "Stay on the date"),
    ("following", "Move to the next business day"),
    ("modified_following", "Next business day within the month"),
    ("preceding", "Move to the business day before"),
)
assert [name for name, _ in FREQUENCY_WORDS] == list(FREQUENCIES)
assert tuple(name for name, _ in ROUNDING_WORDS) == PAYMENT_ROUNDINGS
assert tuple(name for name, _ in ADJUSTMENT_WORDS) == ADJUSTMENTS

# Which answer a refusal of `finance` is about.
_ANSWERS = {
    "principal": "amount",
    "n": "term",
    "due_days": "first_due_on",
    "first_due_date": "first_due_on",
    "start_date": "disbursed_on",
    "balloon_amount": "balloon",
    "adjust": "business_days",
    "payment_amount": "payment_unit",
    "payment_unit": "payment_unit",
}


class CannotCalculate(Refused):
    """An answer does not go with the others. Facts: `field`, the answer, and `sentence`."""

    code, message = "cannot_calculate", "{sentence}"

    @property
    def field(self) -> str:
        return str(self.facts["field"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A loan as a person describes it. Dollars, and percent a year.

    term: in `term_unit`, one of TERM_UNITS.  first_due_on: None is one period after the money is paid out.
    day_count: EQUAL_PERIODS, or one of DAY_COUNTS for daily interest.  balloon: paid with the last payment.
    fee: a prepaid finance charge, kept back from what is paid out.  extra: paid on top of each payment.
    extra_once: paid on top of the first payment on or after `extra_once_on`. Raises CannotCalculate.
    """

    amount: Decimal
    term: int
    rate: Decimal
    disbursed_on: date
    term_unit: str = "months"
    frequency: str = "monthly"
    first_due_on: date | None = None
    day_count: str = EQUAL_PERIODS
    method: str = "level"
    balloon: Decimal | None = None
    rounding: str = "nearest"
    payment_unit: Decimal = CENT
    fee: Decimal = ZERO
    business_days: str = "none"
    extra: Decimal = ZERO
    extra_once: Decimal = ZERO
    extra_once_on: date | None = None

    def __post_init__(self) -> None:
        for name in ("amount", "balloon", "fee", "extra", "extra_once", "payment_unit"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, cents(given))  # 10000 and 10000.00 are one amount, written one way
        _check_money(self)
        _check_payments(self)
        _check_extras(self)

    @property
    def payments(self) -> int:
        """How many payments the term has. Raises CannotCalculate where it has no whole number of them."""
        if self.term_unit == "payments":
            return self.term
        if self.method == "bullet":
            return 1
        per_year = FREQUENCIES[self.frequency].per_year
        count, rest = divmod(self.months * per_year, 12)
        if rest:
            every = dict(FREQUENCY_WORDS)[self.frequency].lower()
            raise no("term", f"{self.months} months are not a whole number of payments {every}: give another term.")
        return count

    @property
    def months(self) -> int:
        return self.term * (12 if self.term_unit == "years" else 1)

    @property
    def amount_financed(self) -> Decimal:
        return self.amount - self.fee

    @property
    def has_extras(self) -> bool:
        return bool(self.extra or self.extra_once)

    def terms(self) -> ScheduleTerms:
        """The terms of the schedule, without extra payments."""
        first, days = self._first_due()
        daily = self.day_count != EQUAL_PERIODS
        terms = ScheduleTerms(
            principal=self.amount,
            rate=self.rate,
            n=self.payments,
            frequency=self.frequency,
            method=self.method,
            start_date=self.disbursed_on,
            first_due_date=first,
            due_days=days,
            interest_mode="daily" if daily else "periodic",
            day_count=self.day_count if daily else None,
            balloon_amount=self.balloon if self.method == "balloon" else None,
            payment_rounding=self.rounding,
            payment_unit=self.payment_unit,
        )
        if self.business_days == "none":
            return terms
        closed = holidays_between("federal_reserve", self.disbursed_on, due_dates(terms)[-1])
        return replace(terms, adjust=self.business_days, holidays=closed)

    def _first_due(self) -> tuple[date | None, tuple[int, int] | None]:
        """The first due date and, for twice a month, its two days. Not asked for, what finance cannot know: the end of
        a bullet's term, and the next half of a month."""
        first, start = self.first_due_on, self.disbursed_on
        if first is None and self.method == "bullet" and self.term_unit != "payments":
            first = date_in_month(month_number(start) + self.months, start.day)
        if self.frequency != "semimonthly":
            return first, None
        days = _due_days(first or start)
        return first or _next_half(start, days), days


def no(field: str, sentence: str) -> CannotCalculate:
    return CannotCalculate(field=field, sentence=sentence)


def in_our_words(refusal: BadInput) -> CannotCalculate:
    """A refusal of `finance`, about the answer that a person gave."""
    facts: Mapping[str, object] = refusal.facts
    field = _ANSWERS.get(refusal.field.partition("[")[0], refusal.field)
    return no(field, f"This cannot be {facts['shown']}: it must be {facts['allowed']}.")


def _due_days(day: date) -> tuple[int, int]:
    """Two days half a month apart, one of them this one: the 1st and the 16th, the 15th and the 30th."""
    number = 31 if is_month_end(day) and day.day > 28 else day.day
    return (number, number + 15) if number <= 15 else (number - 15, number)


def _next_half(day: date, days: tuple[int, int]) -> date:
    """The first date after `day` on one of the two days."""
    month = month_number(day)
    return next(found for k in range(4) if (found := date_in_month(month + k // 2, days[k % 2])) > day)


def _check_money(asked: Question) -> None:
    if not LEAST_AMOUNT <= asked.amount <= MOST_AMOUNT:
        raise no("amount", f"The amount is from ${LEAST_AMOUNT} to ${MOST_AMOUNT:,}.")
    if not 0 <= asked.rate <= MOST_RATE:
        raise no("rate", f"The rate is from 0 to {MOST_RATE:,} % a year.")
    if not ZERO <= asked.fee < asked.amount:
        raise no("fee", "The fee is kept back from the amount, so it must be less than the amount.")
    if asked.method == "balloon":
        if asked.balloon is None:
            raise no("balloon", "Say how much is paid at the end, or choose a method without a balloon.")
        if not ZERO <= asked.balloon <= asked.amount:
            raise no("balloon", "The balloon is at most the amount of the loan.")


def _check_payments(asked: Question) -> None:
    if not FIRST_DAY <= asked.disbursed_on <= LAST_DAY:
        raise no("disbursed_on", f"The day is from {FIRST_DAY.year} to {LAST_DAY.year}.")
    if asked.first_due_on is not None:
        if asked.first_due_on <= asked.disbursed_on:
            raise no("first_due_on", "The first payment is due after the money is paid out: choose a later day.")
        if asked.first_due_on > LAST_DAY:
            raise no("first_due_on", f"The day is from {FIRST_DAY.year} to {LAST_DAY.year}.")
        if asked.method == "bullet" and asked.term_unit != "payments":
            raise no(
                "first_due_on", "A bullet is due at the end of its term: leave this empty, or make the term 1 payment."
            )
    if asked.method == "bullet" and asked.term_unit == "payments" and asked.term != 1:
        raise no("term", "A bullet is one payment: make the term 1 payment, or give it in months or years.")
    # A bullet's term is a length of time, and years of it count like years of monthly payments.
    count = asked.months if asked.method == "bullet" and asked.term_unit != "payments" else asked.payments
    if not 1 <= count <= MOST_PAYMENTS:
        raise no("term", f"A loan has from 1 to {MOST_PAYMENTS:,} payments, and this term has {count:,}.")


def _check_extras(asked: Question) -> None:
    if asked.extra < 0 or asked.extra > MOST_AMOUNT:
        raise no("extra", f"An extra payment is from $0.00 to ${MOST_AMOUNT:,}.")
    if asked.extra_once < 0 or asked.extra_once > MOST_AMOUNT:
        raise no("extra_once", f"An extra payment is from $0.00 to ${MOST_AMOUNT:,}.")
    if asked.has_extras and asked.payments == 1:
        raise no("extra" if asked.extra else "extra_once", "A loan with one payment leaves no room for an extra one.")
    if asked.extra_once and asked.extra_once_on is None:
        raise no("extra_once_on", "Say on which day it is paid.")
    if asked.extra_once and asked.extra_once_on is not None and asked.extra_once_on <= asked.disbursed_on:
        raise no("extra_once_on", "An extra payment comes after the money is paid out: choose a later day.")
