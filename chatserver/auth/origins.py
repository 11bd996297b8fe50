"""Which pages may open live sessions: exact origins (RFC 6454), nothing alike."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from chatserver.settings import Settings

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Origins:
    """The server's own origin and those that the operator allows."""

    public: str | None
    allowed: frozenset[str]

    @classmethod
    def from_settings(cls, settings: Settings) -> "Origins":
        public = normalize_origin(settings.public_url) if settings.public_url else None
        return cls(
            public, frozenset(normalize_origin(origin) for origin in settings.allowed_origins)
        )

    def is_own(self, origin: str, scheme: str, host: str) -> bool:
        """Whether a page of this server asks, at the `scheme` and `host` it was asked by."""
        own = {normalize_origin(f"{scheme}://{host}")} | ({self.public} if self.public else set())
        return normalize_origin(origin) in own

    def trusted_page_url(self, page: str) -> str | None:
        """A page's address where it is on this server, or on a site that is named as allowed.

        What a browser said is put into letters: what is no plain address, or elsewhere, is None.
        """
        try:
            parts = urlsplit(page)
        except ValueError:
            return None
        origin = normalize_origin(f"{parts.scheme}://{parts.netloc}")
        is_plain = page.isprintable() and " " not in page
        return page if is_plain and (origin in self.allowed or origin == self.public) else None

    def may_connect(self, origin: str | None, scheme: str, host: str) -> bool:
        """Whether this origin may open a live session; None is not a browser, and may."""
        if origin is None or "*" in self.allowed:
            return True
        return self.is_own(origin, scheme, host) or normalize_origin(origin) in self.allowed


def normalize_origin(origin: str) -> str:
    """Lower case, without a default port or a trailing slash; what is no origin stays itself."""
    text = origin.strip().rstrip("/").lower()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.hostname or port is None or port != DEFAULT_PORTS.get(parts.scheme):
        return text
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}"
