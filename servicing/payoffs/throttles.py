"""How often one address may check codes. The rate is in settings.REST_FRAMEWORK."""

from tenants.throttles import ByAddress


class ChecksForEverybody(ByAddress):
    scope = "check_code"
