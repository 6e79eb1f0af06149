from ledger.models.boarding import BoardingRow, BoardingRun
from ledger.models.books import Account, Entry, Period, Posting
from ledger.models.events import Accrual, LoanEvent
from ledger.models.loan import Instalment, Loan, LoanBalance
from ledger.models.movements import LateLoan, MonthMovement, Movement, MovementFold
from ledger.models.night import Night, NightChunk, NightException, Proof
from ledger.models.product import IndexRate, Product, ProductVersion
from ledger.models.seals import Difference, Seal, SealBlock

__all__ = [
    "Account",
    "Accrual",
    "BoardingRow",
    "BoardingRun",
    "Difference",
    "Entry",
    "IndexRate",
    "Instalment",
    "LateLoan",
    "Loan",
    "LoanBalance",
    "LoanEvent",
    "MonthMovement",
    "Movement",
    "MovementFold",
    "Night",
    "NightChunk",
    "NightException",
    "Period",
    "Posting",
    "Product",
    "ProductVersion",
    "Proof",
    "Seal",
    "SealBlock",
]
