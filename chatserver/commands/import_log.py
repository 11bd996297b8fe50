"""`import`: put an exported conversation back into the log."""

import argparse
import sys
from pathlib import Path

from chatserver.commands.command import Commands, Failed, run
from chatserver.core.errors import Conflict
from chatserver.services.archive.importing import ConversationImporter
from chatserver.settings import Settings
from chatserver.store.open import open_store, sole_server
from chatserver.store.signing_key import PUBLIC
from chatserver.transcript.proof import ProofResult, verify_proof
from chatserver.transcript.seal import read_public_key


def declare(commands: Commands) -> None:
    """Declare the command."""
    text = "put an exported conversation back into the log, while no server runs"
    taken = commands.add("import", _import, text)
    taken.add_argument("file", type=Path, help="transcript.json, the internal edition")


def _import(options: argparse.Namespace, settings: Settings) -> int:
    async def import_file() -> int:
        content = options.file.read_bytes()
        _check_proof(content, settings)
        async with open_store(settings.data) as store:
            importer = ConversationImporter(store.log, store.conversations)
            try:
                state, is_new = await importer.import_transcript(content)
            except Conflict:
                raise Failed("there is another conversation with this id or reference") from None
        what = "imported" if is_new else "is here already"
        print(f"{state.reference} {what}: {state.seq} entries")
        return 0

    try:
        with sole_server(settings.data):
            return run(import_file())
    except BlockingIOError:
        raise Failed("stop the server first: it uses the data folder") from None


def _check_proof(content: bytes, settings: Settings) -> None:
    """Refuse a changed file; a foreign key is only reported, as the operator may trust it."""
    own = settings.data / PUBLIC
    known = frozenset({read_public_key(own.read_bytes())} if own.exists() else ())
    verdict = verify_proof(content, known)
    if verdict.finding is ProofResult.CHANGED:
        raise Failed(f"it was changed since it was exported: {verdict.where}")
    if verdict.finding is ProofResult.UNKNOWN_KEY:
        print(f"it was signed by another site: {verdict.key}", file=sys.stderr)
