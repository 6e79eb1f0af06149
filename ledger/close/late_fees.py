"""The night's late fees, many loans at once: decided by finance.latefees, written in one statement.

The short way of ledger.operations.assess_late_fees, and the same event, entry and keys. It is taken where the balance
alone decides: the loan stands at the end of the day, and no earlier night was missed. What the balance does not say
is how much of the fees paid were late fees, which count for the borrower; so each loan is decided twice, as if none
and as if all of them had been paid. Where that makes no difference the answer is known, and elsewhere the loan is
replayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.latefees import assessment_days
from finance.latefees import late_fees as fees_of_day
from finance.loan_state import RANKS, Event
from finance.replay import apply
from finance.terms import LoanTerms
from ledger.day import hold_business_day
from ledger.models import Loan, LoanBalance, LoanEvent
from ledger.operations import assess_late_fees
from ledger.posting import Line, booking_days, draft
from ledger.recipes import Lines, lines_of
from ledger.replay import state_of
from ledger.sql import execute
from ledger.terms import terms_of_loans
from ledger.writing import Draft, Movement, write


@dataclass(frozen=True, slots=True)
class Fee:
    """A late fee that a loan bears, and what it posts."""

    loan: Loan
    event: LoanEvent
    lines: Lines


def assess_together(loans: Sequence[int], *, through: date) -> int:
    """Charge the late fees that the rules of `loans` bring through the end of `through`. Returns how many loans.

    Running it again changes nothing. The day is held before the loans are locked, in the order of their ids.
    """
    hold_business_day()
    found = [loan_id for loan_id, _ in execute("late_fee_candidates", on=through, loans=list(loans))]
    locked = LoanBalance.objects.select_for_update(no_key=True, of=("self",)).select_related("loan")
    balances = {balance.pk: balance for balance in locked.filter(pk__in=found).order_by("pk")}
    charged_before = dict(execute("late_fee_candidates", on=through, loans=found))  # again: now nobody moves them
    terms = terms_of_loans([balance.loan for balance in balances.values()])
    assessed = standing_instalments(found)
    fees, others = [], []
    for loan_id, late_fees in charged_before.items():
        balance, loan_terms = balances[loan_id], terms[loan_id]
        fresh = decide(balance, loan_terms, assessed.get(loan_id, set()), late_fees, through)
        if fresh is None:
            others.append(loan_id)
        elif fresh:
            fees.append(fee_of(balance, loan_terms, fresh[0], through))
    enter(fees, through)
    replayed = [
        assess_late_fees(loan_id=loan_id, through=through, key=f"night/{through}/loan/{loan_id}") for loan_id in others
    ]
    return len(fees) + sum(event is not None for event in replayed)


def standing_instalments(loans: list[int]) -> dict[int, set[int | None]]:
    """{loan's id: the instalments that bear a late fee}; one derived away may be charged again, one excused may not."""
    rows = LoanEvent.objects.filter(loan__in=loans, kind=LoanEvent.Kind.LATE_FEE)
    found: dict[int, set[int | None]] = {}
    for loan_id, instalment in rows.exclude(reversals__cause__isnull=False).values_list("loan_id", "instalment"):
        found.setdefault(loan_id, set()).add(instalment)
    return found


def decide(
    balance: LoanBalance, terms: LoanTerms, assessed: set[int | None], late_fees: Decimal, through: date
) -> list[Event] | None:
    """The fees that the end of `through` brings the loan; None when only a replay can say."""
    if balance.accrued_through != through or balance.next_due_on is None:
        return None
    open_days = {
        day: [k for k in rows if k + 1 not in assessed and terms.schedule[k].due_date >= balance.next_due_on]
        for day, rows in assessment_days(terms, through=through).items()
    }
    today = open_days.pop(through, [])
    if any(open_days.values()):
        return None  # a night was missed
    outcomes = []
    for paid in (Decimal("0.00"), late_fees):
        state = state_of(balance)
        state.totals.late_fees, state.totals.paid_fees = late_fees, paid
        outcomes.append(fees_of_day(terms, state, through, today))
    return outcomes[0] if outcomes[0] == outcomes[1] and len(outcomes[0]) <= 1 else None


def fee_of(balance: LoanBalance, terms: LoanTerms, fee: Event, on: date) -> Fee:
    instalment = int(fee.id.rpartition("-")[2])
    event = LoanEvent(
        loan=balance.loan,
        kind=LoanEvent.Kind.LATE_FEE,
        effective_on=on,
        recorded_on=on,
        amount=fee.amount,
        instalment=instalment,
        reason=f"Instalment {instalment} was not met when its days of grace ended.",
        source="night",
        key=f"night/{on}/loan/{balance.pk}/late-fee-{instalment}",
    )
    return Fee(balance.loan, event, lines_of(apply(terms, state_of(balance), fee)))


def enter(fees: list[Fee], on: date) -> None:
    """The events with their entries, and the balances: two statements."""
    if not fees:
        return
    booked = {pk: booking_days(pk, {on})[on] for pk in {fee.loan.legal_entity_id for fee in fees}}
    write([Movement(event=fee.event, entry=entry_of(fee, on, booked[fee.loan.legal_entity_id])) for fee in fees])
    execute(
        "late_fee_balances",
        on=on,
        rank=RANKS["late_fee"],
        loans=[fee.loan.pk for fee in fees],
        amounts=[fee.event.amount for fee in fees],
    )


def entry_of(fee: Fee, on: date, booked_on: date) -> Draft:
    return draft(
        legal_entity_id=fee.loan.legal_entity_id,
        currency=fee.loan.currency,
        kind=fee.event.kind,
        lines=[Line(role, amount, on, fee.loan.pk) for role, amount in fee.lines.items()],
        effective_on=on,
        posted_on=on,
        booked_on=booked_on,
        key=f"{fee.event.key}/entry/{on}",
        event=fee.event,
    )
