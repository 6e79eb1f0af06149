"""The ledger's place in Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
