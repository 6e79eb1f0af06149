"""One business event, one function. Pages, the API, the admin, Celery and commands call these and nothing below."""

from ledger.operations.charge_off import charge_off_loan, receive_recovery
from ledger.operations.fees import assess_late_fees, charge_fee, waive_fee
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
from ledger.operations.payments import receive_payment
from ledger.operations.preview import Preview, preview
from ledger.operations.rates import change_rate
from ledger.operations.reversal import reverse_event

__all__ = [
    "Preview",
    "assess_late_fees",
    "change_due_day",
    "change_rate",
    "change_rate_and_payment",
    "charge_fee",
    "charge_off_loan",
    "defer_instalments",
    "extend_loan",
    "preview",
    "re_age_loan",
    "re_amortise_loan",
    "recast_loan",
    "receive_payment",
    "receive_recovery",
    "restructure_loan",
    "reverse_event",
    "transfer_loan",
    "waive_fee",
]
