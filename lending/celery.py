"""Celery: `celery -A lending worker` and exactly one `celery -A lending beat`."""

import os

from celery import Celery

from lending.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lending.settings")

app = Celery("loanwright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()
