"""Reads a spooled letter in the worker process, so that a hostile one blocks no session."""

from pathlib import Path

import orjson

from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.letter import IncomingLetter
from chatserver.core.incoming_mail.parse import parse_letter


def read_spooled(file: Path, trusted_server: str | None) -> tuple[Envelope, IncomingLetter]:
    """Return envelope and letter of a file of the spool; raises UnreadableLetter and OSError."""
    line, _, raw = file.read_bytes().partition(b"\n")
    stored = orjson.loads(line)
    envelope = Envelope(stored["sender"], tuple(stored["recipients"]), stored["at"])
    letter = parse_letter(raw, envelope_sender=envelope.sender, trusted_server=trusted_server)
    return envelope, letter


def read_kept(file: Path, trusted_server: str | None) -> IncomingLetter:
    """Return the letter of a file without an envelope; raises UnreadableLetter and OSError."""
    return parse_letter(file.read_bytes(), envelope_sender="", trusted_server=trusted_server)
