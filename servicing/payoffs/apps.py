"""The payoff letters' place in Django."""

from django.apps import AppConfig


class PayoffsConfig(AppConfig):
    name = "servicing.payoffs"
    label = "payoffs"
