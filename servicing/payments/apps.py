"""The payments' place in Django."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "servicing.payments"
    label = "payments"
