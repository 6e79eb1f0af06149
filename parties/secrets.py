"""Identifiers and account numbers at rest: AES-GCM with a key id, bound to the row's tenant and field.

`LOANWRIGHT_FIELD_KEYS` is `id:base64,id:base64`; the first key encrypts, all decrypt, so a key is changed by putting a
new one in front. The blind index (HMAC with a key derived from the last listed, hence oldest, key) finds an exact
number without keeping it readable; it is per tenant, so equal numbers at two lenders do not look equal.
"""

import base64
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unreadable(RuntimeError):
    """The ciphertext was altered, moved to another row, or its key is missing."""


@cache
def keys(text: str) -> dict[str, bytes]:
    """{key id: 32 bytes} in the order listed."""
    found = {}
    for part in text.split(","):
        key_id, _, encoded = part.strip().partition(":")
        key = base64.b64decode(encoded) if encoded else b""
        if not key_id or len(key) != 32:
            raise ImproperlyConfigured("LOANWRIGHT_FIELD_KEYS must be id:base64 of 32 bytes[,id:base64 ...].")
        found[key_id] = key
    return found


def encrypt(plain: str, *, belongs_to: str) -> bytes:
    """Ciphertext of `plain`, readable only with the same `belongs_to` (tenant, table and field)."""
    key_id, key = next(iter(keys(settings.FIELD_KEYS).items()))
    nonce = os.urandom(12)
    return key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, plain.encode(), belongs_to.encode())


def decrypt(secret: bytes, *, belongs_to: str) -> str:
    """The text that `encrypt` was given. Raises Unreadable when anything about it was changed."""
    key_id, _, rest = bytes(secret).partition(b":")
    key = keys(settings.FIELD_KEYS).get(key_id.decode())
    if key is None:
        raise Unreadable(f"The key {key_id.decode()!r} is not among LOANWRIGHT_FIELD_KEYS.")
    try:
        return AESGCM(key).decrypt(rest[:12], rest[12:], belongs_to.encode()).decode()
    except InvalidTag as error:
        raise Unreadable("This value was altered or moved since it was encrypted.") from error


def blind_index(plain: str, *, belongs_to: str) -> bytes:
    """32 bytes that are equal exactly when the text and `belongs_to` are."""
    oldest = list(keys(settings.FIELD_KEYS).values())[-1]
    index_key = hmac.digest(oldest, b"blind index", "sha256")
    return hmac.digest(index_key, f"{belongs_to}\0{plain}".encode(), "sha256")
