"""A quote as charts: what each payment or year consists of, and how what is owed goes down."""

from datetime import date
from decimal import Decimal
from typing import Any

from finance.money import ZERO
from finance.schedule import Row
from origination.calculator.quote import Quote, years_of
from origination.words import day

# Up to so many payments stand one by one; more are put together by year.
ONE_BY_ONE = 36


def split(quote: Quote) -> dict[str, Any]:
    """Bars: principal and interest of each payment, or of each year."""
    series = {"Principal": "principal", "Interest": "interest"}
    parts = quote.rows if _one_by_one(quote) else quote.years
    return {
        "kind": "stacked",
        "x": _labels(quote),
        "series": [{"name": name, "data": [getattr(part, field) for part in parts]} for name, field in series.items()],
    }


def owed(quote: Quote) -> dict[str, Any]:
    """Lines: what is owed after each payment, or at the end of each year; with extra payments, a second one."""
    agreed = {"name": "As agreed", "data": _closing(quote, quote.rows)}
    extra = [{"name": "With extra payments", "data": _closing(quote, quote.what_if.rows)}] if quote.what_if else []
    return {"kind": "line", "x": _labels(quote), "series": [agreed, *extra]}


def split_title(quote: Quote) -> str:
    """The finding of the bars."""
    if not quote.schedule.total_interest:
        return "All that is paid is principal"
    share = 100 * quote.schedule.total_interest / quote.schedule.total_payments
    return f"Interest is {share:.1f} % of all that is paid"


def owed_title(quote: Quote) -> str:
    """The finding of the lines."""
    saved = quote.what_if
    if saved and saved.payments_saved:
        many = "payment" if saved.payments_saved == 1 else "payments"
        return f"Extra payments end the loan {saved.payments_saved} {many} sooner"
    if saved:
        return "Extra payments lower what is owed; the last payment stays where it is"
    return f"Half is paid back by {day(_half_on(quote))}"


def _half_on(quote: Quote) -> date:
    return next(row.pay_date for row in quote.rows if row.closing <= quote.question.amount / 2)


def _one_by_one(quote: Quote) -> bool:
    return len(quote.rows) <= ONE_BY_ONE


def _labels(quote: Quote) -> list[str]:
    return [day(row.pay_date) for row in quote.rows] if _one_by_one(quote) else [str(y.year) for y in quote.years]


def _closing(quote: Quote, rows: tuple[Row, ...]) -> list[Decimal]:
    """What is owed at each of the chart's places; nothing once the loan is repaid."""
    if _one_by_one(quote):
        found = [row.closing for row in rows]
        return found + [ZERO] * (len(quote.rows) - len(found))
    by_year = {year.year: year.closing for year in years_of(rows)}
    return [by_year.get(year.year, ZERO) for year in quote.years]
