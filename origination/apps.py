"""Origination's place in Django."""

from django.apps import AppConfig


class OriginationConfig(AppConfig):
    name = "origination"
