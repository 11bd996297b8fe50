"""An IMAP client (RFC 9051) that reads one folder and changes nothing in it, not even `\\Seen`."""

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from chatserver.core.errors import Unavailable
from chatserver.core.incoming_mail.mailbox_cursor import FolderState, Search

TIMEOUT_S = 30.0
"""Seconds that the server may be silent within one command."""

FAILURES = (IMAPClientError, OSError, ValueError)
"""The library raises these where it is refused, or a connection fails or was closed meanwhile."""


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """A folder on a server, from a URL such as imaps://desk%40example.org@imap.example.org/INBOX.

    `ca_file` is a PEM file of certificate authorities, None for those of the system.
    """

    host: str
    port: int
    user: str
    folder: str
    uses_tls: bool
    ca_file: str | None

    @classmethod
    def from_url(cls, url: str, ca_file: str | None) -> "ImapAccount":
        """Return the account that a checked URL names."""
        parts = urlsplit(url)
        uses_tls = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (993 if uses_tls else 143),
            user=unquote(parts.username or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            uses_tls=uses_tls,
            ca_file=ca_file,
        )

    @property
    def name(self) -> str:
        """User, server and folder, by which a cursor is known to be of this mailbox."""
        return f"{self.user}@{self.host}/{self.folder}"


@dataclass(slots=True)
class ImapConnection:
    """One connection, used by one thread; only `abort` may be called by another.

    Every method raises Unavailable when the server fails or refuses.
    """

    account: ImapAccount
    _client: IMAPClient | None = field(default=None)
    _is_aborted: bool = False

    def open(self, secret: str, *, is_token: bool) -> None:
        """Connect and log in with a password, or with an OAuth2 access token."""
        context = ssl.create_default_context(cafile=self.account.ca_file)
        try:
            self._client = client = IMAPClient(
                self.account.host,
                self.account.port,
                ssl=self.account.uses_tls,
                ssl_context=context if self.account.uses_tls else None,
                timeout=TIMEOUT_S,
            )
            if self._is_aborted:
                self.abort()
            if not is_token:
                client.login(self.account.user, secret)
            elif client.has_capability("AUTH=XOAUTH2"):
                client.oauth2_login(self.account.user, secret)
            else:
                client.oauthbearer_login(self.account.user, secret)
        except FAILURES as error:
            raise Unavailable from error

    def examine(self) -> FolderState:
        """Open the folder for reading only (EXAMINE)."""
        try:
            told = self._connected.select_folder(self.account.folder, readonly=True)
            return FolderState(int(told[b"UIDVALIDITY"]), int(told[b"UIDNEXT"]))
        except (*FAILURES, KeyError) as error:
            raise Unavailable from error

    def find(self, search: Search) -> Sequence[int]:
        """Return the UIDs of the letters that a search means, in their order."""
        criteria: list[str | date | list[str]] = []
        if search.after_uid:
            criteria += ["UID", f"{search.after_uid + 1}:*"]
        if search.arrived_since:
            criteria += ["SINCE", search.arrived_since]
        if search.sent_since:
            # Dovecot counts a letter without a Date as sent on arrival. Every date has a colon.
            criteria += ["SENTSINCE", search.sent_since, "HEADER", "DATE", ":"]
        try:
            found = self._connected.search(criteria or "ALL")
        except FAILURES as error:
            raise Unavailable from error
        # `n:*` means the newest letter even if its UID is below n (RFC 9051 §9).
        return sorted(int(uid) for uid in found if uid > search.after_uid)

    def size_bytes(self, uid: int) -> int | None:
        """Return the size of a letter, None if it is there no longer."""
        size = self._fetch(uid, b"RFC822.SIZE")
        return None if size is None else int(size)

    def read(self, uid: int) -> bytes | None:
        """Return a letter, None if it is there no longer; it stays unseen (BODY.PEEK)."""
        content = self._fetch(uid, b"BODY[]", asked=b"BODY.PEEK[]")
        return bytes(content) if content is not None else None

    def wait(self, seconds: float) -> None:
        """Return when the server tells of any change, or after some seconds at the latest."""
        client = self._connected
        try:
            client.idle()
            client.idle_check(timeout=seconds)
            client.idle_done()
        except FAILURES as error:
            raise Unavailable from error

    @property
    def can_wait(self) -> bool:
        """True if the server has the IDLE command (RFC 2177)."""
        try:
            return bool(self._connected.has_capability("IDLE"))
        except FAILURES as error:
            raise Unavailable from error

    def abort(self) -> None:
        """End the connection, so that a command that is under way ends with Unavailable.

        The library's own `shutdown` waits for the thread that reads, and so for the silent server.
        """
        self._is_aborted = True
        if self._client is not None:
            with suppress(OSError):
                self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Free the connection, in the thread that used it."""
        if self._client is not None:
            with suppress(OSError):
                self._client.shutdown()

    @property
    def _connected(self) -> IMAPClient:
        if self._client is None:
            raise Unavailable
        return self._client

    def _fetch(self, uid: int, item: bytes, asked: bytes = b"") -> bytes | int | None:
        try:
            told = self._connected.fetch([uid], [asked or item])
        except FAILURES as error:
            raise Unavailable from error
        # A letter that was expunged meanwhile has no answer.
        found: bytes | int | None = told.get(uid, {}).get(item)
        return found
