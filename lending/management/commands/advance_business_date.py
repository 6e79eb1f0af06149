"""`manage.py advance_business_date --days 1` or `--months 1`: close that many days, here and now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from finance.errors import Refused
from ledger.models import Night
from lending.clock import advance, target
from lending.work import begin_closing, end_closing
from tenants.current import every_tenant_id, tenant_context
from tenants.models import LongWork, Tenant


class Command(BaseCommand):
    help = "Close business days until the date has moved by so much. Demo and sandbox only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=0)
        parser.add_argument("--months", type=int, default=0)
        parser.add_argument("--tenant", help="its slug; needed when there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 0 or options["months"] < 0 or options["days"] + options["months"] == 0:
            raise CommandError("Name how far: --days N or --months N, forward only.")
        tenant_id = tenant_named(options["tenant"])
        try:
            with tenant_context(tenant_id):
                to = target(days=options["days"], months=options["months"])
                begin_closing(to, source=LongWork.Source.COMMAND)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        advance(tenant_id, to, told=self.tell)
        with tenant_context(tenant_id):
            end_closing()
        self.stdout.write(f"The business date is {to}.")

    def tell(self, night: Night) -> None:
        self.stdout.write(f"{night.business_date} is closed.")


def tenant_named(slug: str | None) -> int:
    """The id of the tenant with that slug, or of the only one."""
    found = {}
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            found[Tenant.objects.get(pk=tenant_id).slug] = tenant_id
    if slug is None and len(found) == 1:
        return next(iter(found.values()))
    if slug not in found:
        raise CommandError(f"Name the tenant with --tenant: {', '.join(sorted(found)) or 'there is none yet'}.")
    return found[slug]
