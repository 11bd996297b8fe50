"""`move`: move the tables from the data folder into PostgreSQL, or back."""

import argparse

from chatserver.commands.command import Commands, Failed, need_database
from chatserver.settings import Settings
from chatserver.store.folder.interrupted_move import read_note
from chatserver.store.folder.lock import sole_server
from chatserver.store.inspection import check_store
from chatserver.store.open import need_driver


def declare(commands: Commands) -> None:
    """Declare the command."""
    text = "move all tables into an empty database of PostgreSQL, or back; while no server runs"
    moving = commands.add("move", _move, text)
    target = moving.add_mutually_exclusive_group(required=True)
    target.add_argument("--to", metavar="DSN", help="connection string of the empty database")
    target.add_argument(
        "--to-folder",
        action="store_true",
        help="from the database named by CHATSERVER_DATABASE into the data folder",
    )


def _move(options: argparse.Namespace, settings: Settings) -> int:
    is_back = bool(options.to_folder)
    if is_back and settings.database is None:
        raise Failed("name the database to move from by CHATSERVER_DATABASE")
    if not is_back and settings.database is not None:
        raise Failed("the log is in PostgreSQL already (CHATSERVER_DATABASE); unset it to move")
    if not is_back and read_note(settings.data) is None:
        need_database(settings)
    need_driver()
    # Imported late: no other command needs the driver of PostgreSQL.
    from chatserver.store.postgres.moving import move_to_folder, move_to_postgres

    try:
        with sole_server(settings.data):
            if is_back:
                moved = move_to_folder(str(settings.database), settings.data)
            else:
                moved = move_to_postgres(settings.data, options.to)
    except BlockingIOError:
        raise Failed("stop the server first: it uses the data folder") from None
    for table, rows in moved.items():
        print(f"{table:20}{rows:>12,}")
    finding = check_store(settings.data, None if is_back else options.to)
    for fault in finding.faults:
        print(fault)
    verdict = "all well" if not finding.faults else f"{len(finding.faults)} faults"
    print(f"checked: {finding.conversations} conversations, {finding.events} events: {verdict}")
    if not finding.faults and not is_back:
        print("set CHATSERVER_DATABASE for the server and its commands from now on")
    return 1 if finding.faults else 0
