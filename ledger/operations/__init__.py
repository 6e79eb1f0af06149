"""One business event, one function. Pages, the API, the admin, Celery and commands call these and nothing below."""

from ledger.operations.charge_off import charge_off_loan, receive_recovery
from ledger.operations.companies import (
    hold_for_company,
    receive_payment_at_company,
    settle_between_companies,
    take_back_between_companies,
)
from ledger.operations.exports import record_receipt, take_export, void_export
from ledger.operations.fees import assess_late_fees, charge_fee, waive_fee
from ledger.operations.mapping import add_account, approve_mapping, draft_mapping
from ledger.operations.payment_file import place_file, receive_payments, reverse_file
from ledger.operations.payments import receive_payment
from ledger.operations.periods import ask_to_reopen, close_period, decide_reopening, tick_period
from ledger.operations.preview import Preview, preview
from ledger.operations.rates import change_rate
from ledger.operations.reversal import reverse_event

__all__ = [
    "Preview",
    "add_account",
    "approve_mapping",
    "ask_to_reopen",
    "assess_late_fees",
    "change_rate",
    "charge_fee",
    "charge_off_loan",
    "close_period",
    "decide_reopening",
    "draft_mapping",
    "hold_for_company",
    "place_file",
    "preview",
    "receive_payment",
    "receive_payment_at_company",
    "receive_payments",
    "receive_recovery",
    "record_receipt",
    "reverse_event",
    "reverse_file",
    "settle_between_companies",
    "take_back_between_companies",
    "take_export",
    "tick_period",
    "void_export",
    "waive_fee",
]
