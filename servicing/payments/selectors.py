"""A borrower's own loans. Whoever has no access to a party sees none."""

from django.db.models import QuerySet

from ledger.models import Loan, LoanEvent
from ledger.selectors import with_all_that_names_it
from tenants.models import User


def loans_of(user: User) -> QuerySet[Loan]:
    """The loans of the party that `user` acts for, live ones first."""
    return with_all_that_names_it().filter(borrower__portal_access__user=user).order_by("state", "-opened_on", "pk")


def recent_events(loans: list[Loan], *, limit: int) -> list[LoanEvent]:
    """What happened on them lately, the latest first, with what took it back. Two queries."""
    rows = LoanEvent.objects.filter(loan__in=loans).exclude(kind=LoanEvent.Kind.REVERSAL)
    return list(rows.select_related("loan").prefetch_related("reversals").order_by("-effective_on", "-pk")[:limit])
