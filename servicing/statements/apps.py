"""The statements' place in Django."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "servicing.statements"
    label = "statements"
