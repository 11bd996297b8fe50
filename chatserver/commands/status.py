"""`status`: whether a server runs on the data folder, and the numbers of what is in it."""

import argparse
from datetime import UTC, datetime

from chatserver.commands.command import Commands, need_database
from chatserver.i18n.time_zones import use_newest_rules
from chatserver.settings import Settings
from chatserver.store.inspection import status_of_store


def declare(commands: Commands) -> None:
    """Declare the command."""
    commands.add("status", _status, "say if a server runs, and what is open, waiting and stored")


def _status(_: argparse.Namespace, settings: Settings) -> int:
    need_database(settings)
    status = status_of_store(settings.data, settings.database)
    counts = status.counts
    at = datetime.fromtimestamp(status.committed_at, UTC)
    rules = use_newest_rules()
    for name, value in {
        "data folder": str(settings.data),
        "database": "in the data folder" if settings.database is None else "PostgreSQL",
        "server": "running" if status.is_served else "not running",
        "conversations": f"{counts.conversations} ({counts.open} open, {counts.waiting} waiting)",
        # After a kill, technicians stay online in the database until the next start.
        "technicians": f"{counts.technicians}"
        + (f" ({counts.online} set to online)" if status.is_served else ""),
        "last commit": f"{at:%Y-%m-%d %H:%M:%S} UTC" if status.committed_at else "none yet",
        "time zones": f"IANA {rules.version}, from {rules.source}",
        "size": f"{status.size_bytes:,} bytes",
    }.items():
        print(f"{name:16}{value}")
    return 0
