"""Resuming a session leaves no gap and repeats nothing, even after a restart."""

import shutil
from pathlib import Path

import pytest

from chatserver.app import RunningServer, running
from chatserver.core.people import Rank
from chatserver.settings_file import load_settings
from chatserver.store.maintenance.backup import backup
from chatserver.store.maintenance.restore import restore
from tests.conftest import StartServer
from tests.wire.client import customer, hired, opened, session, technician

pytestmark = pytest.mark.usefixtures("both_carriers")


async def test_missed_events_come_in_order_before_new_ones(server: RunningServer) -> None:
    async with technician(server) as bob:
        async with customer(server) as ann:
            conversation = await opened(ann)
            await ann.event("assigned")
            welcome = ann.welcome
        for number in range(3):
            await bob.ok("send", conversation=conversation, text=str(number))
        hello = {"token": welcome["token"], "epoch": welcome["epoch"]}
        async with session(server, role="customer", **hello, resume={conversation: 2}) as ann:
            # Sent while the missed events may still be read from the log: the two
            # must not overtake each other.
            await bob.ok("send", conversation=conversation, text="live")
            seen = [await ann.next("event") for _ in range(4)]
            assert [(event["seq"], event["prev"]) for event in seen] == [
                # `prev` chains each event to the one before it, so a
                # client notices a gap by itself.
                (3, 2),
                (4, 3),
                (5, 4),
                (6, 5),
            ]
            # A new event that overtook the missed ones would be sent twice, or be the last here.
            assert not [frame for frame in await ann.settle() if frame["type"] == "event"]


async def test_a_conversation_closed_during_an_absence_is_told_on_resume(
    server: RunningServer,
) -> None:
    async with technician(server) as bob:
        async with customer(server) as ann:
            conversation = await opened(ann)
            await ann.event("assigned")
            welcome = ann.welcome
        await bob.ok("close", conversation=conversation)
        hello = {"token": welcome["token"], "epoch": welcome["epoch"]}
        async with session(server, role="customer", **hello, resume={conversation: 2}) as ann:
            assert (await ann.next("event"))["kind"] == "closed"


async def test_somebody_elses_conversation_cannot_be_resumed(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="secret")
        hello = {"role": "customer", "epoch": ann.welcome["epoch"]}
        async with session(server, **hello, resume={conversation: 0}) as eve:
            assert await eve.settle() == [{"type": "afresh", "conversation": conversation}]
        # It is the same as of a conversation that does not exist.
        async with session(server, **hello, resume={"none": 0}) as eve:
            assert await eve.settle() == [{"type": "afresh", "conversation": "none"}]


async def test_a_customer_of_another_epoch_starts_afresh(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="hello")
        hello = {"token": ann.welcome["token"], "epoch": "another", "resume": {conversation: 2}}
        # Seqs of another epoch count other events: what the client holds is worth nothing.
        async with session(server, role="customer", **hello) as again:
            assert again.welcome["epoch"] == ann.welcome["epoch"]
            assert [(await again.next("event"))["seq"] for _ in range(2)] == [1, 2]


async def test_a_long_conversation_begins_with_its_newest_events(start: StartServer) -> None:
    server = await start(rate=0)
    async with customer(server) as ann:
        conversation = await opened(ann)
        # 206 events, 6 more than the 200 that a new subscription is sent.
        for number in range(205):
            await ann.ok("send", conversation=conversation, text=str(number))
        async with session(server, role="customer", token=ann.welcome["token"]) as again:
            first = await again.next("event")
            assert (first["seq"], first["prev"]) == (7, 6)
            for seq in range(8, 207):
                assert (await again.next("event"))["seq"] == seq


async def test_a_client_that_holds_more_than_there_is_loads_afresh(server: RunningServer) -> None:
    async with technician(server, rank=Rank.SUPERVISOR) as bob, customer(server) as ann:
        conversation = await opened(ann, text="one")
        await bob.event("message", conversation)
        resume = {"epoch": ann.welcome["epoch"], "resume": {conversation: 9}}
        async with session(server, role="customer", token=ann.welcome["token"], **resume) as again:
            assert (await again.next("afresh"))["conversation"] == conversation
            assert not again.kept
            assert [(await again.next("event"))["seq"] for _ in range(3)] == [1, 2, 3]
            await ann.ok("send", conversation=conversation, text="two")
            assert (await again.event("message"))["text"] == "two"


async def test_a_note_at_the_end_is_not_told_by_what_a_customer_may_hold(
    server: RunningServer,
) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="one")
        await bob.event("message", conversation)
        hello = {"role": "customer", "token": ann.welcome["token"], "epoch": ann.welcome["epoch"]}
        # 4 is one beyond the end that a customer sees, and the seq that the note will get.
        resume = {conversation: 4}
        async with session(server, **hello, resume=resume) as before:
            without_note = [await before.receive(lambda _: True) for _ in range(4)]
        await bob.ok("note", conversation=conversation, text="rude")
        async with session(server, **hello, resume=resume) as after:
            assert [await after.receive(lambda _: True) for _ in range(4)] == without_note


