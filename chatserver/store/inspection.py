"""Look at a store without opening it: for commands that change nothing, beside a running server."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.maintenance.check import CheckReport, check_folder
from chatserver.store.maintenance.status import StoreStatus, read_status
from chatserver.store.open import need_driver
from chatserver.store.tables.audit import find_issued_report
from chatserver.transcript.authenticity.verify_folder import VerificationReport

# What is in PostgreSQL is imported late: without a connection string psycopg need not be installed.


def check_store(folder: Path, database: str | None) -> CheckReport:
    """Check the whole log, and the files, archive and signing key in the data folder.

    `database` is the connection string of PostgreSQL, or None. Raises StoreRefused.
    """
    if database is None:
        return check_folder(folder)
    need_driver()
    from chatserver.store.postgres.check import check_database

    return check_database(database, folder)


def status_of_store(folder: Path, database: str | None) -> StoreStatus:
    """Return what is open and stored; raises StoreRefused, sqlite3.Error."""
    if database is None:
        return read_status(folder)
    need_driver()
    from chatserver.store.postgres.status import read_database_status

    return read_database_status(database, folder)


def issued_reports(
    folder: Path, database: str | None, name: str, *, content: bytes
) -> Sequence[VerificationReport]:
    """Return a report if exactly this content was issued from the store; raises StoreRefused."""
    if database is None:
        if not (folder / DATABASE).exists():
            return []
        with closing(open_database(folder / DATABASE, readonly=True)) as tables:
            return find_issued_report(tables, name, content)
    need_driver()
    from chatserver.store.postgres.opening import reading

    with reading(database) as tables:
        return find_issued_report(tables, name, content)
