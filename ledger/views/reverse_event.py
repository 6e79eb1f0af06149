"""Take back an event of a loan: everything that will change is shown before it is confirmed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from finance.errors import Refused
from ledger import operations
from ledger.foresight import foresee
from ledger.forms import ReversalForm
from ledger.models import LoanEvent
from ledger.operations.steps import lock
from ledger.timeline import line_of
from ledger.views.common import by_htmx, go, needs, person
from ledger.views.meanwhile import in_words, last_event, moved_on

CASH = (
    LoanEvent.Kind.PAYMENT,
    LoanEvent.Kind.PAYOFF,
    LoanEvent.Kind.RECOVERY,
    LoanEvent.Kind.ESCROW_DEPOSIT,
)


@require_http_methods(["GET", "POST"])
@needs("ledger.reverse_event")
def reverse_event(request: HttpRequest, number: str, event_id: int) -> HttpResponse:
    events = LoanEvent.objects.select_related("loan__borrower", "loan__balance", "target", "by")
    event = get_object_or_404(events, pk=event_id, loan__number=number)
    if request.method == "POST":
        return confirm(request, event)
    return show(request, event, ReversalForm(cash=event.kind in CASH, initial={"seen": last_event(event.loan_id)}))


def confirm(request: HttpRequest, event: LoanEvent) -> HttpResponse:
    """Reverse it, unless the loan has moved on since the person saw what would change."""
    lock(event.loan_id)  # so that nothing comes in between what was looked at and what is done
    form = ReversalForm(request.POST, cash=event.kind in CASH)
    if form.is_valid():
        key = f"staff/{form.cleaned_data['key']}"
        sent_again = LoanEvent.objects.filter(key=key).exists()
        news = "" if sent_again else moved_on(event.loan_id, str(form.cleaned_data["seen"]))
        if news:
            form.add_error(None, news)
        else:
            try:
                done = operations.reverse_event(event_id=event.pk, reason=form.words, key=key, by=person(request))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return go_back(request, event, done)
    given = request.POST.copy()
    given["seen"] = str(last_event(event.loan_id))
    form.data = given
    return show(request, event, form, status=422)


def show(request: HttpRequest, event: LoanEvent, form: ReversalForm, *, status: int = 200) -> HttpResponse:
    """The page, or to htmx its form alone, with everything that would change now."""
    context = {
        "loan": event.loan,
        "event": event,
        "line": line_of(event),
        "form": form,
        "what": in_words(line_of(event)),
        "verb": f"Reverse the {in_words(line_of(event))}",
        "foresight": foresee(operations.reverse_event, event.loan, event_id=event.pk, reason="", by=person(request)),
        "loan_url": reverse("loan", args=[event.loan.number]),
    }
    template = "ledger/_reverse_event_form.html" if by_htmx(request) else "ledger/reverse_event.html"
    return render(request, template, context, status=status)


def go_back(request: HttpRequest, event: LoanEvent, done: LoanEvent) -> HttpResponse:
    """To the loan, with the way to what was posted."""
    number = event.loan.number
    done_url = reverse("loan_event", args=[number, done.pk])
    said = format_html('Reversed the {}. <a href="{}">See what was posted</a>', in_words(line_of(event)), done_url)
    messages.success(request, said)
    return go(request, reverse("loan", args=[number]))
