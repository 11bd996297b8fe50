"""E-mail addresses: refused, or normalized."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.errors import Refused
from chatserver.services.mail.address import ADDRESS_LIMIT, clean_address


@pytest.mark.parametrize(
    "given_address",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        "ann@example.com\r\nBcc: eve@example.com",
        "ann@example.com, eve@example.com",
        "Ann <ann@example.com>",
        '"ann"@example.com',
        "ann@exa mple.com",
        "ann@-example.com",
        "ann@example..com",
        "ann@[127.0.0.1]",
        "a" * 65 + "@example.com",
        "a@" + "b" * ADDRESS_LIMIT + ".com",
        "\udcff@example.com",
    ],
)
def test_an_invalid_address_is_refused(given_address: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_address(given_address)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("given_address", "clean"),
    [
        (" Ann.O'Neil+chat@Example.COM ", "ann.o'neil+chat@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        # By IDNA 2003 these are domains of other owners.
        ("info@straße.de", "info@xn--strae-oqa.de"),
        ("info@βόλος.com", "info@xn--nxasmm1c.com"),
    ],
)
def test_an_address_is_normalized(given_address: str, clean: str) -> None:
    assert clean_address(given_address) == clean


@given(st.text())
def test_an_address_never_contains_header_syntax(text: str) -> None:
    for candidate in (text, f"{text}@example.com", f"ann@{text}.com"):
        try:
            address = clean_address(candidate)
        except Refused:
            continue
        assert address.isascii()
        # The characters with which RFC 5322 separates addresses, comments and headers.
        assert not set(address) & set(' \t\r\n<>,;:"()[]\\\0')
