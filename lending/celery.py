"""Celery: `celery -A lending worker` and exactly one `celery -A lending beat`."""

import os

from celery import Celery
from celery.signals import worker_init

from lending.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lending.settings")

app = Celery("loanwright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()


@worker_init.connect
def keep_job_health(**_: object) -> None:
    """From here on each task leaves when it ended and how: the control room shows it."""
    import lending.job_health  # noqa: F401 - it connects itself; the cache needs Django to be set up
