"""The data folder opened: one writer, a few readers, everything the desk needs of the disk."""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chatserver.store.access_keys import SqliteAccessKeys, SqliteAudit
from chatserver.store.accounts import SqliteAccounts, SqliteCredentials
from chatserver.store.archive import SqliteArchive
from chatserver.store.change_watch import SqliteChangeWatch
from chatserver.store.connection import connect
from chatserver.store.conversations import SqliteConversations
from chatserver.store.customer_archive import SqliteCustomerArchive
from chatserver.store.erasure import SqliteErasures
from chatserver.store.files import SqliteFiles
from chatserver.store.fsync import make_folder
from chatserver.store.importing import SqliteImports
from chatserver.store.issued_files import SqliteIssuedFiles
from chatserver.store.log import SqliteLog, store_appends
from chatserver.store.mail import SqliteAddresses, SqliteMailQueue
from chatserver.store.migrations import epoch, migrate
from chatserver.store.reader import open_readers
from chatserver.store.search import SqliteSearch
from chatserver.store.site import SqliteDayBook, SqliteSite
from chatserver.store.visits_and_drafts import SqliteDrafts, SqliteVisits
from chatserver.store.writer import Writer
from chatserver.tasks import supervised

DATABASE = "chat.db"
LOCK = "server.lock"


@dataclass(frozen=True, slots=True)
class Store:
    """What the desk's ports need, by the names they use."""

    log: SqliteLog
    conversations: SqliteConversations
    people: SqliteAccounts
    credentials: SqliteCredentials
    writer: Writer
    search: SqliteSearch
    visits: SqliteVisits
    drafts: SqliteDrafts
    files: SqliteFiles
    site: SqliteSite
    days: SqliteDayBook
    keys: SqliteAccessKeys
    audit: SqliteAudit
    collection: SqliteCustomerArchive
    addresses: SqliteAddresses
    outbox: SqliteMailQueue
    archive: SqliteArchive
    given_out: SqliteIssuedFiles
    erasures: SqliteErasures
    imports: SqliteImports
    neighbours: SqliteChangeWatch


def _ignore(jobs: int, seconds: float) -> None:
    """Nobody measures commits here."""


@asynccontextmanager
async def open_store(
    folder: Path, committed: Callable[[int, float], None] = _ignore
) -> AsyncIterator[Store]:
    """The store in a folder, made or migrated as needed; on leaving, what waits is committed.

    `committed` is told the jobs and seconds of each commit. Several processes may have the
    folder open; SQLite orders their writes.
    """
    await asyncio.to_thread(make_folder, folder)
    file = folder / DATABASE
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(connect(file))
        await connection.run(lambda database: migrate(database, file))
        readers = await open_readers(file, stack)
        writer = Writer(connection, store_appends, committed)
        log = SqliteLog(writer.append, readers, await connection.run(epoch))
        tasks = await stack.enter_async_context(supervised())
        tasks.create_task(writer.run(), name="store writer")
        tasks.create_task(readers.glances.run(), name="store reader")
        # Pushed last, so called first: the task group then waits for the last commit.
        stack.callback(writer.close)
        stack.callback(readers.glances.close)
        yield Store(
            log,
            SqliteConversations(writer, readers),
            SqliteAccounts(writer, readers),
            SqliteCredentials(writer, readers),
            writer,
            SqliteSearch(readers),
            SqliteVisits(writer, readers),
            SqliteDrafts(writer, readers),
            SqliteFiles(folder, writer, readers),
            SqliteSite(writer, readers),
            SqliteDayBook(readers),
            SqliteAccessKeys(writer, readers),
            SqliteAudit(writer, readers),
            SqliteCustomerArchive(writer, readers, SqliteSearch(readers)),
            SqliteAddresses(writer, readers),
            SqliteMailQueue(writer, readers),
            SqliteArchive(folder, writer, readers),
            SqliteIssuedFiles(writer, readers),
            SqliteErasures(writer, readers),
            SqliteImports(writer),
            SqliteChangeWatch(connection),
        )


@contextmanager
def sole_server(folder: Path) -> Iterator[None]:
    """Be the only server on a folder; raises BlockingIOError when there is one already."""
    make_folder(folder)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
