"""Django admin as the administrator's control room. Nothing with ledger effect can be edited there."""

from django.contrib.admin.apps import AdminConfig


class LoanwrightAdminConfig(AdminConfig):
    default_site = "lending.control_room.LoanwrightAdmin"
