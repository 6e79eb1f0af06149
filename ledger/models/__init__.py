from ledger.models.boarding import BoardingRow, BoardingRun
from ledger.models.books import Account, Entry, Period, Posting
from ledger.models.companies import InterCompany
from ledger.models.events import Accrual, LoanEvent
from ledger.models.exports import ExportBatch, ExportDetail, ExportedEntry, ExportReceipt, ExportTarget
from ledger.models.forks import Fork, Scenario
from ledger.models.loan import Instalment, Loan, LoanBalance
from ledger.models.mapping import GLMapping, GLMappingLine
from ledger.models.movements import LateLoan, MonthMovement, Movement, MovementFold
from ledger.models.night import Night, NightChunk, NightException, Proof
from ledger.models.periods import PeriodEvent, PeriodTick, ReopenRequest
from ledger.models.portfolio import LoanMonth, PortfolioFold, PortfolioSum
from ledger.models.product import IndexRate, Product, ProductVersion
from ledger.models.seals import Difference, Seal, SealBlock

__all__ = [
    "Account",
    "Accrual",
    "BoardingRow",
    "BoardingRun",
    "Difference",
    "Entry",
    "ExportBatch",
    "ExportDetail",
    "ExportReceipt",
    "ExportTarget",
    "ExportedEntry",
    "Fork",
    "GLMapping",
    "GLMappingLine",
    "IndexRate",
    "Instalment",
    "InterCompany",
    "LateLoan",
    "Loan",
    "LoanBalance",
    "LoanEvent",
    "LoanMonth",
    "MonthMovement",
    "Movement",
    "MovementFold",
    "Night",
    "NightChunk",
    "NightException",
    "Period",
    "PeriodEvent",
    "PeriodTick",
    "PortfolioFold",
    "PortfolioSum",
    "Posting",
    "Product",
    "ProductVersion",
    "Proof",
    "ReopenRequest",
    "Scenario",
    "Seal",
    "SealBlock",
]
