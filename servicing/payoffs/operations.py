"""Making a payoff letter."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.errors import KeyReused
from ledger.models import Loan
from ledger.operations.steps import lock
from servicing.kept import digest
from servicing.past import read_pasts
from servicing.payoffs.errors import DayOutsideWindow, NothingToPayOff
from servicing.payoffs.letter import content_of, new_code, quote_of, window
from servicing.payoffs.models import PayoffLetter
from servicing.words import day as written
from tenants.models import User


@transaction.atomic
def issue_payoff_letter(*, loan_id: int, good_through: date, key: str, by: User) -> PayoffLetter:
    """A letter that says what pays the loan off up to `good_through`, with a code that anybody can check.

    The loan is locked, so the letter knows every event before it. The same key returns the first letter; so does the
    same question asked again while the answer is the same. Nothing is posted.
    """
    held, _, business_day = lock(loan_id)
    if earlier := PayoffLetter.objects.filter(key=key).first():
        if (earlier.loan_id, earlier.good_through) != (loan_id, good_through):
            raise KeyReused(key=key)
        return earlier
    today = business_day.today
    first, last = window(today)
    if not first <= good_through <= last:
        raise DayOutsideWindow(on=written(good_through), first=written(first), last=written(last))
    loan = Loan.objects.select_related("legal_entity", "borrower").get(pk=loan_id)
    if held.state != Loan.State.ACTIVE:
        raise NothingToPayOff(number=loan.number, state=loan.get_state_display().lower())
    past = read_pasts([loan])[loan.pk]
    quoted, at = quote_of(past, on=today, good_through=good_through)
    content = content_of(loan, quoted, at)
    same = PayoffLetter.objects.filter(loan=loan, quoted_on=today, good_through=good_through).first()
    if same is not None and same.content == content:
        return same
    return PayoffLetter.objects.create(
        loan=loan,
        quoted_on=today,
        good_through=good_through,
        amount=Decimal(content["amount"]),
        per_diem=quoted.per_diem,
        code=new_code(),
        content=content,
        sha256=digest(content),
        last_event=past.last_event,
        issued_by=by,
        key=key,
    )
