"""How often, and how far, a lender lets the terms of one loan change. The numbers are data; these are the questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from finance.calendars import date_in_month, month_number
from finance.modifications import CannotModify
from finance.money import ZERO
from finance.terms import LoanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAgePolicy:
    """When a lender may re-age. Source: FFIEC Uniform Retail Credit Classification and Account Management Policy,
    65 FR 36903 (12 June 2000), "Re-aging": nine months old, three consecutive payments, once in a year, twice in five.
    """

    months_open: int = 9
    payments_in_a_row: int = 3
    once_in_months: int = 12
    twice_in_months: int = 60


def check_re_age(
    policy: ReAgePolicy, on: date, *, opened: date, payments_in_a_row: int, earlier: Sequence[date] = ()
) -> None:
    """Raises CannotModify, naming the limit that stands against re-aging on a day. earlier: dates of former re-ages."""

    def since(months: int) -> date:
        return date_in_month(month_number(on) - months, on.day)

    recent = [day for day in earlier if since(policy.once_in_months) < day <= on]
    in_years = [day for day in earlier if since(policy.twice_in_months) < day <= on]
    because = ""
    if opened > since(policy.months_open):
        because = f"the loan was opened on {opened}, less than {policy.months_open} months ago"
    elif payments_in_a_row < policy.payments_in_a_row:
        made = "1 payment was" if payments_in_a_row == 1 else f"{payments_in_a_row} payments were"
        because = f"{made} made in a row and the policy asks for {policy.payments_in_a_row}"
    elif recent:
        because = f"it was re-aged on {max(recent)}, less than {policy.once_in_months} months ago"
    elif len(in_years) >= 2:
        because = f"it was re-aged {len(in_years)} times in the last {policy.twice_in_months} months"
    if because:
        instead = "It can once the limit of the re-age policy is met"
        raise CannotModify(what="re-age", on=on.isoformat(), because=because, instead=instead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` in any `in_months` months; None is the loan's whole life."""

    most: int
    in_months: int | None = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ModificationLimits:
    """What a lender allows of each kind. deferral and extension count instalments, due_date_change counts changes."""

    re_age: ReAgePolicy = field(default_factory=ReAgePolicy)
    deferral: Limit = field(default_factory=lambda: Limit(most=3))
    extension: Limit = field(default_factory=lambda: Limit(most=60, in_months=None))
    due_date_change: Limit = field(default_factory=lambda: Limit(most=1))


def check_limit(what: str, limit: Limit, on: date, count: int, *, earlier: Sequence[tuple[date, int]]) -> None:
    """Raises CannotModify when `count` more on a day would pass the limit. earlier: (day, how many) of former ones."""
    since = date.min if limit.in_months is None else date_in_month(month_number(on) - limit.in_months, on.day)
    so_far = sum(number for day, number in earlier if since < day <= on)
    if so_far + count > limit.most:
        within = "in the loan's life" if limit.in_months is None else f"in {limit.in_months} months"
        raise CannotModify(
            what=what,
            on=on.isoformat(),
            because=f"the lender allows {limit.most} {within}, {so_far} were made and {count} are asked for",
            instead="It can within that limit",
        )


def payments_in_a_row(terms: LoanTerms, payments: Sequence[tuple[date, Decimal]], on: date, *, asked: int) -> int:
    """How many instalments were paid one after the other up to `on`, as a re-age policy that asks for so many counts.

    payments: (day, dollars). Going back from `on`, a period between two due dates counts when an instalment's worth
    was paid in it; the running one counts once it is paid. "Or the equivalent cumulative amount": the last `asked`
    periods together count for as many instalments as were paid in them.
    """
    due = [row for row in terms.schedule if row.amount > 0 and row.due_date <= on]
    if not due:
        return 0
    bounds = [on, *(row.due_date for row in reversed(due)), date.min]
    paid = [sum((cash for day, cash in payments if start < day <= end), ZERO) for end, start in pairwise(bounds)]
    if paid[0] < due[-1].amount:  # the running period has not ended
        paid = [paid[0] + paid[1], *paid[2:]]
    in_a_row = next((k for k, cash in enumerate(paid) if cash < due[-1].amount), len(paid))
    return max(in_a_row, min(asked, int(sum(paid[:asked], ZERO) // due[-1].amount)))
