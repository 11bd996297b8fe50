"""The cookies that carry secrets in browsers."""

from enum import StrEnum


class Cookie(StrEnum):
    """The secrets in cookies: sign-in session, archive visit, known device."""

    SESSION = "chatserver_session"
    VISIT = "chatserver_archive"
    DEVICE = "chatserver_device"

    def cookie_name(self, *, secure: bool) -> str:
        """Return the name of the cookie, with the prefix `__Host-` over TLS (RFC 6265bis §4.1.3).

        Browsers accept the prefix from this very host only; without it another host of the same
        domain could plant a session of its own.
        """
        return f"__Host-{self}" if secure else str(self)


def is_secure(scheme: str, public_url: str | None) -> bool:
    """Return True if browsers use TLS: in this request, or always by the public URL."""
    return scheme == "https" or (public_url or "").startswith("https://")
