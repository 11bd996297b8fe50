"""The book of who was given what of a customer's conversations."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.access_keys import AccessKey
from chatserver.core.people import Customer, Role, Technician

LINK = "link"
"""The role of who came with nothing but a key."""


class AuditAction(StrEnum):
    """What was done."""

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
    """Who did it: a person by role, id and name, or a key."""

    role: str
    id: str
    name: str = ""

    @classmethod
    def from_principal(cls, who: Customer | Technician | AccessKey) -> "AuditActor":
        """Whoever was let in."""
        if isinstance(who, AccessKey):
            return cls(LINK, who.audit_id)
        role = Role.CUSTOMER if isinstance(who, Customer) else Role.TECHNICIAN
        return cls(role, who.id, who.name)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line: when (ms), of whose conversation (empty: of all), what, how and by whom."""

    at: int
    customer: str
    conversation: str
    deed: AuditAction
    how: str
    doer: AuditActor
