"""One business event, one function. Pages, the API, the admin, Celery and commands call these and nothing below."""

from ledger.operations.charge_off import charge_off_loan, receive_recovery
from ledger.operations.fees import assess_late_fees, charge_fee, waive_fee
from ledger.operations.payment_file import place_file, receive_payments, reverse_file
from ledger.operations.payments import receive_payment
from ledger.operations.preview import Preview, preview
from ledger.operations.rates import change_rate
from ledger.operations.reversal import reverse_event

__all__ = [
    "Preview",
    "assess_late_fees",
    "change_rate",
    "charge_fee",
    "charge_off_loan",
    "place_file",
    "preview",
    "receive_payment",
    "receive_payments",
    "receive_recovery",
    "reverse_event",
    "reverse_file",
    "waive_fee",
]
