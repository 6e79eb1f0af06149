"""How often one address may ask what nobody signs in for. The rates are in settings.REST_FRAMEWORK."""

from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class ByAddress(SimpleRateThrottle):
    """Counted for each address and tenant, whoever is signed in. A subclass names its `scope`."""

    def get_cache_key(self, request: HttpRequest, view: APIView | None) -> str:
        tenant_id = getattr(request, "tenant_id", None) or getattr(request, "_request").tenant_id  # noqa: B009
        return self.cache_format % {"scope": f"{self.scope}_{tenant_id}", "ident": self.get_ident(request)}


def too_many(request: HttpRequest, throttle: type[ByAddress]) -> bool:
    """Counts this request; whether it is one too many."""
    return not throttle().allow_request(request, None)
