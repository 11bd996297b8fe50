"""Signed links by which a file in a letter is opened without signing in."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple


class FileLink(NamedTuple):
    """A link to one file, valid before `until` (ms since 1970 UTC)."""

    url: str
    until: int


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Makes and checks links; nothing is stored for them, and they end with the file.

    `base_url` is the address of this server as browsers know it.
    """

    secret: bytes
    base_url: str
    valid_for_ms: int

    def create(self, file: str, now: int) -> FileLink:
        """Return a new link to the file with this id."""
        until = now + self.valid_for_ms
        key = self._key(file, str(until))
        return FileLink(f"{self.base_url.rstrip('/')}/files/{file}?until={until}&key={key}", until)

    def is_valid(self, file: str, until: str, key: str, now: int) -> bool:
        """Return True for the values of a link that was made here and has not expired."""
        made = self._key(file, until)
        return key.isascii() and hmac.compare_digest(key, made) and now < int(until)

    def _key(self, file: str, until: str) -> str:
        """Return 160 bits of an HMAC in hexadecimal: as hard to guess as the id of a file."""
        named = f"{file} {until}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret, named, sha256)[:20].hex()
