"""Closing a month of a company's books, and opening it again, which takes two people."""

from django.db import connection, transaction
from django.utils import timezone

from finance.errors import Refused
from ledger.close.checklist import BY_NAME, checklist, closing_number
from ledger.close.year_end import close_year, ends_year, undo_year
from ledger.day import hold_business_day
from ledger.models import Period, PeriodEvent, PeriodTick, ReopenRequest
from tenants.models import User

PERIOD_LOCK = 7001  # the class of advisory locks on periods; whoever posts into one shares it


class PeriodClosed(Refused):
    code = "period_closed"
    message = "{period} is closed: nothing more can be done to its checklist until it is opened again."


class PeriodOpen(Refused):
    code = "period_open"
    message = "{period} is open: there is nothing to open again."


class ChecklistNotDone(Refused):
    code = "checklist_not_done"
    message = "{period} cannot be closed yet. Left to do: {left}."


class NotJudged(Refused):
    code = "not_judged"
    message = "{label} is computed from the books and cannot be ticked: it is done when the books say so."


class LaterMonthClosed(Refused):
    code = "later_month_closed"
    message = "{later} is closed: months open again from the last one back. Open {later} first."


class AlreadyAsked(Refused):
    code = "already_asked"
    message = "Opening {period} again was already asked for on {on} by {by}: another person decides it."


class OwnRequest(Refused):
    code = "own_request"
    message = "You asked for this yourself: another person decides whether {period} is opened again."


class AlreadyDecided(Refused):
    code = "already_decided"
    message = "This request was already {decision} by {by}: ask again if it should be decided anew."


def hold_period(period_id: int) -> Period:
    """The period, with nobody posting into it until this transaction ends. The business day comes first, everywhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PERIOD_LOCK, period_id])
    period: Period = Period.objects.select_related("legal_entity").get(pk=period_id)
    return period


@transaction.atomic
def tick_period(*, period_id: int, item: str, note: str, by: User) -> PeriodTick:
    """Say that a line of judgement was looked at, with what was found. The last note of a closing counts."""
    period = Period.objects.select_related("legal_entity").get(pk=period_id)
    if period.closed_at is not None:
        raise PeriodClosed(period=period)
    if not BY_NAME[item].judgement:
        raise NotJudged(label=BY_NAME[item].label)
    return PeriodTick.objects.create(period=period, closing=closing_number(period), item=item, note=note, by=by)


@transaction.atomic
def close_period(*, period_id: int, by: User) -> PeriodEvent:
    """Close the month once every line of its checklist is done. The last of a fiscal year carries its result over.

    The checklist is worked out while nobody posts, so what it says is what is closed.
    """
    day = hold_business_day()
    period = hold_period(period_id)
    if period.closed_at is not None:
        raise PeriodClosed(period=period)
    lines = checklist(period)
    if left := [line.item.label for line in lines if not line.done]:
        raise ChecklistNotDone(period=period, left="; ".join(left))
    if ends_year(period):
        close_year(period, posted_on=day.today)
    period.closed_at = timezone.now()
    period.save(update_fields=["closed_at"])
    kept = [
        {
            "label": line.item.label,
            "sentence": line.sentence,
            "note": line.tick.note if line.tick else "",
            "by": str(line.tick.by) if line.tick else "",
        }
        for line in lines
    ]
    return PeriodEvent.objects.create(period=period, kind=PeriodEvent.Kind.CLOSED, by=by, checklist=kept)


@transaction.atomic
def ask_to_reopen(*, period_id: int, reason: str, by: User) -> ReopenRequest:
    """Ask for a closed month to be opened again. Somebody else decides."""
    period = hold_period(period_id)
    require_last_closed(period)
    if waiting := period.reopen_requests.filter(decision="").select_related("asked_by").first():
        raise AlreadyAsked(period=period, on=f"{waiting.asked_at:%-d %b %Y}", by=waiting.asked_by)
    return ReopenRequest.objects.create(period=period, reason=reason, asked_by=by)


@transaction.atomic
def decide_reopening(*, request_id: int, approve: bool, by: User) -> ReopenRequest:
    """Open the month again, or decline. Its checklist starts anew, and the year's closing entry is taken back."""
    day = hold_business_day()
    found = ReopenRequest.objects.only("period_id").get(pk=request_id)
    period = hold_period(found.period_id)
    request: ReopenRequest = ReopenRequest.objects.select_related("decided_by", "asked_by").get(pk=request_id)
    if request.decision:
        raise AlreadyDecided(decision=request.decision, by=request.decided_by)
    if request.asked_by_id == by.pk:
        raise OwnRequest(period=period)
    if approve:
        require_last_closed(period)
    request.decision = "approved" if approve else "declined"
    request.decided_by, request.decided_at = by, timezone.now()
    request.save(update_fields=["decision", "decided_by", "decided_at"])
    if approve:
        period.closed_at = None
        period.save(update_fields=["closed_at"])
        undo_year(period, posted_on=day.today)
        PeriodEvent.objects.create(
            period=period, kind=PeriodEvent.Kind.REOPENED, by=by, reason=request.reason, request=request
        )
    return request


def require_last_closed(period: Period) -> None:
    """A month is opened again while it is closed and no later one is."""
    if period.closed_at is None:
        raise PeriodOpen(period=period)
    closed = Period.objects.filter(legal_entity_id=period.legal_entity_id).exclude(closed_at=None)
    later = closed.filter(starts_on__gt=period.starts_on).order_by("-starts_on").first()
    if later is not None:
        raise LaterMonthClosed(later=later)
