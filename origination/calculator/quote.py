"""What a loan costs: its schedule, its annual percentage rate, and what extra payments would change."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from finance.apr import AprResult, Flow, apr
from finance.calendars import NoHolidays
from finance.duedates import months_and_days
from finance.errors import BadInput, Refused
from finance.explain import Step
from finance.explain_apr import explain_apr, explain_finance_charge
from finance.explain_schedule import explain_regular_payment, explain_row, explain_total_interest
from finance.money import ZERO
from finance.schedule import ExtraPayment, Row, Schedule, ScheduleTerms, build_schedule
from origination.calculator.question import CannotCalculate, Question, in_our_words, no


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The same loan with extra payments.

    rows: up to the one that repays the loan.  months_saved: whole months between the two last payments.
    """

    schedule: Schedule
    rows: tuple[Row, ...]
    interest_saved: Decimal
    payments_saved: int
    months_saved: int

    @property
    def last_on(self) -> date:
        return self.rows[-1].pay_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The payments of one calendar year and what they come to. closing: owed at its end."""

    year: int
    rows: tuple[Row, ...]

    @property
    def payment(self) -> Decimal:
        return sum((row.payment for row in self.rows), ZERO)

    @property
    def interest(self) -> Decimal:
        return sum((row.interest for row in self.rows), ZERO)

    @property
    def principal(self) -> Decimal:
        return sum((row.principal for row in self.rows), ZERO)

    @property
    def closing(self) -> Decimal:
        return self.rows[-1].closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The answer to a Question. rows: up to the one that repays the loan.  cost: the APR and the finance charge."""

    question: Question
    schedule: Schedule
    rows: tuple[Row, ...]
    cost: AprResult
    what_if: WhatIf | None

    @property
    def payment(self) -> Decimal:
        """The regular payment; of a method that has none, the first."""
        return self.rows[0].payment if self.schedule.regular_payment is None else self.schedule.regular_payment

    @property
    def first(self) -> Row:
        return self.rows[0]

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def years(self) -> list[Year]:
        return years_of(self.rows)

    def explain(self, what: str) -> Step | None:
        """How "payment", "interest", "apr", "finance_charge" or the payment with a number came about; None if none."""
        if what == "payment":
            return explain_regular_payment(self.schedule) if self._regular else self._row(1)
        if what == "interest":
            return explain_total_interest(self.schedule)
        if what == "apr":
            return explain_apr(self.cost)
        if what == "finance_charge":
            return explain_finance_charge(self.cost)
        return self._row(int(what)) if what.isascii() and what.isdigit() and len(what) <= 4 else None

    @property
    def _regular(self) -> bool:
        return self.schedule.regular_payment is not None

    def _row(self, number: int) -> Step | None:
        return explain_row(self.schedule, number) if 1 <= number <= len(self.rows) else None


def quote(question: Question) -> Quote:
    """The cost of a loan, and of the same with its extra payments. Raises CannotCalculate, naming the answer."""
    try:
        terms = question.terms()
        schedule = build_schedule(terms)
    except BadInput as refusal:
        raise in_our_words(refusal) from refusal
    except NoHolidays as refusal:
        raise no("business_days", str(refusal)) from refusal
    except (OverflowError, ValueError):
        raise no("term", "The last payment would fall after the year 9999: give a shorter term.") from None
    rows = _until_repaid(schedule)
    return Quote(
        question=question,
        schedule=schedule,
        rows=rows,
        cost=_cost(question, rows),
        what_if=_what_if(question, terms, schedule, rows) if question.has_extras else None,
    )


def years_of(rows: tuple[Row, ...]) -> list[Year]:
    return [Year(year=year, rows=tuple(of_year)) for year, of_year in groupby(rows, key=lambda row: row.pay_date.year)]


def _cost(question: Question, rows: tuple[Row, ...]) -> AprResult:
    payments = [Flow(row.pay_date, row.payment) for row in rows if row.payment]
    try:
        return apr([Flow(question.disbursed_on, question.amount_financed)], payments)
    except Refused as refusal:
        # Of all that Question lets through, only a fee can leave no rate: it takes almost all that is paid out.
        raise no(
            "fee" if question.fee else "rate",
            "No annual percentage rate can be given for so much beside what is paid out: make it smaller.",
        ) from refusal


def _what_if(question: Question, terms: ScheduleTerms, schedule: Schedule, rows: tuple[Row, ...]) -> WhatIf:
    extras = [ExtraPayment(amount=question.extra)] if question.extra else []
    if question.extra_once:
        extras.append(_once(question, rows))
    shorter = build_schedule(replace(terms, extras=tuple(extras)))
    kept = _until_repaid(shorter)
    before, after = rows[-1].pay_date, kept[-1].pay_date
    return WhatIf(
        schedule=shorter,
        rows=kept,
        interest_saved=schedule.total_interest - shorter.total_interest,
        payments_saved=len(rows) - len(kept),
        months_saved=months_and_days(after, before, before.day)[0] if after < before else 0,
    )


def _once(question: Question, rows: tuple[Row, ...]) -> ExtraPayment:
    """The payment made once, on top of the first one due on or after its day."""
    on = question.extra_once_on
    assert on is not None
    for row in rows:
        if row.pay_date >= on:
            return ExtraPayment(amount=question.extra_once, from_row=row.k, to_row=row.k)
    raise no("extra_once_on", f"The last payment is on {rows[-1].pay_date}: choose a day before it.")


def _until_repaid(schedule: Schedule) -> tuple[Row, ...]:
    """The rows up to the one that leaves nothing owed: after it, payments that were rounded up are 0.00."""
    for row in schedule.rows:
        if not row.closing:
            return schedule.rows[: row.k]
    return schedule.rows


__all__ = ["CannotCalculate", "Question", "Quote", "WhatIf", "Year", "quote", "years_of"]
