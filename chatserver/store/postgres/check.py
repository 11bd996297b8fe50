"""Check a log in PostgreSQL."""

from pathlib import Path

from chatserver.store.maintenance.check import CheckReport, check_tables
from chatserver.store.postgres.opening import reading


def check_database(dsn: str, folder: Path) -> CheckReport:
    """Check the log, and the files beside it in the data folder; a server may write meanwhile.

    Damaged pages are found by PostgreSQL's own `pg_amcheck`. Raises StoreRefused.
    """
    finding = CheckReport()
    with reading(dsn) as database:
        check_tables(database, folder, finding, {})
    return finding
