"""A quote as lines: the same facts and rows for the CSV file, the workbook, the document and the page."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from finance.schedule import Row
from origination.calculator.question import (
    ADJUSTMENT_WORDS,
    DAY_COUNT_WORDS,
    FREQUENCY_WORDS,
    METHODS,
    ROUNDING_WORDS,
    UNIT_WORDS,
)
from origination.calculator.quote import Quote

Cell = str | int | date | Decimal | None
HEADER = ("No.", "Date", "Payment", "Interest", "Principal", "Balance")
EXTRA_HEADER = tuple(f"With extra: {name.lower()}" for name in HEADER[2:])


def file_name(quote: Quote) -> str:
    """Such as loan-10000.00-at-9.5-percent-36-payments."""
    asked = quote.question
    payments = "1-payment" if len(quote.rows) == 1 else f"{len(quote.rows)}-payments"
    return f"loan-{asked.amount}-at-{asked.rate.normalize():f}-percent-{payments}"


def asked(quote: Quote) -> list[tuple[str, Cell]]:
    """What was asked for. Money in dollars, rates in percent a year."""
    question = quote.question
    facts: list[tuple[str, Cell]] = [
        ("Amount", question.amount),
        ("Rate a year, %", question.rate.normalize() + 0),
        ("Payments", dict(FREQUENCY_WORDS)[question.frequency]),
        ("Number of payments", len(quote.rows)),
        ("Paid out on", question.disbursed_on),
        ("First payment due", quote.rows[0].pay_date),
        ("Method", dict(METHODS)[question.method]),
        ("Day count", dict(DAY_COUNT_WORDS)[question.day_count]),
        (
            "Payment rounded",
            f"{dict(ROUNDING_WORDS)[question.rounding]} {dict(UNIT_WORDS)[str(question.payment_unit)]}",
        ),
        ("On a closed day", dict(ADJUSTMENT_WORDS)[question.business_days]),
    ]
    if question.method == "balloon":
        facts.append(("Balloon", question.balloon))
    if question.fee:
        facts.append(("Prepaid finance charge", question.fee))
    if question.extra:
        facts.append(("Extra with each payment", question.extra))
    if question.extra_once:
        facts += [("Extra payment, once", question.extra_once), ("Paid on", question.extra_once_on)]
    return facts


def answered(quote: Quote) -> list[tuple[str, Cell]]:
    """What it costs."""
    facts: list[tuple[str, Cell]] = [
        (payment_label(quote), quote.payment),
        ("Last payment", quote.last.payment),
        ("Last payment due", quote.last.pay_date),
        ("Total interest", quote.schedule.total_interest),
        ("Total of payments", quote.schedule.total_payments),
        ("Amount financed", quote.question.amount_financed),
        ("Finance charge", quote.cost.finance_charge),
        ("Annual percentage rate (APR), %", quote.cost.rate_2dp),
    ]
    if quote.what_if:
        facts += [
            ("With extra: interest saved", quote.what_if.interest_saved),
            ("With extra: total interest", quote.what_if.schedule.total_interest),
            ("With extra: payments fewer", quote.what_if.payments_saved),
            ("With extra: months sooner", quote.what_if.months_saved),
            ("With extra: last payment due", quote.what_if.last_on),
        ]
    return facts


def header(quote: Quote) -> tuple[str, ...]:
    return HEADER + EXTRA_HEADER if quote.what_if else HEADER


def lines(quote: Quote) -> Iterator[tuple[Cell, ...]]:
    """One for each payment. With extra payments their figures stand beside it, empty once the loan is repaid."""
    extra = quote.what_if.rows if quote.what_if else ()
    for k, row in enumerate(quote.rows):
        beside: tuple[Cell, ...] = ()
        if quote.what_if:
            beside = figures(extra[k]) if k < len(extra) else (None,) * len(EXTRA_HEADER)
        yield (row.k, row.pay_date, *figures(row), *beside)


def sums(quote: Quote) -> tuple[Cell, ...]:
    """The foot of the table."""
    schedule = quote.schedule
    foot: tuple[Cell, ...] = (
        "Sum",
        None,
        schedule.total_payments,
        schedule.total_interest,
        quote.question.amount,
        None,
    )
    if quote.what_if is None:
        return foot
    other = quote.what_if.schedule
    return (*foot, other.total_payments, other.total_interest, quote.question.amount, None)


def figures(row: Row) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return row.payment, row.interest, row.principal, row.closing


def payment_label(quote: Quote) -> str:
    """What the payment that stands in the first line is called."""
    if len(quote.rows) == 1:
        return "The one payment"
    if quote.question.method == "interest_only":
        return "Payment of interest"
    return "Payment" if quote.schedule.regular_payment is not None else "First payment"
