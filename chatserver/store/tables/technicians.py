"""Technicians' accounts in SQLite."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatserver.core.errors import Code, Refused
from chatserver.core.ledger import LedgerKind
from chatserver.core.log import AnsweredRequest
from chatserver.core.people import Rank, Technician, Topic
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import TECHNICIAN, as_json, read_technician
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.answered_requests import store_request
from chatserver.store.tables.ledger import LedgerWriter, enter_in_ledger
from chatserver.store.tables.topics import add_topic


@dataclass(slots=True)
class SqliteTechnicians:
    """Technicians' accounts; what removes one is entered in the ledger."""

    writer: Writer
    readers: ReadPool
    ledger: LedgerWriter

    async def find_technician(self, technician: str) -> Technician | None:
        """Return the technician with this id, dismissed ones too, or None."""
        sql = f"SELECT {TECHNICIAN} FROM technicians t WHERE t.id = ?"
        row = await self.readers.run_short(
            lambda database: database.execute(sql, (technician,)).fetchone()
        )
        return None if row is None else read_technician(row)

    async def list_technicians(self) -> Sequence[Technician]:
        """Return all technicians by name, dismissed ones too."""
        sql = f"SELECT {TECHNICIAN} FROM technicians t ORDER BY t.name, t.id"
        rows = await self.readers.run(lambda database: database.execute(sql).fetchall())
        return [read_technician(row) for row in rows]

    async def change_technician(
        self,
        technician: Technician,
        update: Callable[[Technician], Technician],
        answered: Callable[[Technician], AnsweredRequest] | None = None,
    ) -> Technician:
        """Apply an update to the stored account in one transaction, and return the result."""

        def change(database: Database) -> Technician:
            before = _find(database, "id", technician.id)
            # Applied inside the transaction to the row as it is now, so that a concurrent change
            # by a command of the operator is not lost.
            changed = update(before or technician)
            _save_technician(database, before, changed)
            store_request(database, answered(changed) if answered else None)
            return changed

        changed = await self.writer.do(change)
        await self.ledger.flush()
        return changed

    async def save_account(
        self,
        login: str,
        update: Callable[[Technician | None], Technician],
        topics: frozenset[str] = frozenset(),
        by: str | None = None,
    ) -> tuple[Technician | None, Technician]:
        """Add or change the account with this login in one transaction; return it before and
        after."""

        def save(database: Database) -> tuple[Technician | None, Technician]:
            if by is not None and not _is_administrator(_find(database, "id", by)):
                raise Refused(Code.NOT_ALLOWED)
            before = _find(database, "login", login)
            after = update(before)
            _save_technician(database, before, after)
            known = {topic for (topic,) in database.execute("SELECT id FROM topics")}
            for topic in sorted(topics - known):
                add_topic(database, Topic(topic, topic))
            return before, after

        saved = await self.writer.do(save)
        await self.ledger.flush()
        return saved


def _find(database: Database, column: str, key: str) -> Technician | None:
    row = database.execute(
        f"SELECT {TECHNICIAN} FROM technicians t WHERE t.{column} = ?", (key,)
    ).fetchone()
    return None if row is None else read_technician(row)


def _is_administrator(technician: Technician | None) -> bool:
    return technician is not None and technician.rank is Rank.ADMIN and not technician.gone


def _save_technician(database: Database, before: Technician | None, after: Technician) -> None:
    """Store an account; raises Refused `not_allowed` if it was the last administrator's."""
    _write_technician(database, after)
    if after.gone != (before is not None and before.gone):
        kind = LedgerKind.DISMISSED if after.gone else LedgerKind.HIRED
        enter_in_ledger(database, kind, [after.id])
    if _is_administrator(before) and not _is_administrator(after):
        sql = "SELECT count(*) FROM technicians WHERE rank = ? AND gone = 0"
        (left,) = database.execute(sql, (Rank.ADMIN,)).fetchone()
        if not left:
            raise Refused(Code.NOT_ALLOWED, field="role")


def _write_technician(database: Database, technician: Technician) -> None:
    """Insert or update a technician; the password is not changed."""
    execute(
        database,
        "INSERT INTO technicians (id, login, name, rank, status, capacity, topics, gone, "
        "skills, languages, level) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
        "login = excluded.login, name = excluded.name, rank = excluded.rank, "
        "status = excluded.status, capacity = excluded.capacity, topics = excluded.topics, "
        "gone = excluded.gone, skills = excluded.skills, languages = excluded.languages, "
        "level = excluded.level",
        (
            technician.id,
            technician.login,
            technician.name,
            technician.rank,
            technician.status,
            technician.capacity,
            as_json(sorted(technician.topics)),
            int(technician.gone),
            as_json(sorted(technician.skills)),
            as_json(sorted(technician.languages)),
            technician.level,
        ),
    )
