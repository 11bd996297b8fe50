"""Secrets that name somebody: drawn here, kept elsewhere as digests only."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable

BITS = 256


def new_token(entropy: Callable[[int], int]) -> str:
    """A secret of 256 bits as 43 URL-safe characters (RFC 4648 §5, no padding)."""
    return urlsafe_b64encode(entropy(BITS).to_bytes(BITS // 8)).rstrip(b"=").decode()


def digest(token: str) -> bytes:
    """What is stored of a secret: its SHA-256. Enough, because nobody can guess 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
