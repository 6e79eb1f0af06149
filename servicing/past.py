"""What is recorded of several loans, read with the same few queries as of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from finance.replay import Position, replay
from finance.terms import LoanTerms
from ledger.models import Loan, LoanEvent
from ledger.standing import history
from ledger.terms import first_terms_of_loans, with_instalments


@dataclass(frozen=True, slots=True)
class Past:
    """A loan's terms as signed, and every event recorded, in the order of arrival."""

    terms: LoanTerms
    rows: tuple[LoanEvent, ...]

    def at(self, as_of: date) -> Position:
        """Where the loan stood at the end of `as_of`, from all we know."""
        return replay(self.terms, history(self.rows), as_of=as_of)

    @property
    def last_event(self) -> LoanEvent | None:
        """The newest one known."""
        return self.rows[-1] if self.rows else None


def read_pasts(loans: Sequence[Loan]) -> dict[int, Past]:
    """{loan's id: its past}. Two queries for any number of loans, and two more where some were modified."""
    terms = first_terms_of_loans(loans)
    rows = list(LoanEvent.objects.filter(loan__in=terms).select_related("target").order_by("id"))
    with_instalments(rows)
    found: dict[int, list[LoanEvent]] = {loan_id: [] for loan_id in terms}
    for row in rows:
        found[row.loan_id].append(row)
    return {loan_id: Past(terms[loan_id], tuple(found[loan_id])) for loan_id in terms}
