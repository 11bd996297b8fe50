"""The audit log: every access to a customer's conversations outside the chat itself."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.access_keys import AccessKey
from chatserver.core.people import Customer, Role, Technician

LINK = "link"
"""The role of a reader identified by an access key only."""


class AuditAction(StrEnum):
    """The action that an audit entry records."""

    SHARED = "shared"
    WITHDRAWN = "withdrawn"
    DOWNLOADED = "downloaded"
    MAILED = "mailed"
    INVITED = "invited"
    VISITED = "visited"
    SIGNED_OUT = "signed_out"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class AuditActor:
    """The author of an audited action: a person by role, id and name, or an access key."""

    role: str
    id: str
    name: str = ""

    @classmethod
    def from_principal(cls, principal: Customer | Technician | AccessKey) -> "AuditActor":
        """Describe the authenticated customer, technician or access key."""
        if isinstance(principal, AccessKey):
            return cls(LINK, principal.audit_id)
        role = Role.CUSTOMER if isinstance(principal, Customer) else Role.TECHNICIAN
        return cls(role, principal.id, principal.name)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log.

    `at` is in ms since 1970 UTC, `customer` is the owner of the conversation, and an empty
    `conversation` stands for all of them. `how` is the format or the recipient. The names of the
    fields are those of person.json in an export.
    """

    at: int
    customer: str
    conversation: str
    deed: AuditAction
    how: str
    doer: AuditActor


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A transcript that was handed out: SHA-256, format, receiver, time (ms since 1970 UTC)."""

    digest: bytes
    conversation: str
    format: str
    receiver: str
    at: int
