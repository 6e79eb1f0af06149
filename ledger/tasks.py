"""The night's Celery edge."""

from celery import shared_task
from django.db import OperationalError

from ledger.close.night import work_night


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def work_night_task(tenant_id: int, night_id: int) -> None:
    """Join in the work of a night until nothing of it is free. Any number may run at once."""
    work_night(tenant_id, night_id)
