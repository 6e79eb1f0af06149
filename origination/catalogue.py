"""What one can apply for on a day."""

from datetime import date

from ledger.models import ProductVersion
from origination.errors import NothingOnOffer
from origination.words import day


def versions_on_offer(on: date) -> list[ProductVersion]:
    """The approved version in force on `on` of each product, in the order of their names. One query."""
    latest = (
        ProductVersion.objects.filter(approved_at__isnull=False, effective_from__lte=on)
        .order_by("product_id", "-effective_from", "-number")
        .distinct("product_id")
        .select_related("product")
    )
    return sorted(latest, key=lambda version: version.product.name)


def version_in_force(product_id: int, on: date) -> ProductVersion:
    """The version of the product that counts on `on`. Raises NothingOnOffer."""
    for version in versions_on_offer(on):
        if version.product_id == product_id:
            return version
    raise NothingOnOffer(on=day(on))
