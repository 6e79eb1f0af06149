"""Loans held for posting: locked, and read in one statement with all that deciding about them takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from finance.loan_state import State
from finance.money import ZERO
from finance.terms import Instalment, LoanTerms
from ledger.arrays import array_text, plain_array_text
from ledger.day import BusinessDay
from ledger.instances import loaded
from ledger.models import Loan, LoanBalance, LoanEvent
from ledger.terms import agreed_terms, modification_of, modified_terms
from tenants.current import current_tenant_id
from tenants.prepared import prepared_cursor

# So many instalments from the first unmet one on travel with a loan. Few events reach further; those read them all.
AHEAD = 6


@dataclass(frozen=True, slots=True)
class Held:
    """What a transaction holds until it ends. balances: {loan's id: balance, with its loan}, of the loans there are.

    earlier: {key: the event that it already made}.
    """

    day: BusinessDay | None
    balances: dict[int, LoanBalance]
    earlier: dict[str, LoanEvent]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The instalments from the first unmet one on.

    last_due_on: of the very last one.  complete: whether that one is among them.
    """

    instalments: list[Instalment]
    last_due_on: date
    complete: bool


BALANCE = tuple(field.attname for field in LoanBalance._meta.concrete_fields)
LOAN = tuple(field.attname for field in Loan._meta.concrete_fields)
TERMS = LOAN.index("terms")


@cache
def statement() -> str:
    """$1: the tenant.  $2: ids of loans.  $3: keys of events.  $4: how many instalments ahead."""
    columns = [f"(h.balance).{name}" for name in BALANCE] + [f"(h.loan).{name}" for name in LOAN]
    return (
        "SELECT h.today, h.closing, h.earlier, h.due_on, h.amounts, h.interest, h.last_due_on, h.complete, h.modified, "  # noqa: S608
        f"{', '.join(columns)} "
        "FROM ledger_hold($1, $2::bigint[], $3::text[], $4) h"
    )


def hold(loan_ids: Sequence[int], keys: Sequence[str] = ()) -> Held:
    """Lock the loans until the transaction ends, hold the business day still, and look up what `keys` made before.

    The lock is on the narrow balance row, which the night rewrites too. Without any of the loans there is no day.
    """
    with prepared_cursor() as cursor:
        cursor.execute(statement(), [current_tenant_id(), plain_array_text(loan_ids), array_text(keys), AHEAD])
        rows = cursor.fetchall()
    if not rows:
        return Held(None, {}, {})
    today, closing, earlier_ids = rows[0][:3]
    balances = {balance.pk: balance for balance in map(balance_of, rows)}
    earlier = LoanEvent.objects.filter(pk__in=earlier_ids) if earlier_ids else ()
    return Held(BusinessDay(today, closing), balances, {event.key: event for event in earlier})


def balance_of(row: Sequence[Any]) -> LoanBalance:
    """The balance of one row, with its loan, and with the instalments ahead of the loan."""
    due_on, amounts, interest, last_due_on, complete, modified = row[3:9]
    values = list(row[9 + len(BALANCE) :])
    terms, agreed = read_terms(values[TERMS])
    values[TERMS] = dict(terms)
    loan = loaded(Loan, LOAN, values)
    balance = loaded(LoanBalance, BALANCE, row[9 : 9 + len(BALANCE)])
    balance._state.fields_cache["loan"] = loan
    loan._state.fields_cache["balance"] = balance
    if due_on:
        rows = zip(due_on, amounts, interest, strict=True)
        ahead = [Instalment(due_date=on, amount=amount, interest=part) for on, amount, part in rows]
        loan.ahead = Ahead(ahead, last_due_on, complete)
    loan.agreed = agreed
    if modified:
        stated = json.loads(modified)
        loan.modified, loan.agreed = (balance.schedule_version, stated), agreed_terms(stated["servicing"])
    return balance


@lru_cache(maxsize=1024)  # loans of a product have the same ones, word for word
def read_terms(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The terms of a loan as JSON, and what LoanTerms takes from them. Neither may be changed."""
    terms = json.loads(text)
    return terms, agreed_terms(terms)


def terms_ahead(loan: Loan, balance: LoanBalance) -> LoanTerms | None:
    """The loan's terms with the schedule from the first unmet instalment on; what was due before stands as one.

    How much that was follows from the credit and from what the first unmet instalment lacks. None where it does not:
    nothing was read with the loan, or a tolerance let the instalment before pass for met.
    """
    ahead = loan.ahead
    if ahead is None or not balance.disbursed or balance.next_due_on != ahead.instalments[0].due_date:
        return None
    first, *others = ahead.instalments
    if others and others[0].due_date == first.due_date:
        return None
    due_before = ZERO
    if others or not ahead.complete:  # the very last instalment is all that is owed, whatever was due before
        due_before = balance.credit + balance.next_due_amount - first.amount
        if balance.next_due_amount == first.amount and loan.agreed["past_due_tolerance"]:
            return None
    schedule = [Instalment(due_date=first.due_date, amount=due_before), *ahead.instalments]
    if not ahead.complete:
        schedule.append(Instalment(due_date=ahead.last_due_on, amount=ZERO))
    if stated := modification_of(loan):
        return modified_terms(stated, balance.schedule_version, schedule)
    return LoanTerms(rate=loan.rate, schedule=tuple(schedule), **loan.agreed)


def reaches(loan: Loan, terms: LoanTerms, state: State) -> bool:
    """Whether what lies ahead tells where the loan stands: an instalment of it is unmet and none before is unseen."""
    ahead = loan.ahead
    if ahead is None or ahead.complete:
        return True
    assert state.accrued_through is not None
    filled = state.credit + terms.past_due_tolerance >= terms.cumulative[-2]
    return not filled and ahead.instalments[-1].due_date >= state.accrued_through
