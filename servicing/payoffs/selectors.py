"""Which payoff letters, for whom."""

from collections.abc import Sequence

from ledger.models import Loan
from servicing.payoffs.models import PayoffLetter


def letters_of(loans: Sequence[Loan]) -> list[PayoffLetter]:
    """Those of these loans, the newest first. One query."""
    return list(PayoffLetter.objects.filter(loan__in=loans).select_related("loan", "issued_by"))


def letter_with(code: str) -> PayoffLetter | None:
    """The letter with this code, as it was typed: in any case, with or without its hyphens. One query."""
    plain = "".join(code.upper().split()).replace("-", "")
    return PayoffLetter.objects.select_related("loan__legal_entity").filter(code=plain).first()
