"""The lists of this place, as data: see tenants.lists."""

from ledger.lists.books import COMPANY_POSTINGS, EXPORTS, PERIODS
from ledger.lists.loans import LOANS
from ledger.lists.proof import DIFFERENCES, EXCEPTIONS, PROOFS, WHAT_IFS

__all__ = ["COMPANY_POSTINGS", "DIFFERENCES", "EXCEPTIONS", "EXPORTS", "LOANS", "PERIODS", "PROOFS", "WHAT_IFS"]
