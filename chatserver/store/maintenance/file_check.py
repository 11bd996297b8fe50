"""Compare the database with the files, the archive and the signing key beside it."""

from collections.abc import Iterator
from pathlib import Path

from chatserver.store.engine.database import Database
from chatserver.store.folder.archive import archive_folder
from chatserver.store.folder.files import content_file
from chatserver.store.folder.signing_key import PRIVATE_KEY_FILE, PUBLIC_KEY_FILE
from chatserver.store.maintenance.backup import named_files
from chatserver.transcript.authenticity.manifest import SUMS
from chatserver.transcript.authenticity.seal import SiteKey, read_public_key

_SEALED = """SELECT id, reference, opened_at FROM conversations WHERE sealed > 0
    AND NOT (erased_at IS NOT NULL AND sealed < seq)
    AND id NOT IN (SELECT conversation FROM erasing) ORDER BY id"""
"""Conversations that have a folder; between an erasure and the next sealing there is none."""


def check_files(database: Database, folder: Path) -> list[str]:
    """Return a fault for each file or sealed folder that is named and not there, and for the key.

    A running server may erase something between the two looks; a fault is what both find.
    """
    faults = [*_missing(database, folder)]
    if faults:
        again = {*_missing(database, folder)}
        faults = [fault for fault in faults if fault in again]
    return [*faults, *_check_key(database, folder)]


def _missing(database: Database, folder: Path) -> Iterator[str]:
    for file, size in named_files(database).items():
        content = content_file(folder, file)
        if not content.exists():
            yield f"file {file}: missing: {content}"
        elif content.stat().st_size != size:
            yield f"file {file}: {content.stat().st_size} bytes instead of {size}: {content}"
    for conversation, reference, opened_at in database.execute(_SEALED).fetchall():
        sealed = archive_folder(folder, reference, opened_at)
        if not (sealed / SUMS).is_file():
            yield f"{conversation}: sealed, but its folder in the archive is missing: {sealed}"


def _check_key(database: Database, folder: Path) -> Iterator[str]:
    private, public = folder / PRIVATE_KEY_FILE, folder / PUBLIC_KEY_FILE
    if not private.exists():
        (sealed,) = database.execute("SELECT max(sealed) > 0 FROM conversations").fetchone()
        if public.exists() or sealed:
            yield f"signing key: {private} is missing; restore it, or a new one will sign from now"
        return
    try:
        key = SiteKey.from_pem(private.read_bytes())
    except ValueError as error:
        yield f"signing key: {private}: {error}"
        return
    try:
        fits = public.exists() and read_public_key(public.read_bytes()) == key.public
    except ValueError:
        fits = False
    if not fits:
        yield f"signing key: {public} is not the public half of {private}"
