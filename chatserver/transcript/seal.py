"""The site's signature (Ed25519, RFC 8032) under what it gives out."""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class SiteKey:
    """The key with which a site signs; whoever has the public half can check."""

    private: Ed25519PrivateKey

    @classmethod
    def new(cls) -> "SiteKey":
        """A key that nobody had before."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, pem: bytes) -> "SiteKey":
        """A key as `pem` wrote it (PKCS #8); raises ValueError for anything else."""
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the site's key is not an Ed25519 key")
        return cls(key)

    @property
    def pem(self) -> bytes:
        """The private key, for a file that nobody else may read."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def public_pem(self) -> bytes:
        """The public key as OpenSSL reads it."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def public(self) -> str:
        """The public key's 32 bytes in base64: the name of the site towards who checks."""
        return b64encode(self.private.public_key().public_bytes_raw()).decode()

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return self.private.sign(content)


def public_key(pem: bytes) -> str:
    """The key in a file as OpenSSL writes it, in base64; raises ValueError for anything else."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("that is not an Ed25519 public key")
    return b64encode(key.public_bytes_raw()).decode()


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
        key = Ed25519PublicKey.from_public_bytes(decoded(public))
        key.verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
