"""Social security and employer identification numbers as people type them.

Sources: SSA, POMS RM 10201.035 (area 000, 666 and 900-999, group 00 and serial 0000 are never assigned);
26 CFR 301.7701-12 (an EIN has nine digits, two before the hyphen).
"""

import re

from origination.errors import BadIdentifier
from parties.models import Identifier, Party

KIND_OF = {Party.Kind.PERSON.value: Identifier.Kind.SSN, Party.Kind.COMPANY.value: Identifier.Kind.EIN}
EXAMPLES = {Identifier.Kind.SSN: "219-09-9999", Identifier.Kind.EIN: "12-3456789"}

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015.]")
_NEVER_SSN = re.compile(r"000|666|9|...00|.....0000")


def identifier_digits(kind: str, typed: str) -> str:
    """The nine digits of what was typed, without hyphens and spaces. Raises BadIdentifier, which never repeats them."""
    digits = _SEPARATORS.sub("", typed)
    if not (digits.isascii() and digits.isdecimal()):
        raise refusal(kind, "this one has something else in it")
    if len(digits) != 9:
        raise refusal(kind, f"this one has {len(digits)}")
    if kind == Identifier.Kind.SSN and _NEVER_SSN.match(digits):
        raise refusal(kind, "this one was never given to anybody")
    if kind == Identifier.Kind.EIN and digits.startswith("00"):
        raise refusal(kind, "this one was never given to anybody")
    return digits


def refusal(kind: str, why: str) -> BadIdentifier:
    what = "A social security number" if kind == Identifier.Kind.SSN else "An employer identification number"
    return BadIdentifier(what=what, example=EXAMPLES[Identifier.Kind(kind)], why=why)
