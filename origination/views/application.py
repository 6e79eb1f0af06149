"""One application: who and how much, what was stated, what happened, and what can be decided now."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from finance.errors import Refused
from ledger.selectors import business_date
from ledger.views.common import needs, person
from origination.applicant import identifier_of
from origination.forms import KeyedForm
from origination.models import Application
from origination.operations import start_review
from origination.operations.decide import require_decidable, require_startable
from origination.operations.release import require_releasable
from origination.reasons import REASON_BY_CODE
from origination.views.common import sent_application
from origination.waiting import for_staff
from origination.words import dollars
from tenants.models import User

ENDED = ("declined", "funded", "withdrawn")


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the decision bar. why_not: what stops it, or who must do it; empty when it can be done."""

    label: str
    url: str
    key: str
    why_not: str
    primary: bool
    post: bool = False


@require_GET
@needs("origination.view_application")
def application(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, sent_application(number))


@require_POST
@needs("origination.review_application")
def application_review(request: HttpRequest, number: str) -> HttpResponse:
    subject = sent_application(number)
    form = KeyedForm(request.POST)
    try:
        if form.is_valid():
            start_review(application_id=subject.pk, key=form.cleaned_data["key"], by=person(request))
            return redirect("application", number)
    except Refused as refusal:
        return show(request, sent_application(number), refusal, status=422)
    return show(request, subject, status=422)


def show(request: HttpRequest, subject: Application, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    """The page, with a refusal where the person is working."""
    assert subject.party is not None, subject.number
    return render(
        request,
        "origination/application.html",
        {
            "application": subject,
            "next": for_staff(subject, business_date()),
            "identifier": identifier_of(subject.party),
            "events": subject.events.exclude(kind="saved").select_related("by").order_by("-id"),
            "acts": [] if subject.state in ENDED else decision_bar(subject, person(request)),
            "reason": REASON_BY_CODE.get(subject.decline_reason),
            "refusal": refusal,
        },
        status=status,
    )


def decision_bar(subject: Application, user: User) -> list[Act]:
    """What there is to decide, always in this order, each with what stops it."""

    def act(name: str, label: str, key: str, permission: str, whose: str, check: Callable[[], None]) -> Act:
        stopped = refused(check) or ("" if user.has_perm(permission) else whose)
        url, primary = reverse(name, args=[subject.number]), not stopped and name != "application_decline"
        return Act(label, url, key, stopped, primary, name == "application_review")

    underwriter = "An underwriter does this."
    release = f"Release {dollars(subject.offer.amount)}" if subject.offer else "Release the funds"
    review = "Review again" if subject.state == "approved" else "Start review"
    return [
        act(
            "application_review",
            review,
            "r",
            "origination.review_application",
            underwriter,
            lambda: require_startable(subject, user),
        ),
        act(
            "application_approve",
            "Approve",
            "a",
            "origination.decide_application",
            underwriter,
            lambda: require_decidable(subject, user, done="approved"),
        ),
        act(
            "application_decline",
            "Decline",
            "d",
            "origination.decide_application",
            underwriter,
            lambda: require_decidable(subject, user, done="declined"),
        ),
        act(
            "application_release",
            release,
            "f",
            "origination.release_funds",
            "Operations or a portfolio manager does this.",
            lambda: require_releasable(subject, user),
        ),
    ]


def refused(check: Callable[[], None]) -> str:
    """The sentence with which the operation's own check would refuse, or nothing."""
    try:
        check()
    except Refused as refusal:
        return str(refusal)
    return ""
