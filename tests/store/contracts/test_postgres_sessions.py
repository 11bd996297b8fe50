"""PostgreSQL's sessions: one server has a database, and a session that is lost is opened anew."""

from pathlib import Path

import psycopg
import pytest

from chatserver.core.errors import Unavailable
from chatserver.core.people import Topic
from chatserver.store.engine.refusals import DatabaseInUse, DatabaseUnreachable
from chatserver.store.open import open_store
from chatserver.store.postgres.connection import translate_sql

TERMINATE = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def test_a_second_server_on_the_same_database_is_refused(
    postgres: str, tmp_path: Path
) -> None:
    async with open_store(tmp_path, is_server=True, database=postgres):
        with pytest.raises(DatabaseInUse):
            async with open_store(tmp_path / "other", is_server=True, database=postgres):
                pass


async def test_a_writing_session_that_was_lost_is_opened_anew(
    postgres: str, tmp_path: Path
) -> None:
    async with open_store(tmp_path, is_server=True, database=postgres) as store:
        with psycopg.connect(postgres) as server:
            server.execute(TERMINATE)
        # What was sent into the lost session may or may not have been stored: this fails.
        with pytest.raises(Unavailable):
            await store.topics.save_topic(Topic("tv", "TV"))
        await store.topics.save_topic(Topic("tv", "TV"))
        assert store.writer.healthy


async def test_a_server_that_cannot_be_reached_is_named_so(tmp_path: Path) -> None:
    nowhere = f"host={tmp_path} dbname=none"
    with pytest.raises(DatabaseUnreachable, match="PostgreSQL cannot be reached"):
        async with open_store(tmp_path, database=nowhere):
            pass


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a = ? AND b = ?", "a = %s AND b = %s"),
        ("a = ?1 OR b = ?12", "a = %(p1)s OR b = %(p12)s"),
        ("a = :name", "a = %(name)s"),
        ("a LIKE 'x%'", "a LIKE 'x%%'"),
        ("instr(a, ?) > 0", "strpos(a, %s) > 0"),
        ("CAST(a AS text) || b::text", "CAST(a AS text) || b::text"),
    ],
)
def test_placeholders_are_translated(ours: str, theirs: str) -> None:
    assert translate_sql(ours) == theirs
