"""By what a party's name is found: each of its words, with those that follow it."""

import unicodedata
from typing import ClassVar

from django.db import models

from parties.models.party import Party
from tenants.base import TenantForeignKey, TenantModel

LENGTH = 80


class NameKey(TenantModel):
    """A name from one of its words on, as `search_text` writes it: "Cedar Park LLC" has "cedar park llc", "park llc"
    and "llc". Kept by triggers of parties_party (migration 0002), whoever writes there.
    """

    rights: ClassVar[str] = "SELECT, INSERT, DELETE"

    party = TenantForeignKey(Party, on_delete=models.CASCADE, related_name="name_keys", db_index=False)
    key = models.CharField(max_length=LENGTH, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint("tenant", "party", "key", name="name_key_once")]
        indexes = [models.Index(fields=["tenant", "key", "party"], name="name_key")]

    def __str__(self) -> str:
        return self.key


def search_text(text: str) -> str:
    """Lower case, without accents, apostrophes and full stops; words with one space between. As SQL has it."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f" and letter not in "'’.")
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
