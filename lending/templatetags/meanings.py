"""What states and arrears mean, in one word, one shape and one colour each, everywhere."""

# meaning -> the icon that says it without colour
MEANINGS = {
    "good": "circle-check",
    "attention": "alert-triangle",
    "problem": "alert-octagon",
    "information": "info-square",
    "neutral": "circle",
}

# state -> (word, meaning); a state that is not here is neutral and called by its own name
STATES = {
    # applications
    "draft": ("Draft", "neutral"),
    "submitted": ("Submitted", "information"),
    "in_review": ("In review", "information"),
    "approved": ("Approved", "good"),
    "declined": ("Declined", "problem"),
    "withdrawn": ("Withdrawn", "neutral"),
    "offered": ("Offer made", "attention"),
    "signed": ("Signed", "good"),
    "accepted": ("Accepted", "good"),
    "funded": ("Funded", "good"),
    "released": ("Funds released", "good"),
    "boarded": ("Boarded", "good"),
    "expired": ("Expired", "neutral"),
    # loans
    "active": ("Active", "good"),
    "paid_off": ("Paid off", "good"),
    "closed": ("Closed", "neutral"),
    "charged_off": ("Charged off", "problem"),
    "sold": ("Sold", "information"),
    "nonaccrual": ("On non-accrual", "problem"),
    "cancelled": ("Cancelled", "neutral"),
    # work, payments and controls
    "pending": ("Pending", "attention"),
    "running": ("Running", "information"),
    "done": ("Done", "good"),
    "failed": ("Failed", "problem"),
    "posted": ("Posted", "good"),
    "settled": ("Settled", "good"),
    "returned": ("Returned", "problem"),
    "reversed": ("Reversed", "attention"),
    "refused": ("Refused", "problem"),
    "open": ("Open", "information"),
    "agrees": ("Agrees", "good"),
    "differs": ("Differs", "problem"),
}

# code -> word, from current to worst; the place in this order is the colour
BUCKETS = {
    "current": "Current",
    "1-29": "1–29 days",
    "30-59": "30–59 days",
    "60-89": "60–89 days",
    "90-119": "90–119 days",
    "120+": "120 days or more",
}


def bucket_of(value: int | str) -> str:
    """The code of the bucket for days past due, or the code itself. Raises KeyError for a code nobody knows."""
    if isinstance(value, str):
        BUCKETS[value]
        return value
    for code, first in reversed(list(zip(BUCKETS, (0, 1, 30, 60, 90, 120), strict=True))):
        if value >= first:
            return code
    raise KeyError(value)
