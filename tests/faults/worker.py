"""A process for the fault tests: `work TENANT NIGHT [days that its clock is ahead]`, `make LOANS`, `check TENANT`,
`file TENANT WORK`, `export TENANT WORK COMPANY`.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django
from django.conf import settings


def make(loans: int) -> None:
    """A committed book with a night begun; says the ids of tenant, night and first loan."""
    from ledger.close.night import start_night
    from tests.ledger.close.book import Book

    book = Book(more=loans - 3)
    with book.inside():
        night = start_night()
    print(json.dumps([book.tenant.pk, night.pk, book.loans[0].pk]))


def work(tenant_id: int, night_id: int, ahead: int = 0) -> None:
    """What a Celery worker does on a message."""
    import time_machine

    from ledger.close.night import work_night

    with time_machine.travel(datetime.now(UTC) + timedelta(days=ahead), tick=True):
        print(work_night(tenant_id, night_id))


def check(tenant_id: int) -> None:
    """How often each loan was accrued, and whether every law holds."""
    from ledger.close.proof import prove_books
    from ledger.models import Accrual, Entry, Night
    from tenants.current import tenant_context

    with tenant_context(tenant_id):
        said = {
            "accruals": Accrual.objects.count(),
            "summaries": Entry.objects.filter(kind="accrual").count(),
            "finished": not Night.objects.filter(finished_at=None).exists(),
            "holds": all(proof.holds for proof in prove_books()),
        }
    print(json.dumps(said))


def write_file(tenant_id: int, work_id: int) -> None:
    """What a Celery worker does on the message of a list's file."""
    from lending.tasks import list_file_task

    list_file_task(tenant_id, work_id)


def take_batch(tenant_id: int, work_id: int, company_id: int) -> None:
    """What a Celery worker does on the message of an export."""
    from ledger.orders import export_task

    given = {"target": "netsuite", "detail": "entry", "through": "2008-12-31", "key": "k"}
    export_task(tenant_id, work_id, company_id=company_id, **given)


if __name__ == "__main__":
    settings.CACHES["default"] = json.loads(os.environ["CACHE_OF_THE_TEST"])
    django.setup()
    {"make": make, "work": work, "check": check, "file": write_file, "export": take_batch}[sys.argv[1]](
        *map(int, sys.argv[2:])
    )
