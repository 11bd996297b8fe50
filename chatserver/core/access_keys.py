"""Keys: secrets that open something of a customer's, without a password and for a while."""

from dataclasses import dataclass
from enum import StrEnum


class AccessKeyKind(StrEnum):
    """What a key is for."""

    SHARE = "share"
    INVITATION = "invitation"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What is kept of a key: its digest, what it opens, and until when (ms).

    A share opens one `conversation`. An invitation opens the customer's archive once, for a
    visit, which opens it for one browser; both have no conversation.
    """

    digest: bytes
    kind: AccessKeyKind
    customer: str
    until: int
    conversation: str = ""

    @property
    def audit_id(self) -> str:
        """Which key it is, for the audit: nobody can use it by this."""
        return self.digest[:8].hex()
