"""The books as a test compares them."""

from typing import Any

from ledger.models import Accrual, Entry, LoanBalance, LoanEvent, Posting


def books() -> dict[str, Any]:
    """Everything that counts in the books; ids and moments do not."""
    balances = LoanBalance.objects.order_by("pk").values()
    events = LoanEvent.objects.order_by("key").values_list(
        "loan", "key", "kind", "effective_on", "recorded_on", "amount", "principal_only", "purpose", "reason"
    )
    postings = Posting.objects.values_list(
        "loan", "account__role", "effective_on", "booked_on", "posted_on", "debit", "credit", "entry__kind"
    )
    accruals = Accrual.objects.values_list("loan", "effective_on", "booked_on", "posted_on", "amount", "event__key")
    return {
        "balances": list(balances),
        "events": list(events),
        "postings": sorted(postings, key=repr),
        "accruals": sorted(accruals, key=repr),
        "entries": sorted(Entry.objects.values_list("key", "total", "lines", "event__key"), key=repr),
    }
