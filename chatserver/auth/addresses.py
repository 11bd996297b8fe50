"""Client addresses behind proxies, and rate limits by address."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chatserver.core.errors import RateLimited
from chatserver.core.token_bucket import Bucket

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

CLEANUP_THRESHOLD = 10_000
"""The number of buckets from which on full ones are dropped: about 2 MB of memory."""


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the address that rate limits count: the peer, or the client behind trusted proxies.

    `forwarded_for` are the X-Forwarded-For headers, read from the right as long as the address
    before was that of a trusted proxy: everything further left may be forged by the client. An
    IPv6 client owns a whole /64 network and counts as that.
    """
    address = _parse_address(peer)
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    while address is not None and hops and any(address in network for network in trusted):
        claimed = _parse_address(_without_port(hops.pop()))
        if claimed is None:
            break
        address = claimed
    return peer if address is None else _rate_limit_key(address)


def client_scheme(scheme: str, peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the scheme of the browser's request, by X-Forwarded-Proto of a trusted proxy."""
    address = _parse_address(peer)
    believed = address is not None and any(address in network for network in trusted)
    return "https" if believed and forwarded.strip().lower() == "https" else scheme


def _without_port(hop: str) -> str:
    """Return the address of a hop: some proxies append the client's port (RFC 7239 §6)."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    # An IPv6 address has two colons at least, and without brackets no port.
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


@lru_cache(maxsize=1_024)
def _parse_address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket reports IPv4 peers as ::ffff:192.0.2.1, which matches no IPv4 network.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _rate_limit_key(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


@dataclass(slots=True)
class KeyedRateLimiter:
    """A token bucket for each key, such as an address or a login.

    A rate of 0 `per_minute` means no limit. A `burst` below 1 counts as 1: a smaller bucket would
    never hold a whole token and refuse everything.
    """

    per_minute: float
    burst: float
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _cleanup_at: int = CLEANUP_THRESHOLD

    @classmethod
    def a_minute(cls, count: float) -> "KeyedRateLimiter":
        """Allow `count` a minute for each key, all of them at once if need be."""
        return cls(count, count)

    @classmethod
    def an_hour(cls, count: float) -> "KeyedRateLimiter":
        """Allow `count` an hour for each key, all of them at once if need be."""
        return cls(count / 60, count)

    def consume(self, key: str, now: int) -> None:
        """Consume one token of `key`; raises RateLimited while there is none."""
        if retry_after := self.consume_or_wait_ms(key, now):
            raise RateLimited(retry_after)

    def consume_or_wait_ms(self, key: str, now: int) -> int:
        """Consume one token of `key` and return 0, or return the ms to wait until there is one."""
        if not self.per_minute:
            return 0
        if len(self._buckets) >= self._cleanup_at:
            self._drop_full_buckets(now)
        bucket = self._buckets.get(key)
        if bucket is None:
            burst = max(1, self.burst)
            bucket = self._buckets[key] = Bucket.full(self.per_minute / 60, burst, now)
        return bucket.consume_or_wait_ms(now)

    def _drop_full_buckets(self, now: int) -> None:
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if not bucket.is_full(now)
        }
        # If few buckets were full, the next cleanup comes at twice the number: else each attempt
        # of a flood from 10,000 addresses would scan all of them.
        self._cleanup_at = max(CLEANUP_THRESHOLD, 2 * len(self._buckets))
