"""One business event, one function. Pages, the API, the admin, Celery and commands call these and nothing below."""

from ledger.operations.capitalisation import capitalise
from ledger.operations.charge_off import charge_off_loan, receive_recovery
from ledger.operations.draws import draw_funds
from ledger.operations.fees import assess_late_fees, charge_fee, waive_fee
from ledger.operations.held_money import apply_credit, disburse_escrow, receive_escrow, refund_credit
from ledger.operations.nonaccrual import place_on_nonaccrual, restore_accrual
from ledger.operations.payments import receive_payment
from ledger.operations.payoff import receive_payoff
from ledger.operations.preview import Preview, preview
from ledger.operations.rates import change_rate
from ledger.operations.reversal import reverse_event
from ledger.operations.sales import buy_back_loan, sell_loan
from ledger.operations.small_balances import write_off_small_balance

__all__ = [
    "Preview",
    "apply_credit",
    "assess_late_fees",
    "buy_back_loan",
    "capitalise",
    "change_rate",
    "charge_fee",
    "charge_off_loan",
    "disburse_escrow",
    "draw_funds",
    "place_on_nonaccrual",
    "preview",
    "receive_escrow",
    "receive_payment",
    "receive_payoff",
    "receive_recovery",
    "refund_credit",
    "restore_accrual",
    "reverse_event",
    "sell_loan",
    "waive_fee",
    "write_off_small_balance",
]
