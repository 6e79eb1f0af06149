"""The months of each company's books: what is left before one closes, closing it, and opening it again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from finance.errors import Refused
from ledger.close.checklist import BY_NAME, ITEMS, Line, checklist, closing_number
from ledger.close.year_end import ends_year
from ledger.general_ledger_forms import ReasonForm, TickForm
from ledger.lists import PERIODS
from ledger.models import Period, PeriodEvent, ReopenRequest
from ledger.operations import ask_to_reopen, close_period, decide_reopening, tick_period
from ledger.operations.periods import require_last_closed
from ledger.orders import close_under_way, is_long_close, order_close
from ledger.views.acts import roles_with
from ledger.views.common import needs, ordered, person
from ledger.views.lists import answer


@require_safe
@needs("reporting.view_books")
def periods(request: HttpRequest) -> HttpResponseBase:
    asked = ReopenRequest.objects.filter(period=OuterRef("pk"), decision="")
    return answer(request, PERIODS, Period.objects.annotate(asked=Exists(asked)), "ledger/periods.html", {})


@require_http_methods(["GET", "POST"])
@needs("reporting.view_books")
def period(request: HttpRequest, period_id: int) -> HttpResponse:
    """One month. What is sent says what to do: tick a line, close it, ask to open it again, or decide that."""
    found = get_object_or_404(Period.objects.select_related("legal_entity"), pk=period_id)
    if request.method != "POST":
        return show(request, found)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return show(request, found, refusal="Choose what to do with this month.", status=422)
    permission, do = act
    if not person(request).has_perm(permission):
        raise PermissionDenied
    try:
        return do(request, found)
    except Refused as refusal:
        return show(request, found, refusal=refusal, status=422)


def tick(request: HttpRequest, found: Period) -> HttpResponse:
    form = TickForm(request.POST)
    if not form.is_valid() or form.cleaned_data["item"] not in BY_NAME:
        return show(request, found, wrong=(request.POST.get("item", ""), form), status=422)
    item = form.cleaned_data["item"]
    tick_period(period_id=found.pk, item=item, note=form.cleaned_data["note"], by=person(request))
    messages.success(request, f"Ticked: {BY_NAME[item].label.lower()}.")
    return redirect(f"{reverse('period', args=[found.pk])}#{next_to_look_at(found)}")


def next_to_look_at(found: Period) -> str:
    """The id on the page where a person goes on: the note of the next line of judgement, or the button that closes."""
    ticked = set(found.ticks.filter(closing=closing_number(found)).values_list("item", flat=True))
    return next((f"{item.name}_note" for item in ITEMS if item.judgement and item.name not in ticked), "close")


def close(request: HttpRequest, found: Period) -> HttpResponse:
    if found.closed_at is None and is_long_close(found):
        ordered(request, order_close(found, by=person(request)))
        return redirect("period", found.pk)
    close_period(period_id=found.pk, by=person(request))
    messages.success(request, f"Closed {found}. Nothing more is booked into it.")
    return redirect("period", found.pk)


def ask(request: HttpRequest, found: Period) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show(request, found, reason_form=form, status=422)
    try:
        ask_to_reopen(period_id=found.pk, reason=form.cleaned_data["reason"], by=person(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return show(request, found, reason_form=form, status=422)
    messages.success(request, f"Asked to open {found} again. Another person decides.")
    return redirect("period", found.pk)


def decide(request: HttpRequest, found: Period) -> HttpResponse:
    number = request.POST.get("request", "")
    asked = get_object_or_404(ReopenRequest, pk=number if number.isdecimal() else 0, period=found)
    approve = request.POST["act"] == "approve"
    decide_reopening(request_id=asked.pk, approve=approve, by=person(request))
    messages.success(request, f"Opened {found} again." if approve else f"Declined: {found} stays closed.")
    return redirect("period", found.pk)


# act: (the permission it takes, what does it)
ACTS = {
    "tick": ("ledger.close_period", tick),
    "close": ("ledger.close_period", close),
    "ask": ("ledger.reopen_period", ask),
    "approve": ("ledger.reopen_period", decide),
    "decline": ("ledger.reopen_period", decide),
}


def show(
    request: HttpRequest,
    found: Period,
    *,
    refusal: object = None,
    reason_form: ReasonForm | None = None,
    wrong: tuple[str, TickForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    found.refresh_from_db(fields=["closed_at"])
    user = person(request)
    closing = found.events.filter(kind=PeriodEvent.Kind.CLOSED).select_related("by").last()
    part = request.method == "GET" and request.GET.get("part") == "checklist"
    # Of many loans the checklist comes after the page; what was typed wrong comes back with it at once.
    later = found.closed_at is None and not part and wrong is None and is_long_close(found)
    lines = [] if found.closed_at or later else checklist(found)
    may_close = user.has_perm("ledger.close_period")
    context: dict[str, Any] = {
        "period": found,
        "closing": closing if found.closed_at else None,
        "lines": [(line, tick_form(line, wrong) if may_close else None) for line in lines],
        "later": later,
        "left": sum(not line.done for line in lines),
        "may_close": may_close,
        "under_way": None if found.closed_at else close_under_way(found),
        "who_closes": roles_with("ledger.close_period"),
        "may_reopen": user.has_perm("ledger.reopen_period"),
        "why_not_asked": why_not_asked(found),
        "asked": found.reopen_requests.filter(decision="").select_related("asked_by").first(),
        "requests": found.reopen_requests.exclude(decision="").select_related("asked_by", "decided_by"),
        "events": found.events.select_related("by", "request__asked_by"),
        "ends_year": ends_year(found),
        "refusal": refusal,
        "reason_form": reason_form or ReasonForm(),
    }
    if part and found.closed_at:  # by somebody else, meanwhile
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ledger/_checklist.html" if part else "ledger/period.html", context, status=status)


def why_not_asked(found: Period) -> Refused | None:
    """Why opening the closed month again cannot be asked for now, or None."""
    try:
        require_last_closed(found)
    except Refused as refusal:
        return refusal
    return None


def tick_form(line: Line, wrong: tuple[str, TickForm] | None) -> TickForm | None:
    """The form beside a line of judgement, as it was sent when that was wrong; none beside what is computed."""
    if not line.item.judgement:
        return None
    form = wrong[1] if wrong and wrong[0] == line.item.name else TickForm(initial={"item": line.item.name})
    form.auto_id = f"{line.item.name}_%s"
    return form
