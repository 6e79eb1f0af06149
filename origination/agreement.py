"""The text of the loan agreement: rendered once, when the offer is made, and kept exactly as it is signed."""

import hashlib
from datetime import date
from decimal import Decimal

from django.template.loader import render_to_string

from ledger.terms import LateFee, ProductTerms
from origination.models import Agreement, Offer
from origination.words import dollars
from tenants.models import User

CONSENT = (
    "I have read this agreement, I agree to it, and I consent to sign it electronically "
    "and to receive it and later notices about this loan in electronic form."
)


def write_agreement(offer: Offer) -> Agreement:
    """Render and keep the agreement of `offer`."""
    application = offer.application
    product = ProductTerms.of(application.product_version)
    html = render_to_string(
        "origination/agreement.html",
        {
            "application": application,
            "offer": offer,
            "lender": application.legal_entity,
            "borrower": application.party,
            "schedule": schedule_rows(offer),
            "order": in_words(product.allocation_order),
            "late_fee": late_fee_clause(product.late_fee),
        },
    )
    return Agreement.objects.create(offer=offer, html=html, sha256=digest(html))


def schedule_rows(offer: Offer) -> list[dict[str, date | Decimal]]:
    """The offer's schedule as dates and money again."""
    return [
        {name: date.fromisoformat(text) if name == "due_on" else Decimal(text) for name, text in row.items()}
        for row in offer.schedule
    ]


def in_words(order: tuple[str, ...]) -> str:
    """("fees", "interest", "principal") as "fees, then interest, then principal"."""
    return ", then ".join(order)


def late_fee_clause(rule: LateFee | None) -> str:
    """The product's late fee as a sentence of the agreement."""
    if not rule:
        return "There is no late fee. Interest goes on accruing on the principal you owe."
    parts = []
    if rule.get("percent"):
        parts.append(f"{Decimal(rule['percent']).normalize():f} % of that payment")
    if rule.get("flat"):
        parts.append(dollars(Decimal(rule["flat"])))
    joined = {
        "greater": f"{' or '.join(parts)}, whichever is greater",
        "lesser": f"{' or '.join(parts)}, whichever is less",
        "sum": " plus ".join(parts),
    }
    fee = parts[0] if len(parts) == 1 else joined[rule.get("combine", "greater")]
    return (
        f"If a payment is not complete {rule['grace_days']} days after the day on which it was due, "
        f"we may charge a late fee of {fee}."
    )


def digest(html: str) -> str:
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(html.encode()).hexdigest()


def same_name(typed: str, user: User) -> bool:
    """Whether the typed name is the person's, whatever the case and the spaces."""
    return " ".join(typed.split()).casefold() == " ".join(user.full_name.split()).casefold()
