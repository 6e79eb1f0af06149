"""The list of loans."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger import selectors
from ledger.models import Loan
from ledger.views.common import needs

ROWS = 50


@require_safe
@needs("ledger.view_loan")
def loans(request: HttpRequest) -> HttpResponse:
    wanted = selectors.LoanFilter.read(request.GET)
    found = selectors.loans(wanted)
    sums = selectors.sums(found)
    paginator = Paginator(found, ROWS)
    paginator.count = sum(row.loans for row in sums)  # counted with the sums
    states = dict(Loan.State.choices)
    buckets = {code: f"{code} days late" for code in selectors.BUCKETS} | {
        "current": "Current",
        selectors.PAST_DUE: "Any days late",
    }
    context = {
        "page": paginator.get_page(request.GET.get("page")),
        "sums": sums,
        "wanted": wanted,
        "states": states,
        "buckets": buckets,
        "chips": [
            ("q", "Name or number", wanted.q),
            ("state", "State", states.get(wanted.state)),
            ("bucket", "Late", buckets.get(wanted.bucket)),
        ],
    }
    return render(request, "ledger/loans.html", context)
