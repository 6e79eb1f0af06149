"""What Celery finds in this place."""

from ledger.orders import close_task, export_task, void_task

__all__ = ["close_task", "export_task", "void_task"]
