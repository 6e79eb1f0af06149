"""What a lender stands to lose on a party, by currency: owed, promised on lines, and offered or signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Max, Q, Sum, When
from django.db.models.functions import Coalesce

from finance.money import ZERO
from ledger.models import Loan, LoanBalance, LoanEvent
from ledger.terms import servicing_of
from origination.models import Application
from parties.models import Party

# Who may still draw; a loan sold or charged off has nothing left to draw.
DRAWN_ON = (Loan.State.ACTIVE, Loan.State.PAID_OFF)


@dataclass(slots=True)
class Exposure:
    """Dollars of one currency.

    owed: principal, interest and fees, through the last close.  undrawn: what can still be drawn on lines.  offered:
    approved or signed, and not paid out.  written_off: of charged-off loans, and not recovered; no part of the total.
    dpd: days past due of the latest loan.
    """

    currency: str
    loans: int = 0
    open: int = 0
    owed: Decimal = ZERO
    past_due: Decimal = ZERO
    held: Decimal = ZERO
    written_off: Decimal = ZERO
    dpd: int = 0
    undrawn: Decimal = ZERO
    offered: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.owed + self.undrawn + self.offered


def exposure_of(party: Party, on: date) -> list[Exposure]:
    """One for each currency the party has a loan or an offer in, in their order. Four queries."""
    found = {one.currency: one for one in (exposure_from(row) for row in balances_of(party))}
    for loan in lines_of(party, on):
        found[loan.currency].undrawn += undrawn(loan, on)
    for currency, offered in offers_to(party):
        found.setdefault(currency, Exposure(currency)).offered = offered
    return [found[currency] for currency in sorted(found)]


def balances_of(party: Party) -> list[dict[str, Any]]:
    """The sums of each currency. One query."""
    lost = Case(When(loan__state=Loan.State.CHARGED_OFF, then=F("written_off") - F("recovered")), default=ZERO)
    sums = {
        "loans": Count("pk"),
        "open_ones": Count("pk", filter=Q(open=True)),
        "owed": Sum(F("principal") + F("interest") + F("fees")),
        "past_due": Sum("past_due_amount"),
        "held": Sum("unapplied"),
        "lost": Sum(lost),
        "latest": Max("dpd", filter=Q(open=True)),
    }
    rows = LoanBalance.objects.filter(loan__borrower=party)
    return [dict(row) for row in rows.values("loan__currency").annotate(**sums).order_by("loan__currency")]


def exposure_from(row: dict[str, Any]) -> Exposure:
    same = {name: row[name] for name in ("loans", "owed", "past_due", "held")}
    return Exposure(
        row["loan__currency"], open=row["open_ones"], written_off=row["lost"], dpd=row["latest"] or 0, **same
    )


def lines_of(party: Party, on: date) -> list[Loan]:
    """Those of its loans that were agreed as lines, each with the modification in force. Two queries."""
    lines = Loan.objects.filter(borrower=party, state__in=DRAWN_ON, terms__line__draw_until__isnull=False)
    found = {loan.pk: loan for loan in lines.select_related("balance")}
    in_force = LoanEvent.objects.filter(
        loan__in=found, kind=LoanEvent.Kind.MODIFICATION, version=F("loan__balance__schedule_version")
    )
    for event in in_force:
        found[event.loan_id].modified = event.version, event.terms
    return list(found.values())


def undrawn(loan: Loan, on: date) -> Decimal:
    """What the lender may still have to pay out on a line; nothing after its draw period."""
    line = servicing_of(loan).get("line")
    if not line or date.fromisoformat(line["draw_until"]) < on:
        return ZERO
    used: Decimal = loan.balance.principal if line["revolving"] else loan.balance.disbursed
    left: Decimal = loan.amount - used
    return max(ZERO, left)


def offers_to(party: Party) -> Iterable[tuple[str, Decimal]]:
    """(currency, dollars) of what was approved or signed and is not a loan yet. One query."""
    waiting = Application.objects.filter(
        party=party, state__in=[Application.State.APPROVED, Application.State.ACCEPTED]
    )
    money = Sum(Coalesce("offer__amount", "amount"))
    found: Iterable[tuple[str, Decimal]] = (
        waiting.values_list("legal_entity__currency").annotate(money=money).order_by("legal_entity__currency")
    )
    return found
