"""Who may use an address of the API that names nobody: no one. Apart from lending.api, which needs all of DRF first."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Closed(BasePermission):
    """The default of every view. A view opens by naming the permission it asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
