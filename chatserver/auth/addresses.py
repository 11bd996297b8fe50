"""Where a connection comes from, and how many may come from there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chatserver.core.limits import Bucket

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

CLEANUP_THRESHOLD = 10_000
"""Addresses from which on those that have been quiet are forgotten."""


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Whom limits count: the peer, or who a trusted proxy says is behind it.

    Of X-Forwarded-For only what trusted proxies appended is believed, from the right. IPv6
    clients own a whole /64, so they are counted by it.
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
    """`https` where the browser came over TLS, here or at a trusted proxy (X-Forwarded-Proto)."""
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
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _rate_limit_key(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


@dataclass(slots=True)
class AddressRateLimiter:
    """A bucket for each address (or other name); quiet ones are forgotten.

    `per_minute` 0 means no limit. A `burst` below 1 is 1, or nothing would ever be let through.
    """

    per_minute: float
    burst: float
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _cleanup_at: int = CLEANUP_THRESHOLD

    def try_consume(self, name: str, now: int) -> int:
        """Count one attempt; 0 when it may go on, else the ms until it may."""
        if not self.per_minute:
            return 0
        if len(self._buckets) >= self._cleanup_at:
            self._drop_full_buckets(now)
        bucket = self._buckets.get(name)
        if bucket is None:
            burst = max(1, self.burst)
            bucket = self._buckets[name] = Bucket.full(self.per_minute / 60, burst, now)
        return bucket.try_consume(now)

    def _drop_full_buckets(self, now: int) -> None:
        self._buckets = {
            name: bucket for name, bucket in self._buckets.items() if not bucket.is_full(now)
        }
        # When few were quiet, wait for twice as many: else each knock would look through all.
        self._cleanup_at = max(CLEANUP_THRESHOLD, 2 * len(self._buckets))
