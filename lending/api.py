"""How every address of the API says no."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from finance.errors import Refused


def refused(error: Exception, context: dict[str, Any]) -> Response | None:
    """{"code", "message"}: 409 for a refusal of the business, 400 with "fields" for wrong input, else as HTTP says."""
    if isinstance(error, Refused):
        set_rollback()
        return Response({"code": error.code, "message": str(error)}, status=409)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = {
            "code": "invalid",
            "message": "Some of what was sent is wrong.",
            "fields": _fields(error.detail),
        }
    elif isinstance(error, exceptions.APIException):
        response.data = {"code": error.get_codes(), "message": error.detail}
    else:
        response.data = {"code": "not_found" if response.status_code == 404 else "forbidden", "message": str(error)}
    return response


def _fields(detail: Any) -> dict[str, list[str]]:
    """What is wrong by field; "" is the whole of what was sent."""
    if isinstance(detail, dict):
        return {("" if name == "non_field_errors" else name): [str(each) for each in detail[name]] for name in detail}
    return {"": [str(each) for each in detail]}
