"""`import`: put an exported conversation back into the log."""

import argparse
import sys
from pathlib import Path

import orjson

from chatserver.commands.command import Commands, Failed, run
from chatserver.core.errors import Conflict, Refused
from chatserver.services.transcripts.importing import ConversationImporter
from chatserver.settings import Settings
from chatserver.store.folder.lock import sole_server
from chatserver.store.folder.signing_key import PUBLIC_KEY_FILE
from chatserver.store.open import open_store
from chatserver.transcript.authenticity.proof import ProofResult, verify_proof
from chatserver.transcript.authenticity.seal import read_public_key


def declare(commands: Commands) -> None:
    """Declare the command."""
    text = "put an exported conversation back into the log, while no server runs"
    taken = commands.add("import", _import, text)
    taken.add_argument("file", type=Path, help="transcript.json, the internal edition")


def _import(options: argparse.Namespace, settings: Settings) -> int:
    async def import_file() -> int:
        content = options.file.read_bytes()
        _check_shape(options.file, content)
        _check_proof(options.file, content, settings)
        async with open_store(settings.data, database=settings.database) as store:
            importer = ConversationImporter(store.log, store.conversations)
            try:
                state, is_new = await importer.import_transcript(content)
            except ValueError as error:
                # Without the name of the error in brackets.
                raise Failed(f"{options.file}: {str(error).partition(' (')[0]}") from None
            except Conflict:
                raise Failed("there is another conversation with this id or reference") from None
            except Refused:
                raise Failed("this conversation or its customer was erased here") from None
        what = "imported" if is_new else "is here already"
        print(f"{state.reference} {what}: {state.seq} entries")
        return 0

    try:
        with sole_server(settings.data):
            return run(import_file())
    except BlockingIOError:
        raise Failed("stop the server first: it uses the data folder") from None


def _check_shape(file: Path, content: bytes) -> None:
    """Raise Failed for a file that is no transcript in JSON at all."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Failed(f"{file}:{error.lineno}, column {error.colno}: this is not JSON") from None
    if not isinstance(document, dict) or not {"conversation", "events"} <= document.keys():
        raise Failed(
            f"{file} is no transcript; `transcript REFERENCE --internal --format json` makes one"
        )


def _check_proof(file: Path, content: bytes, settings: Settings) -> None:
    """Refuse a changed file; a foreign key is only reported, as the operator may trust it."""
    own = settings.data / PUBLIC_KEY_FILE
    known = frozenset({read_public_key(own.read_bytes())} if own.exists() else ())
    verdict = verify_proof(content, known)
    if verdict.finding is ProofResult.CHANGED:
        where = (verdict.where or "").partition(" (")[0]
        raise Failed(f"{file} was changed since it was exported: {where}")
    if verdict.finding is ProofResult.UNKNOWN_KEY:
        print(f"it was signed by another site: {verdict.key}", file=sys.stderr)
