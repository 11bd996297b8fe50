"""The receipt of an erasure: a text with the site's signature."""

from base64 import b64encode
from datetime import UTC, datetime

from chatserver.services.archive.erasure import ErasureReceipt
from chatserver.transcript.seal import SiteKey


def signed(receipt: ErasureReceipt, key: SiteKey) -> str:
    """Return the receipt as a text; its last line is the signature of those above it."""
    text = _text(receipt)
    signature = b64encode(key.sign(text.encode())).decode()
    return f"{text}signature (Ed25519, of the lines above) {signature}\n"


def _text(receipt: ErasureReceipt) -> str:
    at = datetime.fromtimestamp(receipt.at / 1_000, UTC)
    lines = [
        "Receipt of an erasure",
        f"customer {receipt.customer}",
        f"on {at:%Y-%m-%d %H:%M:%S} UTC",
        *(
            f"{each.reference}: {each.entries} entries, {each.files} files erased"
            for each in receipt.erased
        ),
        *(f"{reference}: held, not erased" for reference in receipt.held),
    ]
    if not receipt.held:
        lines.append("name, address, visits, keys and sign-ins erased")
    return "".join(f"{line}\n" for line in lines)
