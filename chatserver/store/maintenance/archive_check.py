"""Compare the log with the sealed archive."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chatserver.store.engine.rows import EVENT, read_event
from chatserver.store.folder.archive import ARCHIVE
from chatserver.transcript import chain
from chatserver.transcript.chain import Salted
from chatserver.transcript.manifest import SUMS, Manifest

_ROWS = f"SELECT {EVENT}, lower(hex(salt)), lower(hex(leaf)) FROM events WHERE conversation = ?"


def check_seals(database: sqlite3.Connection, folder: Path) -> Iterator[str]:
    """Yield a fault for each conversation in which the log differs from the sealed manifest.

    Changed files in the archive itself are found by `verify`.
    """
    for file in sorted((folder / ARCHIVE).glob(f"[0-9]*/*/*/*/{SUMS}")):
        try:
            manifest = Manifest.parse(file.read_bytes())
        except ValueError:
            continue
        fault = _fault(database, manifest)
        if fault is not None:
            yield f"{manifest.conversation}: {fault}"


def _fault(database: sqlite3.Connection, manifest: Manifest) -> str | None:
    rows = database.execute(f"{_ROWS} ORDER BY seq", (manifest.conversation,)).fetchall()
    # The log may have grown since (a reopened conversation), but it must begin with what was
    # sealed.
    if len(rows) < manifest.entries:
        return f"the archive has {manifest.entries} entries, the log {len(rows)}"
    try:
        events = [read_event(row[:-2]) for row in rows]
        salted = [Salted(row[1], row[-2] or None, row[-1] or None) for row in rows]
        links = [*chain.links(manifest.conversation, chain.leaves(events, salted))]
    except (ValueError, KeyError, TypeError) as error:
        return f"its chain cannot be followed ({error})".splitlines()[0]
    if links[manifest.entries - 1] != manifest.head:
        return "it is not what the archive was sealed over"
    return None