async def test_history_and_watch_beyond_the_end_say_so(server: RunningServer) -> None:
    async with technician(server, rank=Rank.SUPERVISOR) as bob, customer(server) as ann:
        conversation = await opened(ann, text="one")
        await bob.event("message", conversation)
        for client in (ann, bob):
            answer = await client.ok("history", conversation=conversation, after=9)
            assert (answer["events"], answer["more"], answer["afresh"]) == ([], False, True)
            reached = await client.ok("history", conversation=conversation, after=3)
            assert (reached["events"], "afresh" in reached) == ([], False)
        async with technician(server, "sue", status="offline", rank=Rank.SUPERVISOR) as sue:
            watched = await sue.ok("watch", conversation=conversation, after=9)
            assert watched["afresh"]
            assert [event["seq"] for event in watched["events"]] == [1, 2, 3]
            await ann.ok("send", conversation=conversation, text="two")
            assert (await sue.event("message"))["seq"] == 4


@pytest.mark.sqlite("puts the file back")
async def test_a_log_that_was_put_back_without_the_command_reaches_its_clients(
    tmp_path: Path,
) -> None:
    """As a machine that is set back to an earlier image: the epoch is the same."""
    settings = load_settings(None, data=tmp_path / "data", port=0)
    database = tmp_path / "data" / "chat.db"
    async with running(settings) as server, customer(server) as ann:
        conversation = await opened(ann, text="one")
        token, epoch = ann.welcome["token"], ann.welcome["epoch"]
    shutil.copy(database, tmp_path / "image.db")
    async with (
        running(settings) as server,
        session(server, role="customer", token=token) as ann,
    ):
        # The client holds more than the log that comes back, which then reuses the numbers.
        for text in ("lost", "lost, too"):
            last = (await ann.ok("send", conversation=conversation, text=text))["seq"]
        lost = await opened(ann, text="another, lost")
    # A WAL that is left would be replayed over the image.
    for name in ("chat.db-wal", "chat.db-shm"):
        database.with_name(name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "image.db", database)
    hello = {"token": token, "epoch": epoch, "resume": {conversation: last, lost: 2}}
    async with (
        running(settings) as server,
        session(server, role="customer", **hello) as ann,
    ):
        assert ann.welcome["epoch"] == epoch
        told = [await ann.next("afresh") for _ in range(2)]
        assert {frame["conversation"] for frame in told} == {conversation, lost}
        assert [(await ann.next("event"))["seq"] for _ in range(2)] == [1, 2]
        await ann.ok("send", conversation=conversation, text="after")
        assert (await ann.event("message"))["text"] == "after"


async def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    settings = load_settings(None, data=tmp_path, port=0)
    async with running(settings) as server:
        # One place, so that the second customer waits, and the queue has to survive, too.
        token = await hired(server, "bob", capacity=1)
        async with session(server, role="technician", token=token) as bob:
            await bob.ok("status", status="online")
            async with customer(server) as ann, customer(server) as eve:
                served = await opened(ann, text="one")
                await bob.event("assigned")
                waits = await opened(eve, text="two")
                once = await ann.ok("send", request="s1", conversation=served, text="more")
                names = ann.welcome["token"], eve.welcome["token"], ann.welcome["epoch"]
    async with running(settings) as server:
        hello = {"token": names[0], "epoch": names[2], "resume": {served: 3}}
        async with session(server, role="customer", **hello) as ann:
            assert (await ann.next("event"))["text"] == "more"
            # The answer was stored with the events, so it is the same after the restart.
            assert await ann.ok("send", request="s1", conversation=served, text="more") == once
            async with session(server, role="technician", token=token) as bob:
                assert bob.welcome["technician"]["status"] == "online"
                assert [each["conversation"] for each in bob.welcome["conversations"]] == [served]
                assert [each["conversation"] for each in bob.welcome["queue"]] == [waits]
                async with session(server, role="customer", token=names[1]) as eve:
                    assert (await eve.next("queue"))["position"] == 1
                    await bob.ok("close", conversation=served)
                    assert (await eve.event("assigned"))["conversation"] == waits


@pytest.mark.sqlite("PostgreSQL is restored by its own tools")
async def test_a_restored_backup_is_another_epoch(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    settings = load_settings(None, data=data, port=0)
    async with running(settings) as server, customer(server) as ann:
        conversation = await opened(ann, text="kept")
        backup(data, copy)
        await ann.ok("send", conversation=conversation, text="after the backup")
        welcome = ann.welcome
    restore(data, copy)
    async with running(settings) as server:
        hello = {"token": welcome["token"], "epoch": welcome["epoch"], "resume": {conversation: 3}}
        async with session(server, role="customer", **hello) as ann:
            assert ann.welcome["epoch"] != welcome["epoch"]
            assert [(await ann.next("event"))["seq"] for _ in range(2)] == [1, 2]
            answer = await ann.ok("send", conversation=conversation, text="new")
            # The number that the lost message had: only the epoch tells the two events apart.
            assert answer["seq"] == 3


async def test_a_stopping_server_says_when_to_come_back(tmp_path: Path) -> None:
    async with running(load_settings(None, data=tmp_path, port=0)) as server:
        token = await hired(server, "bob")
        leaving = session(server, role="technician", token=token)
        bob = await leaving.__aenter__()
    # 1012 (service restart) lets a client come back by itself.
    assert await bob.close_code() == 1012
    (bye,) = [frame for frame in bob.kept if frame["type"] == "bye"]
    assert bye["retry_after"] > 0
    await leaving.__aexit__(None, None, None)
