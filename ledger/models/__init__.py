from ledger.models.boarding import BoardingRow, BoardingRun
from ledger.models.books import Account, Entry, Period, Posting
from ledger.models.events import Accrual, LoanEvent
from ledger.models.forks import Fork, Scenario
from ledger.models.loan import Instalment, Loan, LoanBalance
from ledger.models.night import Night, NightChunk, NightException, Proof
from ledger.models.product import IndexRate, Product, ProductVersion

__all__ = [
    "Account",
    "Accrual",
    "BoardingRow",
    "BoardingRun",
    "Entry",
    "Fork",
    "IndexRate",
    "Instalment",
    "Loan",
    "LoanBalance",
    "LoanEvent",
    "Night",
    "NightChunk",
    "NightException",
    "Period",
    "Posting",
    "Product",
    "ProductVersion",
    "Proof",
    "Scenario",
]
