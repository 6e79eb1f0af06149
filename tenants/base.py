"""What every business row has: a tenant, and keys that cannot leave it."""

from typing import Any, ClassVar

from django.db import models

from tenants.current import tenant_of_new_row


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key that the database checks together with the tenant, so a row can never point into another's book.

    The constraint is (tenant_id, x_id) -> (tenant_id, id), made by tenants.fence; Django's own would ignore the tenant.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantOneToOneField(models.OneToOneField):  # type: ignore[type-arg]
    """As TenantForeignKey, for at most one row on this side."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantModel(models.Model):
    """A row of one tenant. `rights` are what the application role may do to the table; see tenants.fence."""

    rights: ClassVar[str] = "SELECT, INSERT, UPDATE"
    # True for the bulk tables alone, where one trigger per statement proves every reference instead of a key per row.
    fenced_by_trigger: ClassVar[bool] = False

    # Its constraint is made by tenants.fence; its index is the first column of every other one.
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        default=tenant_of_new_row,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True
