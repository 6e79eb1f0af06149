"""What happened on a loan after a person opened a page of it: whoever sends its form is told first."""

from django.db.models import Max

from ledger.models import LoanEvent
from ledger.timeline import Line, line_of

MOVED_ON = "Something else was entered on this loan since this page was opened: {what}. Look at what will change now."
SENT_ALREADY = "This form was sent already, and did this: {what}. Nothing more was posted. Open it anew to do another."
TOLD = 3


def last_event(loan_id: int) -> int:
    """The id of the last thing recorded on the loan."""
    latest: int = LoanEvent.objects.filter(loan_id=loan_id).aggregate(latest=Max("pk"))["latest"]
    return latest


def moved_on(loan_id: int, seen: str) -> str:
    """The sentence that says what was recorded after the event `seen`; an empty text when nothing was.

    A form that does not say what its page showed was not looked at by anybody.
    """
    if not seen.isdecimal():
        return ""
    events = LoanEvent.objects.filter(loan_id=loan_id, pk__gt=int(seen[:18])).select_related("by", "target")
    lines = [line_of(event) for event in events.order_by("pk")]
    if not lines:
        return ""
    more = [f"{len(lines) - TOLD} more"] if len(lines) > TOLD else []
    return MOVED_ON.format(what="; ".join([*(f"{in_words(line)} by {line.by}" for line in lines[:TOLD]), *more]))


def in_words(line: Line) -> str:
    """payment of $312.40"""
    title = line.title[:1].lower() + line.title[1:]
    return f"{title} of ${line.event.amount:,.2f}" if line.event.amount else title
