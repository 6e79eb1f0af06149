"""What a payoff letter says, worked out and put into words. Reads only."""

import secrets
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from finance.explain import as_json, given, shown
from finance.explain_loan import explain_quote
from finance.payoff import PayoffQuote, quote
from finance.replay import Position
from ledger.models import Loan
from servicing.kept import Kept
from servicing.late_fees import next_late_fee
from servicing.past import Past
from tenants.models import Tenant

# A letter names a day at most so far ahead.
LONGEST_DAYS = 30
# The day that a form starts with.
USUAL_DAYS = 10
# Without I, O, 0 and 1, which are mistaken for one another: 32 characters of five bits, twenty of them a hundred.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 20


def window(today: date) -> tuple[date, date]:
    """The first and the last day that a letter made `today` may name."""
    return today, today + timedelta(LONGEST_DAYS)


def quote_of(past: Past, *, on: date, good_through: date) -> tuple[PayoffQuote, Position]:
    """What pays the loan off on each day from `on` to `good_through` if nothing else happens; and where it stands."""
    at = past.at(on)
    return quote(at.terms, at.state, on, good_through), at


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def content_of(loan: Loan, quoted: PayoffQuote, at: Position) -> Kept:
    """Everything that the letter prints, but for its code. Amounts are text in dollars, dates YYYY-MM-DD."""
    amounts = dict(quoted.amounts)
    fee = next_late_fee(at)
    return {
        "format": 1,
        "lender": loan.legal_entity.name,
        "brand": Tenant.objects.get().name,
        "borrower": loan.borrower.name,
        "loan": loan.number,
        "currency": loan.currency,
        "quoted_on": quoted.on.isoformat(),
        "good_through": quoted.good_through.isoformat(),
        "amount": str(amounts[quoted.good_through]),
        "principal": str(quoted.principal),
        "interest": str(amounts[quoted.good_through] - quoted.principal - quoted.fees),
        "fees": str(quoted.fees),
        "held": str(quoted.unapplied),
        "per_diem": str(quoted.per_diem),
        "amounts": [[on.isoformat(), str(amount)] for on, amount in quoted.amounts],
        "late_fee": fee.kept if fee and fee.on < quoted.good_through else None,
        "interest_lines": interest_lines(quoted),
        "derivation": as_json(explain_quote(quoted, quoted.good_through)),
    }


def interest_lines(quoted: PayoffQuote) -> list[dict[str, Any]]:
    """How the interest came about, in a few lines that add up exactly: what was owed, then days alike together."""
    lines: list[dict[str, Any]] = [{"owed_on": quoted.on.isoformat(), "exact": exact(quoted.accrued)}]
    for _, alike in groupby(quoted.daily, key=lambda one: (one.interest, one.rate, one.principal)):
        days = list(alike)
        first = days[0]
        lines.append(
            {
                "days": len(days),
                "start": first.start.isoformat(),
                "end": days[-1].end.isoformat(),
                "principal": str(first.principal),
                "rate": str(first.rate),
                "a_day": exact(first.interest),
                "exact": exact(sum((one.interest for one in days), start=Fraction(0))),
            }
        )
    return lines


def exact(value: Any) -> str:
    """An amount before it is rounded, as a person reads it: to ten decimals at most."""
    return shown(given("", value))
