"""/healthz: this process answers. /readyz: it can also reach the database and the cache.

A middleware, not a view, and the first one: a load balancer's probe has no tenant, no session and no allowed host.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            missing = not_ready()
            return HttpResponse(f"{missing or 'ready'}\n", content_type="text/plain", status=503 if missing else 200)
        return self.get_response(request)


def not_ready() -> str:
    """What is missing, in words; an empty text when nothing is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "the database does not answer"
    try:
        cache.get("readyz")
    except RedisError:
        return "the cache does not answer"
    return ""
