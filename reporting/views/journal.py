"""The journal."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from ledger.models import Entry
from ledger.views.common import needs
from ledger.views.lists import answer
from reporting.journal import JOURNAL


@require_safe
@needs("reporting.view_books")
def journal(request: HttpRequest) -> HttpResponseBase:
    return answer(request, JOURNAL, Entry.objects.all(), "reporting/journal.html", {})
