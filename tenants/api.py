"""Who may use an address of the API."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


def may(permission: str) -> type[BasePermission]:
    """The permission class of an address that asks for one of roles.toml: `permission_classes = [may("…")]`."""

    class May(BasePermission):
        def has_permission(self, request: Request, view: Any) -> bool:
            return bool(request.user and request.user.is_authenticated and request.user.has_perm(permission))

    return May
