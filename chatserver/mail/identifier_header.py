"""Headers with message identifiers, as RFC 5322 §3.6.4 wants them whatever their length.

The standard library writes an `In-Reply-To` or `References` of 78 characters or more as encoded
words (cpython#79986), which RFC 2047 §5 forbids and mail programs do not follow.
"""

from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import SMTP, Policy
from typing import Any


class IdentifierHeader(UnstructuredHeader, BaseHeader):
    """A header of identifiers, folded only between them; a Thread-Index is one such word."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        """Return the header with each identifier on a line of its own."""
        first, *others = str(self).split() or [""]
        lines = [f"{self.name}: {first}", *(f" {identifier}" for identifier in others)]
        return policy.linesep.join(lines) + policy.linesep


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references", "thread-index"):
        registry.map_to_type(name, IdentifierHeader)
    return registry


MAIL_POLICY = SMTP.clone(header_factory=_registry())
"""The policy of all letters: lines end with CR LF, and identifiers stay as they are."""
