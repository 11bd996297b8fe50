"""A quick look at a store in PostgreSQL."""

from pathlib import Path

from chatserver.store.maintenance.status import StoreStatus, folder_bytes, read_counts
from chatserver.store.postgres.lease import SERVER_LOCK
from chatserver.store.postgres.opening import reading

_HELD = """SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
    AND (CAST(classid AS bigint) << 32) + CAST(objid AS bigint) = ?
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
_SIZE = """SELECT pg_database_size(current_database()),
    (SELECT coalesce(max(at), 0) FROM events)"""


def read_database_status(dsn: str, folder: Path) -> StoreStatus:
    """Read the status of a database and the data folder beside it; raises StoreRefused."""
    with reading(dsn) as database:
        counts = read_counts(database)
        (is_served,) = database.execute(_HELD, (SERVER_LOCK,)).fetchone()
        size, at_ms = database.execute(_SIZE).fetchone()
    return StoreStatus(
        is_served=is_served,
        counts=counts,
        committed_at=at_ms / 1_000,
        size_bytes=size + folder_bytes(folder),
    )
