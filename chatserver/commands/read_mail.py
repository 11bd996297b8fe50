"""`read-mail`: what the server makes of an e-mail in a file, to find out why it was taken so."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from chatserver.commands.command import Commands, Failed
from chatserver.core.incoming_mail.letter import IncomingLetter, UnreadableLetter
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.incoming_mail.quotes import fold_quotes
from chatserver.settings import Settings


def declare(commands: Commands) -> None:
    """Declare the command."""
    command = commands.add("read-mail", _read_mail, "print what is read of an e-mail in a file")
    command.add_argument("file", type=Path, help="the e-mail with its headers (.eml); - reads it")
    command.add_argument(
        "--sender", default="sender@example.org", help="envelope sender, '' for a bounce"
    )
    command.add_argument(
        "--authserv", metavar="NAME", help="mail server whose Authentication-Results are trusted"
    )


def _read_mail(options: argparse.Namespace, _: Settings) -> int:
    is_stream = str(options.file) == "-"
    raw = sys.stdin.buffer.read() if is_stream else options.file.read_bytes()
    try:
        letter = parse_letter(raw, envelope_sender=options.sender, trusted_server=options.authserv)
    except UnreadableLetter as error:
        raise Failed(f"{options.file}: {error}") from None
    for line in _report(letter):
        # Only the words of a letter have more than one line; a terminal is sent no controls.
        print(
            "".join(
                c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in line
            )
        )
    return 0


def _report(letter: IncomingLetter) -> list[str]:
    folded = fold_quotes(letter.text, ())
    sent = datetime.fromtimestamp(letter.at / 1_000, UTC).isoformat() if letter.at else "-"
    quoted = 0 if folded.quoted is None else folded.quoted.count("\n") + 1
    facts = {
        "from": f"{letter.sender_name} <{letter.sender}>" if letter.sender else "-",
        "sender": letter.check,
        "to": ", ".join(letter.recipients),
        "subject": letter.subject,
        "sent": sent,
        "id": letter.message_id or "-",
        "answers": " ".join(dict.fromkeys([*letter.in_reply_to, *letter.references])),
        "languages": ", ".join(letter.languages),
        "automatic": letter.automatic or "no",
        "forward": "yes" if letter.is_forward else "no",
    }
    reports = [
        f"report: {each.action} {each.status} {each.recipient} {each.original or '-'}"
        for each in letter.deliveries
    ]
    files = [
        f"file: {part.name}, {part.media_type}, {len(part.content)} bytes" for part in letter.parts
    ]
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return [*lines, *reports, *files, f"quoted: {quoted} lines", "", folded.words]
