"""Long work: what runs and what came of it, on a page that can be left; and the mark at the top of each page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.views.common import needs, person
from lending.work import lines, mine, seen_by


@require_safe
@needs("lending.view_work")
def work(request: HttpRequest) -> HttpResponse:
    return render(request, "lending/work.html", shown_to(request))


@require_safe
@needs("lending.view_work")
def work_progress(request: HttpRequest) -> HttpResponse:
    """The list alone, which the page asks for while it is open."""
    return render(request, "lending/_work.html", shown_to(request))


@require_safe
@needs("lending.view_work")
def work_mark(request: HttpRequest) -> HttpResponse:
    """The mark at the top of every page: how much of this person's work goes on, and how much has ended unseen.

    ?seen=5,7: what went on when it was last asked for. Of that, whatever has ended is told at once, by a toast.
    """
    ours = mine(person(request))
    went_on = {int(pk) for pk in request.GET.get("seen", "").split(",") if pk.isdecimal()}
    running = [one for one in ours if one.finished_at is None]
    over = [one for one in ours if one.finished_at]
    context = {"running": running, "ended": over, "just_ended": [one for one in over if one.pk in went_on]}
    return render(request, "lending/_work_mark.html", context)


def shown_to(request: HttpRequest) -> dict[str, Any]:
    """The list; whoever looks at it has seen what ended."""
    found = lines(person(request))
    seen_by(person(request))
    return {
        "running": [line for line in found if line.work.finished_at is None],
        "ended": [line for line in found if line.work.finished_at],
    }
