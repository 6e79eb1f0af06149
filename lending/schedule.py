"""What the beat starts, and how often (seconds). Every job may be started twice without harm."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "follow the calendar": {"task": "lending.tasks.follow_calendar", "schedule": 60.0},
    "fold movements": {"task": "lending.tasks.fold_movements", "schedule": 300.0},
    "make due statements": {"task": "lending.tasks.make_due_statements", "schedule": 600.0},
    "remove files": {"task": "lending.tasks.remove_files", "schedule": 3600.0},
    "resume nights": {"task": "lending.tasks.resume_nights", "schedule": 30.0},
}
