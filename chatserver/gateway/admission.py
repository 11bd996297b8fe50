"""Admission control: origin, proxy headers and the rate limit of the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from multidict import CIMultiDictProxy

from chatserver.auth.addresses import KeyedRateLimiter, client_address, client_scheme
from chatserver.auth.cookie_names import Cookie, is_secure
from chatserver.auth.origins import Origins
from chatserver.core.errors import Code, Refused
from chatserver.services.clock import Clock
from chatserver.settings import Settings


@dataclass(frozen=True, slots=True)
class Peer:
    """The client of a request: the address that is rate-limited, the sign-in cookie if the page is
    this server's own, and the User-Agent header."""

    network_address: str
    cookie: str | None = None
    agent: str | None = None


class RequestHead(Protocol):
    """The head of a request, as aiohttp gives it."""

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """The headers, by names of any case."""

    @property
    def remote(self) -> str | None:
        """The address of the peer."""

    @property
    def scheme(self) -> str:
        """The scheme of the connection itself, `http` or `https`."""

    @property
    def host(self) -> str:
        """The Host header."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name."""


@dataclass(slots=True)
class Admission:
    """Checks the request that begins a live session, over either transport."""

    settings: Settings
    origins: Origins
    limits: KeyedRateLimiter
    clock: Clock

    def admit(self, request: RequestHead, *, own_pages_only: bool = False) -> Peer:
        """Return the client; raises RateLimited (429) and Refused `not_allowed` (403).

        Pages of the origins in the settings are admitted too, unless `own_pages_only`.
        """
        origin = request.headers.get("Origin")
        remote, trusted = request.remote or "", self.settings.trusted_networks
        forwarded = request.headers.get("X-Forwarded-Proto", "")
        scheme = client_scheme(request.scheme, remote, forwarded, trusted)
        # Browsers leave out Origin in a GET from the page's own site; programs never send it. Pages
        # of another site that embed this address are told apart by Sec-Fetch-Site.
        own = (
            request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
            if origin is None
            else self.origins.is_own(origin, scheme, request.host)
        )
        if not own and (
            own_pages_only or not self.origins.may_connect(origin, scheme, request.host)
        ):
            raise Refused(Code.NOT_ALLOWED)
        address = client_address(remote, request.headers.getall("X-Forwarded-For", []), trusted)
        self.limits.consume(address, self.clock())
        secure = is_secure(scheme, self.settings.public_url)
        cookie = request.cookies.get(Cookie.SESSION.cookie_name(secure=secure)) if own else None
        return Peer(address, cookie, request.headers.get("User-Agent", "")[:500] or None)
