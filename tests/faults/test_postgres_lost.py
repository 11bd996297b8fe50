"""A server whose tables are in PostgreSQL, as an operator runs it: killed, cut off, by commands."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.program import Program, program, run
from tests.wire.client import Client, Frame, customer, opened, session

TERMINATE = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
MESSAGES = 40


@pytest.fixture
async def server(tmp_path: Path, empty_postgres: str) -> AsyncIterator[Program]:
    async with program(tmp_path / "data", database=empty_postgres, rate=0) as started:
        yield started


async def say(ann: Client, conversation: str, number: int) -> bool:
    """Send a numbered message; return True if it was acknowledged."""
    text = f"message {number}"
    return bool((await ann.ask("send", conversation=conversation, text=text))["type"] == "ok")


async def said(ann: Client, conversation: str) -> list[str]:
    history: Frame = await ann.ok("history", conversation=conversation)
    return [event["text"] for event in history["events"] if event["kind"] == "message"]


async def test_what_was_acknowledged_survives_a_kill_once_and_in_order(server: Program) -> None:
    async with customer(server) as ann:
        token = ann.welcome["token"]
        conversation = await opened(ann, text="message 0")
        for number in range(1, MESSAGES):
            await ann.ok("send", conversation=conversation, text=f"message {number}")
        await server.kill()
    await server.start()
    async with customer(server, token=token) as ann:
        assert await said(ann, conversation) == [f"message {number}" for number in range(MESSAGES)]


async def test_a_server_whose_sessions_were_ended_goes_on(
    server: Program, empty_postgres: str
) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="message 0")
        with psycopg.connect(empty_postgres) as database:
            database.execute(TERMINATE)
        acknowledged = ["message 0"]
        for number in range(1, MESSAGES):
            if await say(ann, conversation, number):
                acknowledged.append(f"message {number}")
        # The one that was on its way may have been stored or not; it was not acknowledged.
        assert len(acknowledged) >= MESSAGES - 1
        stored = await said(ann, conversation)
        assert [text for text in stored if text in acknowledged] == acknowledged


def readiness(server: Program) -> int:
    """Return the status of /readyz."""
    try:
        with urllib.request.urlopen(f"{server.url}/readyz") as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


async def test_a_database_that_is_away_is_told_and_waited_for(
    server: Program, empty_postgres: str
) -> None:
    elsewhere = empty_postgres.replace("dbname=", "dbname=postgres application_name=")
    name = empty_postgres.rpartition("dbname=")[2]
    async with customer(server) as ann:
        conversation = await opened(ann, text="message 0")
        with psycopg.connect(elsewhere, autocommit=True) as other:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
            try:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                    "WHERE datname = %s",
                    (name,),
                )
                error = await ann.refused("send", conversation=conversation, text="lost?")
                assert error["code"] == "unavailable"
                assert await asyncio.to_thread(readiness, server) == 503
            finally:
                other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
        while await asyncio.to_thread(readiness, server) != 200:
            # The server tries once a second by itself.
            continue
        await ann.ok("send", conversation=conversation, text="message 1")
        assert await said(ann, conversation) == ["message 0", "message 1"]


async def test_commands_work_on_the_database(
    server: Program, tmp_path: Path, empty_postgres: str
) -> None:
    place: dict[str, object] = {"data": server.data, "database": empty_postgres}
    code, token, _ = await run("technician", "add", "bob", "--print-token", **place)
    assert code == 0
    async with (
        session(server, role="technician", token=token.strip()) as bob,
        customer(server) as ann,
    ):
        await bob.ok("status", status="online")
        conversation = await opened(ann, text="My modem is dead")
        await ann.event("assigned", conversation)
        assert "1 (1 open, 0 waiting)" in (await run("status", **place))[1]
        assert (await run("check", **place))[:2][0] == 0
        await ann.ok("close", conversation=conversation)
        assert "My modem is dead" in (await run("transcript", conversation, **place))[1]
        code, receipt, _ = await run("erase", conversation, **place)
        assert (code, await ann.close_code()) == (0, 4501)
        assert "erased" in receipt
    assert (await run("check", **place))[0] == 0
    for command, instead in {"backup": "pg_dump", "restore": "pg_restore"}.items():
        code, _, err = await run(command, tmp_path / "copy.tar", **place)
        assert code == 1
        assert instead in err


async def test_a_second_server_on_the_database_is_refused(
    server: Program, tmp_path: Path, empty_postgres: str
) -> None:
    other: dict[str, object] = {"data": tmp_path / "other", "port": 0}
    code, _, err = await run("serve", database=empty_postgres, **other)
    assert (code, err) == (1, "chatserver: another server uses the database\n")


@pytest.mark.parametrize(
    ("database", "words"),
    [
        ("nonsense", "no connection string"),
        ("postgresql://chat@127.0.0.1:1/chat", "PostgreSQL cannot be reached"),
    ],
)
async def test_a_database_that_is_none_is_named(database: str, words: str, tmp_path: Path) -> None:
    code, _, err = await run("serve", database=database, data=tmp_path / "data", port=0)
    assert code == 1
    assert err.startswith("chatserver: ")
    assert words in err
    assert len(err.splitlines()) == 1


def has_driver(server: Program) -> bool:
    """Return True if the process has loaded the libraries of psycopg."""
    assert server.process is not None
    return "psycopg" in Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")


@pytest.mark.sqlite("starts a server without the setting")
async def test_a_server_without_a_database_setting_loads_no_driver(
    server: Program, tmp_path: Path
) -> None:
    assert has_driver(server)
    async with program(tmp_path / "folder") as other, customer(other) as ann:
        await opened(ann, text="My modem is dead")
        assert not has_driver(other)
