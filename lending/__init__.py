"""Settings, addresses, jobs, the demo, and the pages that span places. Imports everyone; nobody imports it."""

from lending.celery import app as celery_app

__all__ = ["celery_app"]
