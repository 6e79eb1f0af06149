"""Further money on a loan that is paid out in parts: tranches of a commitment, draws on a line."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from finance.money import ZERO
from finance.replay import journal
from ledger.errors import NothingToDraw
from ledger.models import Loan, LoanEvent
from ledger.operations.steps import lock, record, require_possible, require_state, seen_before
from ledger.replay import enter
from ledger.standing import Account, history, position, read_account
from ledger.terms import servicing_of
from tenants.models import User


@transaction.atomic
def draw_funds(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Pay out `amount` dollars more. A line that was repaid in full opens again.

    Refuses what is not available on its day and on every day since, a loan that is late, on non-accrual or no line,
    and a draw after the draw period.
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="draw", amount=amount, effective_on=effective_on):
        return event
    require_state(loan, (Loan.State.ACTIVE, Loan.State.PAID_OFF), "draws")
    require_possible(loan, effective_on, day)
    if why := why_no_draw(loan, amount, effective_on, today=day.today):
        raise NothingToDraw(number=loan.number, amount=f"${amount:,}", why=why)
    event = record(
        loan, "draw", effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount, reason=reason
    )
    enter(loan, balance, event, day)
    return event


def why_no_draw(loan: Loan, amount: Decimal, on: date, *, today: date) -> str:
    """What stands in the way of paying out `amount` on `on`, as the end of a sentence; empty when nothing does."""
    line = servicing_of(loan).get("line")
    if line is None:
        return "it is no line, and was paid out at once."
    draw_until = date.fromisoformat(line["draw_until"])
    if on > draw_until:
        return f"its draw period ended on {draw_until}."
    account = read_account(loan)
    now = position(account, as_of=today)
    if now.arrears.dpd:
        return f"it is {now.arrears.dpd} days late. It can once it is up to date."
    if position(account, as_of=on).state.sold is not None:
        return "it belonged to another owner on that day."
    if now.state.nonaccrual:
        return "it is on non-accrual. It can once it has returned to accrual."
    room = available(account, on)
    if amount > room:
        return f"${room:,} is available. Draw at most that, or repay first."
    return ""


def available(account: Account, on: date) -> Decimal:
    """Dollars that can be drawn on `on`, so that the limit holds on that day and on every day since.

    What is repaid of a revolving line can be drawn again; of other commitments it cannot.
    """
    loan = account.loan
    line = servicing_of(loan).get("line")
    if line is None:
        return ZERO
    through = max([on, *(row.effective_on for row in account.events)])
    played = journal(account.terms, history(account.events), through=through)
    limit: Decimal = loan.amount
    if not line["revolving"]:
        return max(ZERO, limit - played.state.totals.disbursed)
    principal = highest = ZERO
    for effect in played.effects:
        if effect.on > on:
            highest = max(highest, principal)
        principal += effect.principal
    return max(ZERO, limit - max(highest, principal))
