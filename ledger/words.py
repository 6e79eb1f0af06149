"""Codes as a person reads them."""


def in_words(code: str) -> str:
    """ "late_fee" as "Late fee": a kind, a role or a rule that has no name of its own."""
    return code.replace("_", " ").capitalize()
