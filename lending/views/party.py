"""A person or a company: who it is, what it owes in all, its loans and applications, and what it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ledger.models import Loan
from ledger.selectors import business_date, with_all_that_names_it
from ledger.views.common import needs, person
from lending.templatetags.meanings import STATES
from origination.models import Application, ApplicationEvent
from parties.industries import industry_name
from parties.models import Party, PortalAccess
from parties.selectors import with_the_same_number
from reporting.exposure import Exposure, exposure_of
from servicing.payoffs.selectors import letters_of
from servicing.payoffs.standing import with_standing
from servicing.statements.selectors import statements_of
from tenants.models import User

LOANS, APPLICATIONS, PAPERS, LINES, CHANGES = 25, 25, 6, 12, 50
# The applicant's own, until the application is sent.
UNSENT = (ApplicationEvent.Kind.STARTED, ApplicationEvent.Kind.SAVED)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened.  on: the day from which it counts.  at: when it was recorded, where that is kept."""

    title: str
    on: date
    url: str = ""
    at: datetime | None = None
    by: User | None = None
    amount: Decimal | None = None
    meaning: str = "neutral"


@require_safe
@needs("parties.view_party")
def party(request: HttpRequest, party_id: int) -> HttpResponse:
    """The same queries for a party with one loan and with a thousand."""
    found, user, today = get_object_or_404(Party, pk=party_id), person(request), business_date()
    exposures = exposure_of(found, today)
    theirs = with_all_that_names_it().filter(borrower=found)
    loans = list(theirs.order_by("state", "-balance__dpd", "-opened_on", "pk")[:LOANS])
    applications = applications_of(found, user)
    # What somebody typed into a draft is their own until they send it.
    known = bool(loans) or Application.objects.sent().filter(party=found).exists()
    context: dict[str, Any] = {
        "party": found,
        "known": known,
        "industry": industry_name(found.industry_code) if found.industry_code else "",
        "identifiers": found.identifiers.order_by("kind") if known else [],
        "same_number": with_the_same_number(found, LINES) if known else [],
        "exposures": exposures,
        "loans": loans,
        "loans_in_all": sum(one.loans for one in exposures),
        "next": next_of(exposures),
        "may_see_applications": user.has_perm("origination.view_application"),
        "applications": applications,
        "statements": statements_of(loans, limit=PAPERS),
        "letters": with_standing(letters_of(loans)[:PAPERS], today),
        "access": PortalAccess.objects.filter(party=found).select_related("user").order_by("pk"),
    }
    # One more than is shown says that there are more.
    changes = list(found.changes.select_related("by")[: CHANGES + 1]) if known else []
    context |= {"changes": changes[:CHANGES], "more_changes": len(changes) > CHANGES}
    context["happened"] = happened(loans, applications, user)
    return render(request, "lending/party.html", context)


def applications_of(party: Party, user: User) -> list[Application]:
    """Those that were sent, the newest first; none for whoever may not see applications. One query."""
    if not user.has_perm("origination.view_application"):
        return []
    return list(Application.objects.sent().filter(party=party).listed().order_by("-id")[:APPLICATIONS])


def next_of(exposures: Sequence[Exposure]) -> str:
    """How many loans, and how late, in a sentence."""
    loans, live = sum(one.loans for one in exposures), sum(one.open for one in exposures)
    if not loans:
        return "No loan yet"
    return f"{live:,} open of {loans:,} loan{'' if loans == 1 else 's'}"


def happened(loans: Sequence[Loan], applications: Sequence[Application], user: User) -> list[Line]:
    """The last things that happened to the party's loans and applications, the latest first. One query."""
    steps = ApplicationEvent.objects.filter(application__in=applications).exclude(kind__in=UNSENT)
    steps = steps.select_related("application", "by").order_by("-id")[:LINES]
    lines = chain((step_line(step) for step in steps), *(loan_lines(loan) for loan in loans))
    return sorted(lines, key=lambda line: line.on, reverse=True)[:LINES]


def step_line(step: ApplicationEvent) -> Line:
    number = step.application.number
    title = f"Application {number}: {step.get_kind_display().lower()}"
    address = reverse("application", args=[number])
    return Line(title, step.recorded_on, address, step.recorded_at, step.by, step.amount)


def loan_lines(loan: Loan) -> list[Line]:
    """That it was paid out, and that it ended."""
    address = reverse("loan", args=[loan.number])
    lines = [Line(f"Loan {loan.number} paid out", loan.opened_on, address, amount=loan.amount)]
    if loan.ended_on:
        word, meaning = STATES[loan.state]
        lines.append(Line(f"Loan {loan.number}: {word.lower()}", loan.ended_on, address, meaning=meaning))
    return lines
