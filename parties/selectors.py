"""Which parties are meant by what somebody typed. Reads only."""

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from parties.models import Identifier, NameKey, Party, search_text

# Of the parties that have the longest word typed, as many are looked at for the other words.
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


def parties_called(text: str, limit: int) -> list[Party]:
    """At most `limit` parties whose name has the words typed, each from its beginning; in the order typed first.

    Two queries, and a third where the words do not stand in that order. Of words that thousands of parties share, not
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
    lead, *others = sorted(phrase.split(), key=len, reverse=True)
    if others and len(found) < limit:
        with connection.cursor() as cursor:
            cursor.execute(WITH_EVERY_WORD, [lead, LOOKED_AT, others, limit])
            found = list(dict.fromkeys([*found, *(row[0] for row in cursor.fetchall())]))[:limit]
    named = Party.objects.in_bulk(found)
    return [named[party_id] for party_id in found]


def with_words(text: str) -> "QuerySet[Party, int]":
    """The ids of the parties whose name has every word of `text`, each from its beginning. For a larger query."""
    found: QuerySet[Party] = Party.objects.all()
    words = search_text(text).split()
    if not words:
        return found.none().values_list("pk", flat=True)
    for word in words:
        found = found.filter(pk__in=NameKey.objects.filter(key__begins_with=word).values("party_id"))
    return found.values_list("pk", flat=True)


def with_the_same_number(party: Party, limit: int) -> list[Identifier]:
    """Identifiers of other parties that are the same number as one of its own: likely the same one twice. One query."""
    own = Identifier.objects.filter(party=party)
    same = Identifier.objects.filter(Exists(own.filter(kind=OuterRef("kind"), index=OuterRef("index"))))
    return list(same.exclude(party=party).select_related("party").order_by("party__name", "pk")[:limit])
