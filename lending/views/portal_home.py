"""The borrower's first page: what is next, in one sentence for each loan."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from finance.replay import Position
from ledger.models import Loan, LoanEvent
from ledger.selectors import business_date
from ledger.standing import AmountDue, amount_due, carried
from ledger.terms import terms_of_loans
from ledger.views.common import needs, person
from origination.models import Application
from origination.selectors import applications_of
from origination.waiting import for_applicant
from servicing.payments.selectors import RECEIPTED, loans_of, recent_events
from servicing.payments.words import WORDS

EVENTS = 10


@dataclass(frozen=True, slots=True)
class Card:
    """A loan and what is next on it."""

    loan: Loan
    at: Position
    due: AmountDue | None


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
    context = {
        "live": [card for card in cards if card.loan.state != Loan.State.PAID_OFF],
        "finished": [card for card in cards if card.loan.state == Loan.State.PAID_OFF],
        "activity": [activity_of(event) for event in recent_events(loans, limit=EVENTS)],
        "applications": [(row, for_applicant(row, today)) for row in applications_of(user) if in_progress(row)],
    }
    return render(request, "portal/home.html", context)


def cards_of(loans: list[Loan], today: date) -> list[Card]:
    """The most pressing first: the latest, then the soonest due."""
    terms = terms_of_loans(loans)
    cards = []
    for loan in loans:
        at = carried(loan.balance, terms[loan.pk], today)
        cards.append(Card(loan, at, amount_due(terms[loan.pk], at)))
    return sorted(cards, key=lambda card: (-card.at.arrears.dpd, card.at.arrears.next_due_date or date.max))


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
