"""Compare the log with the sealed archive."""

from collections.abc import Iterator
from pathlib import Path

from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import EVENT, chain_record, read_event
from chatserver.store.folder.archive import ARCHIVE, archive_folder
from chatserver.transcript.authenticity import chain
from chatserver.transcript.authenticity.manifest import SUMS, Manifest

_ROWS = f"SELECT {EVENT}, salt, leaf FROM events WHERE conversation = ?"


def check_seals(database: Database, folder: Path) -> Iterator[str]:
    """Yield a fault for each conversation in which the log differs from the sealed manifest, and
    for each sealed folder that is not where the log says.

    Changed files in the archive itself are found by `verify`.
    """
    for file in sorted((folder / ARCHIVE).glob(f"[0-9]*/*/*/*/{SUMS}")):
        try:
            manifest = Manifest.parse(file.read_bytes())
        except ValueError:
            continue
        fault = _fault(database, manifest) or _displacement(database, manifest, file.parent, folder)
        if fault is not None:
            yield f"{manifest.conversation}: {fault}"


def _displacement(database: Database, manifest: Manifest, sealed: Path, folder: Path) -> str | None:
    """Return a fault if a sealed folder has another name or place than its conversation's, or is
    older than the one that was written last."""
    row = database.execute(
        "SELECT reference, opened_at, sealed FROM conversations WHERE id = ?",
        (manifest.conversation,),
    ).fetchone()
    if row is None:
        return None
    reference, opened_at, entries = row
    expected = archive_folder(folder, reference, opened_at)
    if sealed != expected:
        return f"its folder in the archive is {sealed} and not {expected}"
    if manifest.entries < entries:
        return f"its folder in the archive has {manifest.entries} entries, {entries} were sealed"
    return None


def _fault(database: Database, manifest: Manifest) -> str | None:
    rows = database.execute(f"{_ROWS} ORDER BY seq", (manifest.conversation,)).fetchall()
    # The log may have grown since (a reopened conversation), but it must begin with what was
    # sealed.
    if len(rows) < manifest.entries:
        return f"the archive has {manifest.entries} entries, the log {len(rows)}"
    try:
        events = [read_event(row[:-2]) for row in rows]
        salted = [chain_record(row[1], *row[-2:]) for row in rows]
        links = [*chain.links(manifest.conversation, chain.leaves(events, salted))]
    except (ValueError, KeyError, TypeError) as error:
        return f"its chain cannot be followed ({error})".splitlines()[0]
    if links[manifest.entries - 1] != manifest.head:
        return "it is not what the archive was sealed over"
    return None
