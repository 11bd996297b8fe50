"""The addresses and message identifiers of a case, signed, so that a reply proves its case.

A tag in the address survives relays that rewrite the Message-ID; people's replies go to one
address and machines' reports to another, so that they differ without a look at their headers.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from chatserver.core.ids import CROCKFORD, base32

TAG_CHARACTERS = 10
"""Of base 32: 50 bits, so that guessing one takes 10^15 letters to the site."""


class Purpose(StrEnum):
    """The use of a signed name: replies of people, reports of mail servers, or a Message-ID."""

    PEOPLE = "people"
    MACHINES = "machines"
    IDENTIFIER = "identifier"


class CaseProof(NamedTuple):
    """A proven case: its reference (`K7F3-9QMX`), and the seq in an identifier of a letter."""

    purpose: Purpose
    reference: str
    seq: int = 0


@dataclass(frozen=True, slots=True)
class CaseAddresses:
    """Makes and recognises signed addresses below `mailbox`, such as help@example.org.

    `delimiter` separates the mailbox from the tag (RFC 5233). Addresses are lower case, because
    some mail programs change the case of an address that they reply to.
    """

    secret: bytes
    mailbox: str
    delimiter: str = "+"

    @property
    def domain(self) -> str:
        """The domain of the mailbox."""
        return self.mailbox.rpartition("@")[2].lower()

    def people(self, reference: str) -> str:
        """Return the address to which people reply about a case."""
        return self._address(f"{_without_hyphen(reference)}.{self._tag(Purpose.PEOPLE, reference)}")

    def machines(self, reference: str) -> str:
        """Return the envelope sender of a case's letters, to which delivery reports go."""
        return self._address(
            f"b.{_without_hyphen(reference)}.{self._tag(Purpose.MACHINES, reference)}"
        )

    def identifier(self, reference: str, seq: int) -> str:
        """Return the Message-ID of the letter that carries the words up to `seq`."""
        tag = self._tag(Purpose.IDENTIFIER, f"{reference} {seq}")
        return f"<{_without_hyphen(reference)}.{seq}.{tag}@{self.domain}>"

    def accepts(self, address: str) -> bool:
        """Return True for the mailbox itself and for every address that this site signed."""
        is_mailbox = address.lower() == self.mailbox.lower()
        return is_mailbox or self.prove(address) is not None

    def prove(self, address: str) -> CaseProof | None:
        """Return the case that a signed address proves, or None."""
        local, _, domain = address.strip().lower().rpartition("@")
        mine = f"{self.mailbox.lower().rpartition('@')[0]}{self.delimiter}"
        if domain != self.domain or not local.startswith(mine):
            return None
        signed = local.removeprefix(mine)
        purpose = Purpose.MACHINES if signed.startswith("b.") else Purpose.PEOPLE
        name, _, tag = signed.removeprefix("b.").partition(".")
        reference = _with_hyphen(name)
        if reference is None or not self._is_tag(tag, purpose, reference):
            return None
        return CaseProof(purpose, reference)

    def prove_identifier(self, identifier: str) -> CaseProof | None:
        """Return the case and seq that a signed Message-ID proves, or None."""
        local, _, domain = identifier.strip().strip("<>").lower().rpartition("@")
        pieces = local.split(".")
        if domain != self.domain or len(pieces) != 3 or not _is_number(pieces[1]):
            return None
        reference, seq = _with_hyphen(pieces[0]), int(pieces[1])
        if reference is None or not self._is_tag(
            pieces[2], Purpose.IDENTIFIER, f"{reference} {seq}"
        ):
            return None
        return CaseProof(Purpose.IDENTIFIER, reference, seq)

    def _address(self, tag: str) -> str:
        local = self.mailbox.lower().rpartition("@")[0]
        return f"{local}{self.delimiter}{tag}@{self.domain}"

    def _tag(self, purpose: Purpose, name: str) -> str:
        mac = hmac.digest(self.secret, f"{purpose} {name}".encode(), sha256)
        return base32(int.from_bytes(mac[:8], "big"), TAG_CHARACTERS).lower()

    def _is_tag(self, tag: str, purpose: Purpose, name: str) -> bool:
        return tag.isascii() and hmac.compare_digest(tag, self._tag(purpose, name))


def _without_hyphen(reference: str) -> str:
    return reference.replace("-", "").lower()


def _with_hyphen(plain: str) -> str | None:
    name = plain.upper()
    if len(name) != 8 or not set(name) <= set(CROCKFORD):
        return None
    return f"{name[:4]}-{name[4:]}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
