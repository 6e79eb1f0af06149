"""Moving the business date: day after day, each closed by its night."""

from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings

from finance.calendars import add_months
from ledger.close.night import require_movable_clock, start_night, work_night
from ledger.models import Night
from lending.demo.borrowers import pay_what_is_due
from tenants.current import current_tenant_id, tenant_context
from tenants.models import Tenant


def target(*, days: int = 0, months: int = 0) -> date:
    """The business date that many days or months from now. Refuses in production, where the calendar decides."""
    require_movable_clock()
    today = Tenant.objects.get(pk=current_tenant_id()).business_date
    return add_months(today, months) + timedelta(days=days)


def advance(tenant_id: int, to: date, *, told: Callable[[Night], None] = lambda night: None) -> bool:
    """Close day after day until the business date is `to`. Nights that an earlier run left unfinished come first.

    False when another worker is finishing a night; whoever does goes on with the next.
    """
    while True:
        with tenant_context(tenant_id):
            night = close_one_day(to)
        if night is None:
            return True
        if not work_night(tenant_id, night.pk, told=told):
            return False


def close_one_day(to: date) -> Night | None:
    """The night to work on before the business date is `to`: the one that runs, or the next; None when none is left."""
    if running := Night.objects.filter(finished_at=None).order_by("business_date").first():
        return running
    today = Tenant.objects.get(pk=current_tenant_id()).business_date
    if today >= to:
        return None
    if settings.ENVIRONMENT == "demo":
        pay_what_is_due(today)
    return start_night(advance_to=to)
