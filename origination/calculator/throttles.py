"""How often one address may ask what nobody signs in for. The rates are in settings.REST_FRAMEWORK."""

from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class _ByAddress(SimpleRateThrottle):
    """Counted for each address and tenant, whoever is signed in."""

    def get_cache_key(self, request: HttpRequest, view: APIView | None) -> str:
        tenant_id = getattr(request, "tenant_id", None) or getattr(request, "_request").tenant_id  # noqa: B009
        return self.cache_format % {"scope": f"{self.scope}_{tenant_id}", "ident": self.get_ident(request)}


class CalculationsForEverybody(_ByAddress):
    scope = "calculator_api"


class PagesForEverybody(_ByAddress):
    scope = "calculator_pages"


class FilesForEverybody(_ByAddress):
    scope = "calculator_files"


def too_many(request: HttpRequest, throttle: type[_ByAddress]) -> bool:
    """Counts this request; whether it is one too many."""
    return not throttle().allow_request(request, None)
