"""The receipt of an erasure: a text with the site's signature, kept in the data folder."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from chatserver.transcript.authenticity.seal import SiteKey


class ReceiptStore(Protocol):
    """The receipts of erasures; raises Unavailable where the disk fails."""

    async def save_receipt(self, at: int, text: str) -> Path:
        """Keep the receipt of an erasure at `at` (ms) durably, and return its path."""


@dataclass(frozen=True, slots=True)
class ErasedConversation:
    """One erased conversation, with the numbers of its entries and files."""

    reference: str
    entries: int
    files: int


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """The erasure of a customer at a moment (ms), and the references of conversations on hold.

    It is written only after everything was looked for once more and no row was found.
    """

    customer: str
    at: int
    erased: tuple[ErasedConversation, ...]
    held: tuple[str, ...]

    def signed(self, key: SiteKey) -> str:
        """Return the receipt as a text; its last line is the signature of those above it."""
        text = self._text()
        signature = b64encode(key.sign(text.encode())).decode()
        return f"{text}signature (Ed25519, of the lines above) {signature}\n"

    def _text(self) -> str:
        at = datetime.fromtimestamp(self.at / 1_000, UTC)
        entries = sum(each.entries for each in self.erased)
        files = sum(each.files for each in self.erased)
        lines = [
            "Receipt of an erasure",
            f"customer {self.customer}",
            f"on {at:%Y-%m-%d %H:%M:%S} UTC",
            *(
                f"{each.reference}: {each.entries} entries, {each.files} files erased"
                for each in self.erased
            ),
            *(f"{reference}: held, not erased" for reference in self.held),
        ]
        if not self.held:
            lines.append("name, address, visits, keys and sign-ins erased")
        lines.append(
            f"looked for once more after {len(self.erased)} conversations, {entries} entries and "
            f"{files} files: 0 left"
        )
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class FiledReceipt:
    """A receipt, its signed text, and the file in which it is kept."""

    receipt: ErasureReceipt
    text: str
    file: Path
