"""What a letter or a statement said, kept as it was sent: JSON with every figure as text, and its SHA-256.

A PDF is drawn from what is kept and from nothing else, so it says the same whenever it is drawn. Its bytes are the same
too, for as long as the same release of WeasyPrint draws it with the same files of static/.
"""

import hashlib
import json
import re
from datetime import date
from typing import Any

Kept = dict[str, Any]
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def digest(content: Kept) -> str:
    """The SHA-256 of `content` in one spelling: keys in order, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# What is somebody's own words, and never a day that looks like one.
WORDS = {"lender", "brand", "borrower", "loan", "what", "words", "label", "why", "product"}


def readable(value: Any) -> Any:
    """What was kept, with its days as dates, for a page or a letter. Amounts stay text, which the filters take."""
    if isinstance(value, dict):
        return {name: part if name in WORDS else readable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [readable(part) for part in value]
    return date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else value
