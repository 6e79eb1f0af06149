"""The tenants' place in Django."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        import tenants.lookups  # noqa: F401 - registers its lookups
        from tenants.fence import raise_fences
        from tenants.roles_check import refuse_powerful_role

        # Sent once every table stands, whichever application it belongs to.
        post_migrate.connect(raise_fences, sender=self, dispatch_uid="raise_fences")
        connection_created.connect(refuse_powerful_role, dispatch_uid="refuse_powerful_role")
