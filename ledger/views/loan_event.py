"""One event of a loan: what was posted because of it, and what it brought about."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.foresight import by_account
from ledger.models import Fork, LoanEvent
from ledger.operations.reversal import NOT_REVERSIBLE
from ledger.standing import event_key, position, read_account
from ledger.timeline import line_of
from ledger.views.acts import roles_with
from ledger.views.common import by_htmx, needs, person
from tenants.models import User


@require_safe
@needs("ledger.view_loan")
def loan_event(request: HttpRequest, number: str, event_id: int) -> HttpResponse:
    events = LoanEvent.objects.select_related("loan__borrower", "loan__balance", "by", "target", "cause")
    event = get_object_or_404(events, pk=event_id, loan__number=number)
    account = read_account(event.loan)
    undone_by = event.reversals.select_related("by", "target").first()
    at = position(account, as_of=max(event.recorded_on, event.effective_on))
    splits = {split.event: split for split in at.allocations}
    entries = list(event.entries.prefetch_related("postings__account").order_by("booked_on", "effective_on", "id"))
    accruals = list(event.accruals.order_by("effective_on"))
    context = {
        "loan": event.loan,
        "event": event,
        "line": line_of(event, undone_by, splits.get(event_key(event.pk))),
        "entries": entries,
        "accounts": by_account(entries),
        "accruals": accruals,
        "interest_total": sum(row.amount for row in accruals),
        "consequences": [line_of(row) for row in event.consequences.select_related("by", "target").order_by("id")],
        "fork": Fork.behind(event),
        "why_not_reverse": why_not_reverse(event, undone_by, person(request)),
    }
    return render(request, "ledger/_event_panel.html" if by_htmx(request) else "ledger/loan_event.html", context)


def why_not_reverse(event: LoanEvent, undone_by: LoanEvent | None, user: User) -> str:
    """Why `user` cannot reverse it, in a sentence; an empty text when nothing stands in the way."""
    if undone_by is not None:
        return f"It was reversed on {undone_by.recorded_on:%-d %b %Y}."
    if why := NOT_REVERSIBLE.get(event.kind):
        return why[0].upper() + why[1:]
    if not user.has_perm("ledger.reverse_event"):
        return f"{roles_with('ledger.reverse_event')} can."
    return ""
