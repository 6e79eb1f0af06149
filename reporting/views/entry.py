"""A journal entry: its lines, the event behind it, what it reverses and what reverses it."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ledger.models import Accrual, Entry
from ledger.views.common import needs
from ledger.views.lists import answer
from ledger.words import in_words
from reporting.lists import ACCRUALS


@require_safe
@needs("reporting.view_books")
def entry(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    entries = Entry.objects.select_related("legal_entity", "event__loan__borrower", "reverses", "reversed_by")
    found = get_object_or_404(entries, pk=entry_id)
    context = {
        "entry": found,
        "title": in_words(found.kind),
        "postings": found.postings.select_related("account", "loan").order_by("-debit", "account__code"),
        "reversed_by": getattr(found, "reversed_by", None),
    }
    rows = accruals(found) if found.kind == "accrual" else Accrual.objects.none()
    return answer(request, ACCRUALS, rows, "reporting/entry.html", context)


def accruals(found: Entry) -> QuerySet[Accrual]:
    """The loans' own interest that an entry of the night sums up."""
    rows = Accrual.objects.filter(
        entry=None,
        posted_on=found.posted_on,
        booked_on=found.booked_on,
        loan__legal_entity_id=found.legal_entity_id,
        loan__currency=found.currency,
    )
    return rows.exclude(amount=0)
