"""The cookies in which browsers carry our secrets."""

from enum import StrEnum


class Cookie(StrEnum):
    """What a cookie stands for."""

    SESSION = "chatserver_session"
    VISIT = "chatserver_archive"
    DEVICE = "chatserver_device"

    def cookie_name(self, *, secure: bool) -> str:
        """Its name; over TLS with a prefix (RFC 6265bis, §4.1.3) that only this host can give.

        Without it another host of the same domain could plant a session of its own.
        """
        return f"__Host-{self}" if secure else str(self)


def is_secure(scheme: str, public_url: str | None) -> bool:
    """Whether browsers come over TLS: now, or always, as the operator says."""
    return scheme == "https" or (public_url or "").startswith("https://")
