"""Random tokens, which are stored as digests only."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable

BITS = 256


def new_token(entropy: Callable[[int], int]) -> str:
    """Return a token of 256 bits as 43 URL-safe characters (RFC 4648 §5, without padding)."""
    return urlsafe_b64encode(entropy(BITS).to_bytes(BITS // 8)).rstrip(b"=").decode()


def digest(token: str) -> bytes:
    """Return the SHA-256 of a token, for storing.

    A slow hash is not needed: 256 random bits cannot be guessed.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
