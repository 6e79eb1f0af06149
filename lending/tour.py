"""The first start: five steps through the lender's own book. The step is in the session, its end with the person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ledger.models import Loan
from ledger.selectors import most_past_due

STORE = "tour"


@dataclass(frozen=True, slots=True)
class Step:
    """name: of the page where it is shown.  page: its address.  at: the part of it that the step is about."""

    name: str
    title: str
    text: str
    page: Callable[[], str]
    at: str


def a_loan() -> str:
    """The page of the loan with the most past due, or of any; of all loans while there is none. Two queries at most."""
    late = most_past_due(1)
    number = late[0].loan.number if late else Loan.objects.values_list("number", flat=True).first()
    return reverse("loan", args=[number]) if number else reverse("loans")


STEPS = (
    Step(
        "home",
        "What needs you",
        "This page lists what waits for your role, the most money first. Each line leads to where it is dealt with.",
        lambda: reverse("home"),
        "main h1",
    ),
    Step(
        "home",
        "Find anything",
        "Press Ctrl K and type a number, a name, a page, or what you want to do: “payment 1115215000”.",
        lambda: reverse("home"),
        ".lw-find-open",
    ),
    Step(
        "loans",
        "Every list works alike",
        "Filter, sort, choose columns, keep what you see as a view, export exactly that. j and k move, Enter opens, "
        "x chooses.",
        lambda: reverse("loans"),
        ".lw-toolbar",
    ),
    Step(
        "loan",
        "A loan, on any two dates",
        "What is owed and what can be done stand first. Choose another day and the loan is shown as it was; open a "
        "figure and it explains itself.",
        a_loan,
        ".lw-object",
    ),
    Step(
        "proof",
        "Proved every night",
        "The books try their own laws each night, and whenever you ask. Press h on any page to read what it is for.",
        lambda: reverse("proof"),
        "main h1",
    ),
)


def tour_of(request: HttpRequest) -> dict[str, Any] | None:
    """What the card shows: the step, its number, how many there are, and whether this page is the step's.

    None for whoever has ended it, and away from its first page for whoever has not begun.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff or user.toured:
        return None
    number = step_of(request)
    step = STEPS[number]
    here = request.resolver_match is not None and request.resolver_match.url_name == step.name
    if not here and STORE not in request.session:
        return None
    return {
        "here": here,
        "title": step.title,
        "text": step.text,
        "at": step.at,
        "number": number + 1,
        "of": len(STEPS),
    }


def step_of(request: HttpRequest) -> int:
    """From 0."""
    return min(max(int(request.session.get(STORE, 0)), 0), len(STEPS) - 1)
