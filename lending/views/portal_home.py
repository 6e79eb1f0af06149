"""The borrower's first page: what is next, in one sentence for each loan."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from finance.money import cents
from finance.payoff import per_diem
from finance.replay import Position
from ledger.models import Loan, LoanEvent
from ledger.selectors import business_date
from ledger.standing import AmountDue, amount_due, carried
from ledger.terms import terms_of_loans
from ledger.views.common import needs, person
from origination.models import Application
from origination.selectors import applications_of
from origination.waiting import for_applicant
from servicing.late_fees import ComingFee, next_late_fee
from servicing.payments.selectors import RECEIPTED, loans_of, recent_events
from servicing.payments.words import WORDS
from servicing.statements.selectors import statements_of

EVENTS, STATEMENTS, COMING = 5, 3, 3


@dataclass(frozen=True, slots=True)
class Card:
    """A loan and what is next on it. fee: the late fee that comes if nothing is paid.  a_day: a day's interest.

    coming: the next instalments that are not met, as (day, dollars).
    """

    loan: Loan
    at: Position
    due: AmountDue | None
    fee: ComingFee | None
    a_day: Decimal
    coming: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happened, in plain words. taken_back: why it no longer counts."""

    event: LoanEvent
    words: str
    taken_back: str
    has_receipt: bool


@require_safe
@needs("payments.pay")
def portal_home(request: HttpRequest) -> HttpResponse:
    user, today = person(request), business_date()
    loans = list(loans_of(user))
    cards = cards_of(loans, today)
    live = [card for card in cards if card.loan.state != Loan.State.PAID_OFF]
    applications = [(row, for_applicant(row, today)) for row in applications_of(user) if in_progress(row)]
    # What is late comes before an application that waits, and that before what is not due yet.
    late = [card for card in live if card.due and card.due.days_late]
    context = {
        "live": live,
        "late": late,
        "on_time": [card for card in live if card not in late],
        "finished": [card for card in cards if card.loan.state == Loan.State.PAID_OFF],
        "activity": [activity_of(event) for event in recent_events(loans, limit=EVENTS)],
        "statements": statements_of(loans, limit=STATEMENTS),
        "applications": applications,
    }
    return render(request, "portal/home.html", context)


def cards_of(loans: list[Loan], today: date) -> list[Card]:
    """The most pressing first: the latest, then the soonest due."""
    terms = terms_of_loans(loans)
    cards = [card_of(loan, carried(loan.balance, terms[loan.pk], today)) for loan in loans]
    return sorted(cards, key=lambda card: (-card.at.arrears.dpd, card.at.arrears.next_due_date or date.max))


def card_of(loan: Loan, at: Position) -> Card:
    due, fee = amount_due(at.terms, at), next_late_fee(at)
    return Card(
        loan=loan,
        at=at,
        due=due,
        fee=fee if fee and due and fee.due_on <= max(due.on, at.as_of) else None,
        a_day=cents(per_diem(at.terms, at.state, at.as_of), at.state.rounding),
        coming=tuple(coming(at))[:COMING] if at.payoff and not at.state.gone else (),
    )


def coming(at: Position) -> Iterator[tuple[date, Decimal]]:
    """(day, dollars) of each instalment from today on that is not met; of the first, what it still lacks."""
    unmet = at.arrears.next_due_date
    for row in at.terms.schedule:
        if unmet is not None and row.due_date >= max(unmet, at.as_of):
            yield row.due_date, at.arrears.next_due_amount if row.due_date == unmet else row.amount


def activity_of(event: LoanEvent) -> Activity:
    undone_by = next(iter(event.reversals.all()), None)
    kind = LoanEvent.Kind(event.kind)
    return Activity(
        event=event,
        words=WORDS[kind],
        taken_back=f"Taken back: {undone_by.reason}" if undone_by else "",
        has_receipt=kind in RECEIPTED,
    )


def in_progress(row: Application) -> bool:
    """Neither paid out, which is a loan by then, nor withdrawn."""
    return row.state not in (Application.State.FUNDED, Application.State.WITHDRAWN)
