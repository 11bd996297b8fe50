"""The site's Ed25519 key (RFC 8032), its PEM files, and its signatures."""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----")
_PRIVATE, _PUBLIC = b"PRIVATE KEY", b"PUBLIC KEY"

# The DER of an Ed25519 key is constant up to its 32 bytes (RFC 8410, section 10), so a prefix
# replaces an ASN.1 parser.
_PRIVATE_HEAD = bytes.fromhex("302e020100300506032b657004220420")
_PUBLIC_HEAD = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class SiteKey:
    """The private key with which a site signs; its public half is enough to verify."""

    private: SigningKey

    @classmethod
    def generate(cls) -> "SiteKey":
        """Generate a key."""
        return cls(SigningKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> "SiteKey":
        """Read a key that `pem` wrote (PKCS #8); raises ValueError for anything else."""
        return cls(SigningKey(_read_pem(pem, _PRIVATE, _PRIVATE_HEAD)))

    @property
    def pem(self) -> bytes:
        """The private key in PEM, for a file that only the server may read."""
        return _write_pem(bytes(self.private), _PRIVATE, _PRIVATE_HEAD)

    @property
    def public_pem(self) -> bytes:
        """The public key in PEM, as OpenSSL reads it."""
        return _write_pem(bytes(self.private.verify_key), _PUBLIC, _PUBLIC_HEAD)

    @property
    def public(self) -> str:
        """The 32 bytes of the public key in base64, which identify the site to a verifier."""
        return b64encode(bytes(self.private.verify_key)).decode()

    def sign(self, content: bytes) -> bytes:
        """Return the signature of `content` (64 bytes)."""
        return self.private.sign(content).signature


def read_public_key(pem: bytes) -> str:
    """Return the public key of a PEM file in base64; raises ValueError for anything else."""
    return b64encode(_read_pem(pem, _PUBLIC, _PUBLIC_HEAD)).decode()


def decode_canonical_base64(text: str) -> bytes:
    """Decode canonical base64; raises ValueError for any other encoding of the same bytes.

    The last character has unused bits. A file in which they were changed must not verify.
    """
    content = b64decode(text, validate=True)
    if b64encode(content).decode() != text:
        raise ValueError("the base64 is not canonical")
    return content


def is_signed(content: bytes, signature: bytes, public: str) -> bool:
    """Return True if the owner of `public` (base64) signed exactly `content`."""
    try:
        VerifyKey(decode_canonical_base64(public)).verify(content, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _read_pem(pem: bytes, label: bytes, head: bytes) -> bytes:
    found = _PEM.search(pem)
    if found is None or found[1] != label:
        raise ValueError(f"the file is not a {label.decode().lower()} in PEM")
    try:
        content = b64decode(b"".join(found[2].split()), validate=True)
    except binascii.Error:
        raise ValueError("the file is not valid PEM") from None
    if content[: len(head)] != head or len(content) != len(head) + 32:
        raise ValueError("the file holds no Ed25519 key")
    return content[len(head) :]


def _write_pem(key: bytes, label: bytes, head: bytes) -> bytes:
    content = b64encode(head + key)
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, content, label)
