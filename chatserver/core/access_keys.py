"""Access keys: random secrets that open a customer's conversations without a password."""

from dataclasses import dataclass
from enum import StrEnum


class AccessKeyKind(StrEnum):
    """The purpose of an access key."""

    SHARE = "share"
    INVITATION = "invitation"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """The stored part of an access key: the SHA-256 of the secret, its purpose and its expiry.

    A share opens one `conversation`. An invitation is a single-use key that starts a visit, and a
    visit opens the customer's whole archive for one browser; both have an empty `conversation`.
    `until` is in ms since 1970 UTC.
    """

    digest: bytes
    kind: AccessKeyKind
    customer: str
    until: int
    conversation: str = ""

    @property
    def audit_id(self) -> str:
        """The first 8 bytes of the digest in hexadecimal: names the key without opening it."""
        return self.digest[:8].hex()
