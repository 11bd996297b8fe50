"""Open the data folder: one writer, some readers, and all stores on top of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from chatserver.store.engine.checkpoint import Checkpointer, wal_bytes
from chatserver.store.engine.connection import DATABASE, MOVED_AWAY, connect
from chatserver.store.engine.journal import Journal, checksum_seed
from chatserver.store.engine.migrations import epoch
from chatserver.store.engine.opened import OpenedEngine, StorePurge
from chatserver.store.engine.reader import open_readers
from chatserver.store.engine.refusals import MissingDriver, MovedAway
from chatserver.store.engine.writer import Writer
from chatserver.store.folder.archive import SealedFolders
from chatserver.store.folder.files import UploadFolder
from chatserver.store.folder.former_copies import FolderCopies
from chatserver.store.folder.fsync import fsync_path, make_durable_folder
from chatserver.store.folder.interrupted_move import need_no_interrupted_move
from chatserver.store.folder.ledger_appender import LedgerAppender
from chatserver.store.folder.mail_spool import SpoolFolder
from chatserver.store.folder.receipts import ReceiptFolder
from chatserver.store.maintenance.ledger_sync import sync_ledger
from chatserver.store.maintenance.page_gaps import PageGaps
from chatserver.store.maintenance.purge import Purge
from chatserver.store.tables.access_keys import SqliteAccessKeys
from chatserver.store.tables.audit import SqliteAudit
from chatserver.store.tables.backlog import LogTables
from chatserver.store.tables.conversations import SqliteConversations
from chatserver.store.tables.credentials import SqliteCredentials
from chatserver.store.tables.customer_archive import SqliteCustomerArchive
from chatserver.store.tables.customers import SqliteCustomers
from chatserver.store.tables.drafts import SqliteDrafts
from chatserver.store.tables.erasure import SqliteErasures
from chatserver.store.tables.log import SqliteLog
from chatserver.store.tables.mail import SqliteMail
from chatserver.store.tables.mail_senders import SqliteMailSenders
from chatserver.store.tables.recovery import bring_up_to_date
from chatserver.store.tables.site import SqliteSite
from chatserver.store.tables.statistics import SqliteStatistics
from chatserver.store.tables.technicians import SqliteTechnicians
from chatserver.store.tables.topics import SqliteTopics
from chatserver.tasks import task_group

LEASE_S = 8.0
"""Seconds after which a silent server loses its database in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Store:
    """All stores of a data folder."""

    log: SqliteLog
    conversations: SqliteConversations
    customers: SqliteCustomers
    technicians: SqliteTechnicians
    topics: SqliteTopics
    drafts: SqliteDrafts
    credentials: SqliteCredentials
    files: UploadFolder
    site: SqliteSite
    statistics: SqliteStatistics
    access_keys: SqliteAccessKeys
    audit: SqliteAudit
    customer_archive: SqliteCustomerArchive
    mail: SqliteMail
    mail_senders: SqliteMailSenders
    mail_spool: SpoolFolder
    sealed_folders: SealedFolders
    erasures: SqliteErasures
    ledger: LedgerAppender
    purge: StorePurge
    receipts: ReceiptFolder
    copies: FolderCopies
    writer: Writer
    wal_bytes: Callable[[], int]
    superseded: asyncio.Event


def _ignore(jobs: int, seconds: float) -> None:
    """Discard the measurement of a commit."""


