"""How often one address may use the calculator. The rates are in settings.REST_FRAMEWORK."""

from tenants.throttles import ByAddress, too_many

__all__ = ["CalculationsForEverybody", "FilesForEverybody", "PagesForEverybody", "too_many"]


class CalculationsForEverybody(ByAddress):
    scope = "calculator_api"


class PagesForEverybody(ByAddress):
    scope = "calculator_pages"


class FilesForEverybody(ByAddress):
    scope = "calculator_files"
