"""A borrower's own loans. Whoever has no access to a party sees none."""

from django.db.models import QuerySet

from ledger.models import Loan, LoanEvent
from ledger.selectors import with_all_that_names_it
from tenants.models import User


def loans_of(user: User) -> QuerySet[Loan]:
    """The loans of the party that `user` acts for, live ones first."""
    return with_all_that_names_it().filter(borrower__portal_access__user=user).order_by("state", "-opened_on", "pk")


# What took something back is shown beside it; how the lender counts its income is no concern of the borrower's.
NOT_THE_BORROWERS = (LoanEvent.Kind.REVERSAL, LoanEvent.Kind.NONACCRUAL, LoanEvent.Kind.RESTORATION)


def recent_events(loans: list[Loan], *, limit: int) -> list[LoanEvent]:
    """What happened on them lately, the latest first, with what took it back. Two queries."""
    rows = LoanEvent.objects.filter(loan__in=loans).exclude(kind__in=NOT_THE_BORROWERS)
    return list(rows.select_related("loan").prefetch_related("reversals").order_by("-effective_on", "-pk")[:limit])


RECEIPTED = (LoanEvent.Kind.PAYMENT, LoanEvent.Kind.PAYOFF, LoanEvent.Kind.RECOVERY)


def payments_of(loans: list[Loan]) -> QuerySet[LoanEvent]:
    """What was paid on them, the latest first, with what took it back. Each has a receipt. Two queries."""
    paid = LoanEvent.objects.filter(loan__in=loans, kind__in=RECEIPTED)
    return paid.select_related("loan").prefetch_related("reversals").order_by("-effective_on", "-pk")
