"""Origins of pages (RFC 6454) that may open live sessions, compared exactly."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from chatserver.settings import Settings

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Origins:
    """The server's own public origin and those that the operator allows."""

    public: str | None
    allowed: frozenset[str]

    @classmethod
    def from_settings(cls, settings: Settings) -> "Origins":
        """Read the origins from `public_url` and `allowed_origins`."""
        public = normalize_origin(settings.public_url) if settings.public_url else None
        return cls(
            public, frozenset(normalize_origin(origin) for origin in settings.allowed_origins)
        )

    def is_own(self, origin: str, scheme: str, host: str) -> bool:
        """Return True for a page of this server, reached by `scheme` and the Host header `host`."""
        own = {normalize_origin(f"{scheme}://{host}")} | ({self.public} if self.public else set())
        return normalize_origin(origin) in own

    def trusted_page_url(self, page: str) -> str | None:
        """Return the URL of a page on this server or an allowed site, else None.

        The URL comes from the browser and is put into letters, so that anything but a plain URL
        of a known site could be used to send links in our name.
        """
        try:
            parts = urlsplit(page)
        except ValueError:
            return None
        origin = normalize_origin(f"{parts.scheme}://{parts.netloc}")
        is_plain = page.isprintable() and " " not in page
        return page if is_plain and (origin in self.allowed or origin == self.public) else None

    def may_connect(self, origin: str | None, scheme: str, host: str) -> bool:
        """Return True if the origin may open a live session.

        None stands for a client that is no browser: it carries no cookies of a victim, so it may.
        """
        if origin is None or "*" in self.allowed:
            return True
        return self.is_own(origin, scheme, host) or normalize_origin(origin) in self.allowed


def normalize_origin(origin: str) -> str:
    """Return an origin in lower case, without default port and trailing slash.

    A text that is no origin is returned as it is and equals only itself.
    """
    text = origin.strip().rstrip("/").lower()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    # Without an explicit port there is none to remove.
    if not parts.hostname or port is None or port != DEFAULT_PORTS.get(parts.scheme):
        return text
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}"
