"""What each role may do, read from roles.toml beside this file."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("roles.toml")


@cache
def permissions_by_role() -> dict[str, frozenset[str]]:
    """{role: permissions}, with what a role `includes` of another one added."""
    table = tomllib.loads(FILE.read_text())

    def of(role: str) -> frozenset[str]:
        entry = table[role]
        inherited = frozenset().union(*(of(other) for other in entry.get("includes", [])))
        return inherited | frozenset(entry.get("may", []))

    return {role: of(role) for role in table}


@cache
def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """Everything that somebody with `roles` may do."""
    return frozenset().union(*(permissions_by_role()[role] for role in roles))


# Everybody who works for the lender; a borrower uses the portal.
STAFF_ROLES = frozenset(permissions_by_role()) - {"borrower", "staff"}
