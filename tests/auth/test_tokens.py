"""Tokens and their digests."""

import hashlib

from chatserver.auth.tokens import digest, new_token


def test_a_token_is_43_url_safe_characters_of_256_bits() -> None:
    asked = []

    def entropy(bits: int) -> int:
        asked.append(bits)
        return (1 << bits) - 1

    assert new_token(entropy) == "_" * 42 + "8"
    assert asked == [256]


def test_a_token_of_small_numbers_is_as_long_as_any() -> None:
    assert new_token(lambda _: 0) == "A" * 43


def test_only_the_sha_256_of_a_secret_is_kept() -> None:
    assert digest("secret") == hashlib.sha256(b"secret").digest()


def test_invalid_unicode_has_a_digest_too() -> None:
    # A lone surrogate cannot be encoded in UTF-8; JSON from a client may contain one.
    assert len(digest("\ud800 ü")) == 32
