"""Resuming a session leaves no gap and repeats nothing, even after a restart."""

from pathlib import Path

import pytest

from chatserver.app import RunningServer, running
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
            await bob.ok("send", conversation=conversation, text="live")
            seen = [await ann.next("event") for _ in range(4)]
            assert [(event["seq"], event["prev"]) for event in seen] == [
                (3, 2),
                (4, 3),
                (5, 4),
                (6, 5),
            ]
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
        hello = {"role": "customer", "epoch": ann.welcome["epoch"], "resume": {conversation: 0}}
        async with session(server, **hello) as eve:
            assert await eve.settle() == []


async def test_a_customer_of_another_epoch_starts_afresh(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="hello")
        hello = {"token": ann.welcome["token"], "epoch": "another", "resume": {conversation: 2}}
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


async def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    settings = load_settings(None, data=tmp_path, port=0)
    async with running(settings) as server:
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
            assert answer["seq"] == 3


async def test_a_stopping_server_says_when_to_come_back(tmp_path: Path) -> None:
    async with running(load_settings(None, data=tmp_path, port=0)) as server:
        token = await hired(server, "bob")
        leaving = session(server, role="technician", token=token)
        bob = await leaving.__aenter__()
    assert await bob.close_code() == 1012
    (bye,) = [frame for frame in bob.kept if frame["type"] == "bye"]
    assert bye["retry_after"] > 0
    await leaving.__aexit__(None, None, None)
