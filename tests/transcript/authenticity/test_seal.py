"""The site's key in files as OpenSSL writes them (RFC 8410)."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chatserver.transcript.authenticity.seal import SiteKey, is_signed, read_public_key

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
INFO = serialization.PublicFormat.SubjectPublicKeyInfo
CLEAR = serialization.NoEncryption()


def test_openssl_reads_what_we_write() -> None:
    key = SiteKey.generate()
    private = serialization.load_pem_private_key(key.pem, password=None)
    public = serialization.load_pem_public_key(key.public_pem)
    assert isinstance(private, Ed25519PrivateKey)
    assert isinstance(public, Ed25519PublicKey)
    assert private.public_key() == public
    assert private.private_bytes(PEM, PKCS8, CLEAR) == key.pem
    assert public.public_bytes(PEM, INFO) == key.public_pem
    public.verify(key.sign(b"words"), b"words")
    assert private.sign(b"words") == key.sign(b"words")


def test_we_read_what_openssl_writes() -> None:
    private = Ed25519PrivateKey.generate()
    key = SiteKey.from_pem(private.private_bytes(PEM, PKCS8, CLEAR))
    public = read_public_key(private.public_key().public_bytes(PEM, INFO))
    assert key.public == public
    assert is_signed(b"words", private.sign(b"words"), public)
    assert read_public_key(b"a note\r\n" + key.public_pem.replace(b"\n", b"\r\n")) == public


OTHER = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"no key",
        SiteKey.generate().public_pem,
        SiteKey.generate().pem[:-40],
        SiteKey.generate().pem.replace(b"MC4CAQ", b"MC4CAA"),
        OTHER.private_bytes(PEM, PKCS8, CLEAR),
        Ed25519PrivateKey.generate().private_bytes(
            PEM, PKCS8, serialization.BestAvailableEncryption(b"secret")
        ),
    ],
    ids=["nothing", "words", "public", "cut off", "changed", "of another kind", "locked"],
)
def test_other_files_are_not_accepted_as_private_keys(pem: bytes) -> None:
    with pytest.raises(ValueError, match="the file"):
        SiteKey.from_pem(pem)


@pytest.mark.parametrize(
    "pem",
    [b"", SiteKey.generate().pem, OTHER.public_key().public_bytes(PEM, INFO)],
    ids=["nothing", "private", "of another kind"],
)
def test_other_files_are_not_accepted_as_public_keys(pem: bytes) -> None:
    with pytest.raises(ValueError, match="the file"):
        read_public_key(pem)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65)])
def test_malformed_signatures_are_invalid(signature: bytes) -> None:
    assert not is_signed(b"words", signature, SiteKey.generate().public)
    assert not is_signed(b"words", signature, "")
