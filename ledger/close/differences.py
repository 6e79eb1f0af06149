"""Differences that proofs found: each waits, with an owner, until no proof finds it and a person has said why."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from finance.errors import Refused
from ledger.models import Difference, Proof
from tenants.models import User

# A law that is broken everywhere would otherwise write a row for each loan of the book.
KEPT = 1000


class AlreadyResolved(Refused):
    code = "difference_resolved"
    message = "This difference was resolved by {by}: if a proof finds it again, it comes back as a new one."


class NoteMissing(Refused):
    code = "note_missing"
    message = "A difference is resolved with a note: say what was wrong and what put it right."


class StillFound(Refused):
    code = "still_found"
    message = "The last proof still finds this difference: correct it, prove the books again, and resolve it then."


def keep_differences(proof: Proof, found: Sequence[dict[str, Any]]) -> None:
    """Open a difference for each finding of `proof` that is not open yet; those that are, are seen again."""
    rows = {row["what"][:200]: row for row in found[:KEPT]}
    waiting = Difference.objects.filter(law=proof.law, resolved_at=None, what__in=rows)
    again = {difference.what: difference for difference in waiting}
    for what, difference in again.items():
        difference.last_proof = proof
        difference.expected, difference.found = rows[what]["expected"], rows[what]["found"]
    Difference.objects.bulk_update(again.values(), ["last_proof", "expected", "found"], batch_size=500)
    Difference.objects.bulk_create(
        Difference(
            law=proof.law,
            what=what,
            expected=row["expected"],
            found=row["found"],
            first_proof=proof,
            last_proof=proof,
        )
        for what, row in rows.items()
        if what not in again
    )


def locked(difference_id: int) -> Difference:
    """The difference, locked until the transaction ends. Raises AlreadyResolved."""
    found: Difference = Difference.objects.select_for_update(of=("self",)).get(pk=difference_id)
    if found.resolved_at is not None:
        raise AlreadyResolved(by=found.resolved_by)
    return found


@transaction.atomic
def assign_difference(*, difference_id: int, owner: User, note: str = "") -> Difference:
    """Let `owner` look after it. A note, when there is one, takes the place of the last."""
    found = locked(difference_id)
    if found.owner_id != owner.pk:
        found.owner, found.owned_at = owner, timezone.now()
    found.note = note.strip() or found.note
    found.save(update_fields=["owner", "owned_at", "note"])
    return found


@transaction.atomic
def resolve_difference(*, difference_id: int, note: str, by: User) -> Difference:
    """Close it: the last proof of its law does not find it any more, and `note` says why it was there."""
    found = locked(difference_id)
    if not note.strip():
        raise NoteMissing()
    if still_found(found):
        raise StillFound()
    found.note, found.resolved_by, found.resolved_at = note.strip(), by, timezone.now()
    found.save(update_fields=["note", "resolved_by", "resolved_at"])
    return found


def still_found(difference: Difference) -> bool:
    """Whether the last proof of its law is one that found it."""
    latest = Proof.objects.filter(law=difference.law).order_by("-proved_at", "-pk").first()
    return latest is not None and latest.pk == difference.last_proof_id
