"""Which parties are meant by what somebody typed. Reads only."""

from django.db import connection
from django.db.models import Exists, OuterRef

from parties.models import Identifier, NameKey, Party, search_text

# Of the parties that have the rarest word typed, as many are looked at for the other words.
LOOKED_AT = 2000

WITH_EVERY_WORD = """
WITH led AS MATERIALIZED (
  SELECT DISTINCT party_id FROM (SELECT party_id FROM parties_namekey WHERE key ^@ %s ORDER BY key LIMIT %s) first_ones)
SELECT party_id FROM led
WHERE NOT EXISTS (
  SELECT FROM unnest(%s::text[]) AS word
  WHERE NOT EXISTS (SELECT FROM parties_namekey k WHERE k.party_id = led.party_id AND k.key ^@ word))
LIMIT %s
"""

HOW_MANY = "(SELECT count(*) FROM (SELECT FROM parties_namekey WHERE key ^@ %s LIMIT %s) AS first_ones)"


def parties_called(text: str, limit: int) -> list[Party]:
    """At most `limit` parties whose name has the words typed, each from its beginning; in the order typed first.

    Two queries, and two more where the words do not stand in that order. Of words that thousands of parties share, not
    every pair is found.
    """
    phrase = search_text(text)
    if not phrase:
        return []
    keys = (
        NameKey.objects.filter(key__begins_with=phrase).order_by("key", "party_id").values_list("party_id", flat=True)
    )
    # A name may begin so at two of its words.
    found = list(dict.fromkeys(keys[: limit * 2]))[:limit]
    words = phrase.split()
    if len(words) > 1 and len(found) < limit:
        anywhere, _ = ids_with_words(words, LOOKED_AT, limit)
        found = list(dict.fromkeys([*found, *anywhere]))[:limit]
    named = Party.objects.in_bulk(found)
    return [named[party_id] for party_id in found]


def ids_with_words(words: list[str], most: int, limit: int) -> tuple[list[int], bool]:
    """At most `limit` parties whose name has each of `words` from its beginning; and whether there may be more.

    words: as `search_text` writes them.  most: of the parties that have the rarest word, as many are looked at for the
    others. At most two queries.
    """
    if not words:
        return [], False
    with connection.cursor() as cursor:
        given = [value for word in words for value in (word, most + 1)]
        cursor.execute(f"SELECT {', '.join([HOW_MANY] * len(words))}", given)
        number, lead = min(zip(cursor.fetchone(), words, strict=True))
        cursor.execute(WITH_EVERY_WORD, [lead, most, [word for word in words if word != lead], limit])
        return [row[0] for row in cursor.fetchall()], number > most


def with_the_same_number(party: Party, limit: int) -> list[Identifier]:
    """Identifiers of other parties that are the same number as one of its own: likely the same one twice. One query."""
    own = Identifier.objects.filter(party=party)
    same = Identifier.objects.filter(Exists(own.filter(kind=OuterRef("kind"), index=OuterRef("index"))))
    return list(same.exclude(party=party).select_related("party").order_by("party__name", "pk")[:limit])
