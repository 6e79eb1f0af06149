"""One business event, one function. Pages, the API, the admin, Celery and commands call these and nothing below."""

from ledger.operations.capitalisation import capitalise
from ledger.operations.charge_off import charge_off_loan, receive_recovery
from ledger.operations.companies import (
    hold_for_company,
    receive_payment_at_company,
    settle_between_companies,
    take_back_between_companies,
)
from ledger.operations.draws import draw_funds
from ledger.operations.exports import record_receipt, take_export, void_export
from ledger.operations.fees import assess_late_fees, charge_fee, waive_fee
from ledger.operations.held_money import apply_credit, disburse_escrow, receive_escrow, refund_credit
from ledger.operations.mapping import add_account, approve_mapping, draft_mapping
from ledger.operations.modifications import (
    change_due_day,
    change_rate_and_payment,
    defer_instalments,
    extend_loan,
    re_age_loan,
    re_amortise_loan,
    recast_loan,
    restructure_loan,
    transfer_loan,
)
from ledger.operations.nonaccrual import place_on_nonaccrual, restore_accrual
from ledger.operations.payment_file import place_file, receive_payments, reverse_file
from ledger.operations.payments import receive_payment
from ledger.operations.payoff import receive_payoff
from ledger.operations.periods import ask_to_reopen, close_period, decide_reopening, tick_period
from ledger.operations.preview import Preview, preview
from ledger.operations.rates import change_rate
from ledger.operations.reversal import reverse_event
from ledger.operations.sales import buy_back_loan, sell_loan
from ledger.operations.small_balances import write_off_small_balance

__all__ = [
    "Preview",
    "add_account",
    "apply_credit",
    "approve_mapping",
    "ask_to_reopen",
    "assess_late_fees",
    "buy_back_loan",
    "capitalise",
    "change_due_day",
    "change_rate",
    "change_rate_and_payment",
    "charge_fee",
    "charge_off_loan",
    "close_period",
    "decide_reopening",
    "defer_instalments",
    "disburse_escrow",
    "draft_mapping",
    "draw_funds",
    "extend_loan",
    "hold_for_company",
    "place_file",
    "place_on_nonaccrual",
    "preview",
    "re_age_loan",
    "re_amortise_loan",
    "recast_loan",
    "receive_escrow",
    "receive_payment",
    "receive_payment_at_company",
    "receive_payments",
    "receive_payoff",
    "receive_recovery",
    "record_receipt",
    "refund_credit",
    "restore_accrual",
    "restructure_loan",
    "reverse_event",
    "reverse_file",
    "sell_loan",
    "settle_between_companies",
    "take_back_between_companies",
    "take_export",
    "tick_period",
    "transfer_loan",
    "void_export",
    "waive_fee",
    "write_off_small_balance",
]
