from ledger.models.boarding import BoardingRow, BoardingRun
from ledger.models.books import Account, Entry, Period, Posting
from ledger.models.companies import InterCompany
from ledger.models.events import Accrual, LoanEvent
from ledger.models.exports import ExportBatch, ExportDetail, ExportedEntry, ExportReceipt, ExportTarget
from ledger.models.loan import Instalment, Loan, LoanBalance
from ledger.models.mapping import GLMapping, GLMappingLine
from ledger.models.night import Night, NightChunk, NightException, Proof
from ledger.models.periods import PeriodEvent, PeriodTick, ReopenRequest
from ledger.models.product import IndexRate, Product, ProductVersion

__all__ = [
    "Account",
    "Accrual",
    "BoardingRow",
    "BoardingRun",
    "Entry",
    "ExportBatch",
    "ExportDetail",
    "ExportReceipt",
    "ExportTarget",
    "ExportedEntry",
    "GLMapping",
    "GLMappingLine",
    "IndexRate",
    "Instalment",
    "InterCompany",
    "Loan",
    "LoanBalance",
    "LoanEvent",
    "Night",
    "NightChunk",
    "NightException",
    "Period",
    "PeriodEvent",
    "PeriodTick",
    "Posting",
    "Product",
    "ProductVersion",
    "Proof",
    "ReopenRequest",
]
