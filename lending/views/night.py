"""The end of day: how far it is, what it could not do, what it proved; and the clock, where it may be moved."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from finance.errors import Refused
from ledger.close.exceptions import lagging_loans, try_again
from ledger.close.night import pause_night, resume_night
from ledger.close.progress import progress
from ledger.close.proof import prove_books, prove_by_replay
from ledger.lists import EXCEPTIONS
from ledger.models import LoanBalance, Night, NightException
from ledger.selectors import latest_night, latest_proofs
from ledger.views.common import person
from ledger.views.lists import answer
from lending.clock import target
from lending.tasks import order_advance, order_replay, order_resume
from tenants.models import Tenant

REPLAYED_AT_ONCE = 200  # loans that a person waits for
# What the buttons of the clock move it by.
STRIDES = {"day": {"days": 1}, "month": {"months": 1}}


@require_GET
@login_required
@permission_required("ledger.view_night", raise_exception=True)
def night(request: HttpRequest) -> HttpResponseBase:
    if request.GET.get("part") == "behind":  # counted over the whole book: it comes after the page
        return render(request, "lending/_night_behind.html", {"lagging": lagging()})
    nights = Night.objects.prefetch_related("exceptions")[:30]
    context = state() | {
        "nights": nights,
        "proofs": latest_proofs(),
        "may_run": request.user.has_perm("ledger.run_night"),
        "may_move": settings.CLOCK_CAN_BE_MOVED and request.user.has_perm("ledger.move_business_date"),
    }
    return answer(request, EXCEPTIONS, NightException.objects.filter(resolved_at=None), "lending/night.html", context)


@require_GET
@login_required
@permission_required("ledger.view_night", raise_exception=True)
def night_progress(request: HttpRequest) -> HttpResponse:
    """The progress alone, asked for each second while something runs; then the whole page anew."""
    now = state() | {"may_run": request.user.has_perm("ledger.run_night")}
    response = render(request, "lending/_night_progress.html", now)
    if not now["running"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
@permission_required("ledger.move_business_date", raise_exception=True)
def advance_clock(request: HttpRequest) -> HttpResponse:
    """Close a day or a month: the workers do it, the page shows it."""
    stride = STRIDES.get(request.POST.get("stride", ""))
    if stride is None:
        messages.error(request, "Choose a day or a month: the business date was not moved.")
        return redirect("night")
    try:
        order_advance(target(**stride), by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("night")


@require_POST
@login_required
@permission_required("ledger.run_night", raise_exception=True)
def pause(request: HttpRequest) -> HttpResponse:
    """Hold the night up: each worker finishes the chunk it has."""
    try:
        pause_night(by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("night")


@require_POST
@login_required
@permission_required("ledger.run_night", raise_exception=True)
def resume(request: HttpRequest) -> HttpResponse:
    """Let it go on."""
    try:
        order_resume(resume_night())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("night")


@require_POST
@login_required
@permission_required("ledger.run_night", raise_exception=True)
def try_loan_again(request: HttpRequest, exception_id: int) -> HttpResponse:
    """Bring a loan that stood alone to the last closed day, now that it is mended."""
    exception = get_object_or_404(NightException, pk=exception_id)
    try:
        done = try_again(exception_id=exception.pk, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Loan {done.loan.number} is brought to date, and its replay agrees.")
    return redirect("night")


@require_POST
@login_required
@permission_required("ledger.view_proof", raise_exception=True)
def prove_now(request: HttpRequest) -> HttpResponse:
    """Try every law of the books at this moment; a large book is replayed by a worker: see Long work."""
    proofs = prove_books(by_replay=False)
    loans = LoanBalance.objects.count()
    if loans <= REPLAYED_AT_ONCE:
        proofs.append(prove_by_replay())
    else:
        order_replay(by=person(request))
        messages.info(request, f"A worker replays each of {loans:,} loans now: Long work says how far it is.")
    broken = [proof.get_law_display() for proof in proofs if not proof.holds]
    if broken:
        messages.error(request, f"Does not hold: {'; '.join(broken)}. The differences are listed below.")
    else:
        held = "Every law of the books holds" if loans <= REPLAYED_AT_ONCE else "Every other law of the books holds"
        messages.success(request, f"{held} at this moment.")
    return redirect("proof")


def state() -> dict[str, Any]:
    """The night that runs, or the last one; its steps; and how many days are still to be closed."""
    latest = latest_night()
    today = Tenant.objects.get().business_date
    to_come = (latest.advance_to - today).days if latest and latest.advance_to and latest.advance_to > today else 0
    paused = latest is not None and latest.paused_at is not None
    running = latest is not None and (latest.finished_at is None or to_come > 0)
    return {
        "latest": latest,
        "running": running,
        "paused": paused,
        "steps": progress(latest) if latest else [],
        "days_to_come": to_come,
    }


def lagging() -> int:
    """Open loans that the last closing, if there was one, did not bring to its date."""
    latest = latest_night()
    return lagging_loans(latest) if latest and latest.finished_at else 0