@asynccontextmanager
async def open_store(
    folder: Path,
    committed: Callable[[int, float], None] = _ignore,
    *,
    is_server: bool = False,
    database: str | None = None,
    lease_s: float = LEASE_S,
) -> AsyncIterator[Store]:
    """Open the store of a folder, created or migrated as needed; leaving commits pending writes.

    `committed` gets the number of jobs and the seconds of each commit. Several processes may open
    the same folder; SQLite serializes their writes. One of them, the server, appends messages to
    the journal.

    `database` is the connection string of PostgreSQL: the tables are there, and only the rest in
    the folder. A server that is silent for `lease_s` seconds loses the database to one that stands
    by; `superseded` of the store is set then. Raises StoreRefused.
    """
    await asyncio.to_thread(make_durable_folder, folder)
    async with AsyncExitStack() as stack:
        engine = await _open_engine(
            folder, stack, committed, is_server=is_server, dsn=database, lease_s=lease_s
        )
        writer, readers = engine.writer, engine.readers
        ledger = LedgerAppender(folder, writer, engine.applied)
        tasks = await stack.enter_async_context(task_group())
        tasks.create_task(writer.run(), name="store writer")
        tasks.create_task(readers.batched.run(), name="store reader")
        # An exit stack unwinds in reverse: `close` is pushed last, so it runs first, and the task
        # group then waits for the last commit.
        for work in engine.beside:
            stack.callback(tasks.create_task(work, name="store checkpoints").cancel)
        stack.callback(writer.close)
        stack.callback(readers.batched.close)
        yield Store(
            log=SqliteLog(writer, readers, engine.epoch),
            conversations=SqliteConversations(writer, readers),
            customers=SqliteCustomers(writer, readers.beside),
            technicians=SqliteTechnicians(writer, readers.beside, ledger),
            topics=SqliteTopics(writer, readers.beside),
            drafts=SqliteDrafts(writer, readers.beside),
            credentials=SqliteCredentials(writer, readers.beside, ledger),
            files=UploadFolder(folder, writer, readers),
            site=SqliteSite(writer, readers),
            statistics=SqliteStatistics(readers),
            access_keys=SqliteAccessKeys(writer, readers, ledger),
            audit=SqliteAudit(writer, readers),
            customer_archive=SqliteCustomerArchive(writer, readers),
            mail=SqliteMail(writer, readers),
            mail_senders=SqliteMailSenders(writer, readers),
            mail_spool=SpoolFolder(folder),
            sealed_folders=SealedFolders(folder, writer, readers),
            erasures=SqliteErasures(writer, readers),
            ledger=ledger,
            purge=engine.purge,
            receipts=ReceiptFolder(folder),
            copies=FolderCopies(folder),
            writer=writer,
            wal_bytes=engine.wal_bytes,
            superseded=engine.superseded,
        )


async def _open_engine(
    folder: Path,
    stack: AsyncExitStack,
    committed: Callable[[int, float], None],
    *,
    is_server: bool,
    dsn: str | None,
    lease_s: float,
) -> OpenedEngine:
    if dsn is None:
        return await _open_sqlite(folder, stack, committed, is_server=is_server)
    # Imported late: without a connection string nothing loads psycopg, or needs it to be installed.
    need_driver()
    from chatserver.store.postgres.opening import open_postgres

    return await open_postgres(dsn, folder, stack, committed, is_server=is_server, lease_s=lease_s)


async def stand_by(dsn: str, stop: asyncio.Event) -> None:
    """Return as soon as no server has the database of PostgreSQL, or `stop` is set.

    Raises StoreRefused.
    """
    need_driver()
    from chatserver.store.postgres.opening import wait_until_free

    await wait_until_free(dsn, stop)


def need_driver() -> None:
    """Raise MissingDriver if psycopg is not installed."""
    if find_spec("psycopg") is None:
        raise MissingDriver(
            "CHATSERVER_DATABASE needs the driver of PostgreSQL: pip install 'chatserver[postgres]'"
        )


async def _open_sqlite(
    folder: Path,
    stack: AsyncExitStack,
    committed: Callable[[int, float], None],
    *,
    is_server: bool,
) -> OpenedEngine:
    file = folder / DATABASE
    need_no_interrupted_move(folder)
    if not file.exists() and (folder / MOVED_AWAY).exists():
        raise MovedAway(
            f"the log was moved from {folder} to PostgreSQL; name it by CHATSERVER_DATABASE"
        )
    gaps = PageGaps(file)
    stack.callback(gaps.close)
    connection = await stack.enter_async_context(connect(file))
    copying = await stack.enter_async_context(connect(file))
    await connection.run(lambda database: bring_up_to_date(database, file))
    applied = await connection.run(lambda database: sync_ledger(database, folder))
    name = await connection.run(epoch)
    tables = LogTables(Journal(folder, checksum_seed(name)))
    if is_server:
        await connection.run(tables.open_journal)
        await asyncio.to_thread(fsync_path, folder)
        stack.callback(tables.close_journal)
    writer = Writer(connection, tables, committed)
    readers = await open_readers(file, stack, writer)
    return OpenedEngine(
        writer=writer,
        readers=readers,
        epoch=name,
        applied=applied,
        purge=Purge(writer, gaps),
        beside=(Checkpointer(copying, writer, readers).run(),),
        wal_bytes=partial(wal_bytes, file),
    )
