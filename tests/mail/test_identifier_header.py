"""Identifiers stay as they are, whatever their length, in letters that are written or read."""

from email import message_from_bytes
from email.message import EmailMessage

import pytest

from chatserver.mail.identifier_header import MAIL_POLICY


@pytest.mark.parametrize("length", [30, 82, 112, 300, 900])
def test_long_identifiers_are_folded_between_them_and_not_encoded(length: int) -> None:
    # Microsoft 365 gives each letter an id of 82 characters, which the library alone encodes.
    identifiers = [f"<{letter * (length - 14)}@example.net>" for letter in "abc"]
    message = EmailMessage(policy=MAIL_POLICY)
    message["Message-ID"] = message["In-Reply-To"] = identifiers[0]
    message["References"] = " ".join(identifiers)
    message.set_content("Hello")
    raw = message.as_bytes()
    assert b"=?" not in raw
    assert all(len(line) <= 998 for line in raw.splitlines())
    again = message_from_bytes(raw, policy=MAIL_POLICY)
    assert again["References"].split() == identifiers
    assert again["In-Reply-To"] == identifiers[0]
    assert again.as_bytes() == raw
