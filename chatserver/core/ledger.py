"""The ledger: what was erased, withdrawn, dismissed or revoked, by ids and digests alone."""

from dataclasses import dataclass
from enum import StrEnum


class LedgerKind(StrEnum):
    """The kinds of things that a restored backup must not bring back."""

    CONVERSATION = "conversation"
    """Its words were erased."""

    CUSTOMER = "customer"
    """Erased with everything stored about them."""

    KEY = "key"
    """A link, invitation or archive visit; the id is the SHA-256 of its secret (hex)."""

    SECRET = "secret"
    """A technician's link, session, device or API token; the id is its kind and SHA-256 (hex)."""

    DISMISSED = "dismissed"
    """A technician, from here on until a later HIRED."""

    HIRED = "hired"
    """A technician who had been dismissed before."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry; `at` is in ms since 1970 UTC, or 0 where the time is not known."""

    kind: LedgerKind
    id: str
    at: int
