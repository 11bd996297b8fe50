"""The site's signature (Ed25519, RFC 8032) under what it gives out."""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----")
_PRIVATE, _PUBLIC = b"PRIVATE KEY", b"PUBLIC KEY"

# Before the 32 bytes of a key stands always the same (RFC 8410, §10): which kind of key it is.
_PRIVATE_HEAD = bytes.fromhex("302e020100300506032b657004220420")
_PUBLIC_HEAD = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class SiteKey:
    """The key with which a site signs; whoever has the public half can check."""

    private: SigningKey

    @classmethod
    def new(cls) -> "SiteKey":
        """A key that nobody had before."""
        return cls(SigningKey.generate())

    @classmethod
    def read(cls, pem: bytes) -> "SiteKey":
        """A key as `pem` wrote it (PKCS #8); raises ValueError for anything else."""
        return cls(SigningKey(_read(pem, _PRIVATE, _PRIVATE_HEAD)))

    @property
    def pem(self) -> bytes:
        """The private key, for a file that nobody else may read."""
        return _written(bytes(self.private), _PRIVATE, _PRIVATE_HEAD)

    @property
    def public_pem(self) -> bytes:
        """The public key as OpenSSL reads it."""
        return _written(bytes(self.private.verify_key), _PUBLIC, _PUBLIC_HEAD)

    @property
    def public(self) -> str:
        """The public key's 32 bytes in base64: the name of the site towards who checks."""
        return b64encode(bytes(self.private.verify_key)).decode()

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return self.private.sign(content).signature


def public_key(pem: bytes) -> str:
    """The key in a file as OpenSSL writes it, in base64; raises ValueError for anything else."""
    return b64encode(_read(pem, _PUBLIC, _PUBLIC_HEAD)).decode()


def decoded(text: str) -> bytes:
    """Base64 as we write it; raises ValueError for every other way to write the same bytes.

    The last character has bits that count for nothing, and a changed one must not pass for ours.
    """
    content = b64decode(text, validate=True)
    if b64encode(content).decode() != text:
        raise ValueError("that is not how these bytes are written")
    return content


def is_signed(content: bytes, signature: bytes, public: str) -> bool:
    """Whether the owner of `public` (base64) has signed exactly this content."""
    try:
        VerifyKey(decoded(public)).verify(content, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _read(pem: bytes, label: bytes, head: bytes) -> bytes:
    found = _PEM.search(pem)
    if found is None or found[1] != label:
        raise ValueError(f"that is no {label.decode().lower()} in PEM")
    try:
        content = b64decode(b"".join(found[2].split()), validate=True)
    except binascii.Error:
        raise ValueError("that is no PEM") from None
    if content[: len(head)] != head or len(content) != len(head) + 32:
        raise ValueError("that is not an Ed25519 key")
    return content[len(head) :]


def _written(key: bytes, label: bytes, head: bytes) -> bytes:
    content = b64encode(head + key)
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, content, label)
