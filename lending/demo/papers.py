"""What the demo's borrowers were sent before today: the statements of the last months, and a payoff letter."""

from datetime import date, timedelta

from ledger.models import Loan
from parties.models import PortalAccess
from servicing.payoffs.letter import USUAL_DAYS
from servicing.payoffs.operations import issue_payoff_letter
from servicing.statements.operations import make_statements
from tenants.models import User

MONTHS = 3


def send_papers(borrower: User, on: date) -> None:
    """Of the loans that somebody can look at in the portal; the whole book's come with each month that is closed.

    Repeating it changes nothing.
    """
    parties = PortalAccess.objects.values_list("party", flat=True)
    loans = list(Loan.objects.filter(borrower__in=list(parties)).order_by("pk").values_list("pk", flat=True))
    for period_end in reversed(month_ends_before(on)):
        make_statements(period_end=period_end, loans=loans)
    own = Loan.objects.open().filter(borrower__portal_access__user=borrower).order_by("pk").first()
    if own is not None and not own.payoff_letters.exists():
        day = on + timedelta(USUAL_DAYS)
        issue_payoff_letter(loan_id=own.pk, good_through=day, key=f"demo/payoff-letter/{own.pk}", by=borrower)


def month_ends_before(on: date) -> list[date]:
    """The last days of the MONTHS months before the one of `on`, the latest first."""
    found: list[date] = []
    for _ in range(MONTHS):
        found.append((found[-1] if found else on).replace(day=1) - timedelta(1))
    return found
