"""`transcript`: one conversation in one of the formats, to standard output."""

import argparse
import sys

from chatserver.commands.command import Commands, Failed, need_database, run
from chatserver.composition.archive import build_transcripts
from chatserver.core.errors import Refused
from chatserver.i18n.languages import FALLBACK, languages
from chatserver.settings import Settings
from chatserver.store.open import open_store
from chatserver.transcript.formats import FORMATS
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone


def declare(commands: Commands) -> None:
    """Declare the command."""
    transcript = commands.add("transcript", _transcript, "write a transcript to standard output")
    transcript.add_argument("conversation", help="id or reference")
    transcript.add_argument("--internal", action="store_true", help="with technicians' notes")
    transcript.add_argument("--format", choices=sorted(FORMATS), default="txt")
    transcript.add_argument(
        "--timezone", default="UTC", metavar="ZONE", help="zone of the times (default: UTC)"
    )
    transcript.add_argument(
        "--language", choices=languages(), default=FALLBACK, help=f"(default: {FALLBACK})"
    )


def _transcript(options: argparse.Namespace, settings: Settings) -> int:
    try:
        zone = reader_zone(options.timezone)
    except Refused:
        raise Failed(
            f"--timezone {options.timezone}: expected the IANA name of a time zone, such as "
            "Europe/Berlin"
        ) from None

    async def write() -> int:
        need_database(settings)
        async with open_store(settings.data, database=settings.database) as store:
            transcripts = build_transcripts(store, settings)
            document = await transcripts.fetch(
                options.conversation, None, internal=options.internal
            )
        render = FORMATS[options.format].render
        reader = ReaderLocale(zone, options.language)
        # Bytes, not text: a PDF is binary, and the terminal's encoding must not change the others.
        sys.stdout.buffer.write(render.run_inline(document, reader))
        return 0

    return run(write())
