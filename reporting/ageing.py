"""The ageing of the whole book on any two dates: how much is how late, and which loans that is.

What a loan owes now, and how late it is, is in its balance; a book of any length is asked for what is shown of it. What
it owed then comes from postings and interest, which bear both dates. How late it was is what the close of the day wrote
down; where something became known later that counts from that day or before, the loan is replayed with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, QuerySet

from finance.errors import Refused
from finance.money import ZERO
from ledger.models import LateLoan, Loan, LoanBalance, LoanEvent, Seal
from ledger.selectors import BUCKETS, BucketSums, business_date
from ledger.sql import statement
from ledger.standing import position, read_account

# Loans replayed because something became known later; more than these in one question would keep a person waiting.
REPLAYED_AT_MOST = 500


class NotClosed(Refused):
    code = "day_not_closed"
    message = (
        "How late each loan was on {on} is not known: closes wrote it down from {first} on. "
        "Choose that day or a later one that is closed."
    )


class TooManyCorrections(Refused):
    code = "too_many_corrections"
    message = (
        "{loans:,} loans were corrected after {on}, too many to replay while you wait: give the second date as well, "
        "at most a few days later."
    )


@dataclass(frozen=True, slots=True)
class LateOn:
    """A loan that was late on the day, and what it owed. replayed: because of something that became known later."""

    loan_id: int
    currency: str
    dpd: int
    past_due: Decimal
    owed: Decimal
    replayed: bool


@dataclass(frozen=True, slots=True)
class Ageing:
    """buckets: {currency: every bucket in order}.  late: the longest late first."""

    as_of: date
    known_on: date | None
    buckets: dict[str, list[BucketSums]]
    late: list[LateOn]


class Owing(NamedTuple):
    """What the loans of one currency owe.  of_late: {loan's id: dollars} of those that are late."""

    loans: int
    owed: Decimal
    of_late: dict[int, Decimal]


def is_now(as_of: date, known_on: date | None) -> bool:
    """Whether the balances say it. One query."""
    return as_of >= business_date() and known_on is None


def owing_now() -> QuerySet[Any]:
    """The balances that owe anything, which each night are proved to be their postings; `owes`: dollars."""
    balances: QuerySet[Any] = LoanBalance.objects.annotate(owes=F("principal") + F("interest") + F("fees"))
    return balances.exclude(owes=0)


def ageing(as_of: date, known_on: date | None = None) -> Ageing:
    """The book at the end of `as_of`, a closed day, as known on `known_on` (None: all we know). Raises NotClosed."""
    days = days_late(as_of, known_on)
    owing = owing_then(as_of, known_on, days)
    late = [
        LateOn(pk, currency, *days[pk][:2], owed, days[pk][2])
        for currency, one in owing.items()
        for pk, owed in one.of_late.items()
    ]
    late.sort(key=lambda row: (-row.dpd, -row.past_due, row.loan_id))
    return Ageing(
        as_of=as_of,
        known_on=known_on,
        buckets={currency: by_bucket(currency, one, late) for currency, one in sorted(owing.items())},
        late=late,
    )


def owing_then(as_of: date, known_on: date | None, days: Collection[int]) -> dict[str, Owing]:
    """{currency: what was owed}, from postings and interest. One query."""
    owing: dict[str, dict[int, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement("book_on"), {"as_of": as_of, "known_on": known_on or date.max})
        for pk, currency, *parts in cursor.fetchall():
            owing[currency][pk] = sum((part or ZERO for part in parts), ZERO)
    return {
        currency: Owing(len(loans), total(loans.values()), {pk: owed for pk, owed in loans.items() if pk in days})
        for currency, loans in owing.items()
    }


def days_late(as_of: date, known_on: date | None) -> dict[int, tuple[int, Decimal, bool]]:
    """{loan's id: (days past due, dollars past due, replayed)} of the loans that were late."""
    if not Seal.objects.filter(business_date=as_of).exists():
        first = Seal.objects.order_by("business_date").values_list("business_date", flat=True).first()
        raise NotClosed(on=as_of, first=first or "which is to come")
    known_then = known_on is not None and known_on < as_of
    kept = LateLoan.objects.filter(business_date=as_of).values_list("loan_id", "dpd", "past_due_amount")
    found = {pk: (dpd, amount, False) for pk, dpd, amount in kept}
    return found | replayed(corrected(as_of, known_on, earlier=known_then), as_of, known_on, found)


def corrected(as_of: date, known_on: date | None, *, earlier: bool) -> list[int]:
    """Loans of which the close of `as_of` knew less, or more, than the question does."""
    events = LoanEvent.objects.filter(effective_on__lte=as_of)
    if earlier:
        events = events.filter(recorded_on__gt=known_on, recorded_on__lte=as_of)
    else:
        events = events.filter(recorded_on__gt=as_of)
        if known_on is not None:
            events = events.filter(recorded_on__lte=known_on)
    loans = list(events.values_list("loan_id", flat=True).distinct().order_by("loan_id")[: REPLAYED_AT_MOST + 1])
    if len(loans) > REPLAYED_AT_MOST:
        raise TooManyCorrections(loans=REPLAYED_AT_MOST, on=as_of)
    return loans


def replayed(
    loans: Iterable[int], as_of: date, known_on: date | None, found: dict[int, tuple[int, Decimal, bool]]
) -> dict[int, tuple[int, Decimal, bool]]:
    """How late these loans were with what the question knows; one that was not late is taken out of `found`."""
    anew = {}
    for loan in Loan.objects.filter(pk__in=loans).select_related("balance"):
        at = position(read_account(loan), as_of=as_of, known_on=known_on).arrears
        found.pop(loan.pk, None)
        if at.dpd:
            anew[loan.pk] = (at.dpd, at.past_due_amount, True)
    return anew


def by_bucket(currency: str, owing: Owing, late: list[LateOn]) -> list[BucketSums]:
    """Every bucket in order, empty ones too; who is not late is current."""
    rows: dict[str, list[LateOn]] = {code: [] for code in BUCKETS}
    for row in late:
        if row.currency == currency:
            code = next(code for code, (_, last) in BUCKETS.items() if last is None or row.dpd <= last)
            rows[code].append(row)
    sums = {
        code: BucketSums(code, len(found), total(row.owed for row in found), total(row.past_due for row in found))
        for code, found in rows.items()
    }
    number = sum(len(found) for found in rows.values())
    owed = total(row.owed for found in rows.values() for row in found)
    sums["current"] = BucketSums("current", owing.loans - number, owing.owed - owed, ZERO)
    return list(sums.values())


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
