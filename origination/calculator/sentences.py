"""A quote in the words of a letter to a tired person."""

from origination.calculator.quote import Quote
from origination.words import day, dollars

EACH = {
    "weekly": "each week",
    "biweekly": "every two weeks",
    "semimonthly": "twice a month",
    "monthly": "each month",
    "bimonthly": "every two months",
    "quarterly": "every three months",
    "semiannual": "every six months",
    "annual": "each year",
}


def each_payment(quote: Quote) -> str:
    """You pay $312.40 each month, 36 times. The last payment is $312.33."""
    times = len(quote.rows)
    if times == 1:
        return f"You pay {dollars(quote.payment)} once, on {day(quote.last.pay_date)}."
    told = f"You pay {dollars(quote.payment)} {EACH[quote.question.frequency]}, {times:,} times."
    last = quote.last.payment
    return told if last == quote.payment else f"{told} The last payment is {dollars(last)}."


def in_all(quote: Quote) -> str:
    interest, total = quote.schedule.total_interest, quote.schedule.total_payments
    if not interest:
        return f"In all you pay back {dollars(total)}: what you borrowed, and no more."
    return f"In all you pay back {dollars(total)}. That is {dollars(interest)} more than you borrowed."


def saved(quote: Quote) -> str:
    """What the extra payments do; empty without any."""
    found = quote.what_if
    if found is None:
        return ""
    less = f"With the extra payments you pay {dollars(found.interest_saved)} less interest"
    if not found.payments_saved:
        return f"{less}. Your last payment stays on {day(found.last_on)}."
    sooner = f"{found.payments_saved:,} payment{'' if found.payments_saved == 1 else 's'} sooner"
    return f"{less}. You are done {sooner}, on {day(found.last_on)}."
