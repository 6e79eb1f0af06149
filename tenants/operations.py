"""A new lender on the system."""

from datetime import date

from django.db import connection, transaction

from tenants.current import tenant_context
from tenants.models import Address, LegalEntity, Tenant


@transaction.atomic
def open_tenant(
    *, name: str, slug: str, hosts: list[str], business_date: date, legal_entity: str, currency: str = "USD"
) -> Tenant:
    """Make a tenant with its first legal entity, served at `hosts`. Must not run inside another tenant's transaction.

    The id is drawn first, because the fence lets a transaction write the row of its own tenant only.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('tenants_tenant', 'id'))")
        (tenant_id,) = cursor.fetchone()
    with tenant_context(tenant_id):
        tenant = Tenant.objects.create(pk=tenant_id, name=name, slug=slug, business_date=business_date)
        company = LegalEntity.objects.create(name=legal_entity, currency=currency)
        Address.objects.bulk_create(Address(host=host.lower(), legal_entity=company) for host in hosts)
    return tenant
