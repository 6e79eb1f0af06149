"""`manage.py back_fill_months`: keep the month ends of loans that were there before the night kept any."""

from typing import Any

from django.core.management.base import BaseCommand

from ledger.close.months import back_fill
from ledger.models import Loan
from tenants.current import every_tenant_id, tenant_context
from tenants.models import Tenant


class Command(BaseCommand):
    help = (
        "Keep every loan of every lender as it stood at the end of each month before the business date. "
        "Boarding a tape does so by itself; this is for books from before. Repeating it changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for tenant_id in every_tenant_id():
            with tenant_context(tenant_id):
                tenant = Tenant.objects.get(pk=tenant_id)
                back_fill(Loan.objects.values_list("pk", flat=True), on=tenant.business_date)
                self.stdout.write(f"{tenant}: kept through the month before {tenant.business_date:%-d %b %Y}")
