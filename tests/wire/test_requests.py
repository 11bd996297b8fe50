"""Requests: each is answered once, with `ok` or a reason, and takes effect once."""

import json
from collections.abc import Sequence
from itertools import product

import pytest

from chatserver.app import RunningServer
from chatserver.core.conversation.events import Event
from chatserver.core.log import LogPage
from chatserver.core.people import Customer, Rank, Technician
from chatserver.services.conversations import Conversations
from tests.conftest import StartServer
from tests.wire.client import customer, opened, session, technician


async def test_opening_says_everything_a_customer_wants_to_know(server: RunningServer) -> None:
    async with customer(server) as ann:
        answer = await ann.ok("open", subject="Modem", product="M200", text="It blinks")
        assert answer["status"] == "waiting"
        assert answer["position"] == 1
        assert answer["seq"] == 2
        assert len(answer["reference"]) == 9
        assert (await ann.event("opened"))["subject"] == "Modem"
        message = await ann.event("message")
        assert (message["text"], message["prev"]) == ("It blinks", 1)


@pytest.mark.usefixtures("both_carriers")
async def test_both_sides_see_each_message_once_and_in_order(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await ann.event("assigned")
        for number in range(5):
            await ann.ok("send", conversation=conversation, text=f"question {number}")
            await bob.ok("send", conversation=conversation, text=f"answer {number}")
        for client in (ann, bob):
            events = [f for f in await client.settle() if f["type"] == "event"]
            texts = [event["text"] for event in events if event["kind"] == "message"]
            said = [(f"question {n}", f"answer {n}") for n in range(5)]
            assert texts == [text for pair in said for text in pair]


async def test_the_same_request_happens_once_and_is_answered_the_same(
    server: RunningServer,
) -> None:
    async with technician(server) as bob, customer(server) as ann:
        first = await ann.ok("open", request="o1", text="It blinks")
        conversation = first["conversation"]
        await bob.event("assigned")
        for client, kind, fields in (
            (ann, "open", {"text": "It blinks"}),
            (ann, "send", {"conversation": conversation, "text": "hello"}),
            (bob, "note", {"conversation": conversation, "text": "hm"}),
            (ann, "close", {"conversation": conversation}),
            (ann, "rate", {"conversation": conversation, "score": 5}),
        ):
            name = "o1" if kind == "open" else kind
            once = await client.ok(kind, request=name, **fields)
            assert await client.ok(kind, request=name, **fields) == once
        history = await bob.ok("history", conversation=conversation)
        kinds = [event["kind"] for event in history["events"]]
        assert kinds == ["opened", "message", "assigned", "message", "note", "closed", "rated"]


@pytest.mark.usefixtures("both_carriers")
async def test_the_same_request_happens_once_over_a_lost_connection(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        once = await ann.ok("send", request="s1", conversation=conversation, text="hello")
        token = ann.welcome["token"]
    async with session(server, role="customer", token=token) as ann:
        again = await ann.ok("send", request="s1", conversation=conversation, text="hello")
        assert again == once


async def test_what_was_refused_may_be_asked_again_under_the_same_id(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        # A refusal stores nothing, so it must not occupy the request id.
        too_long = "x" * 8_001
        await ann.refused("send", request="s1", conversation=conversation, text=too_long)
        await ann.ok("send", request="s1", conversation=conversation, text="shorter")


async def test_requests_on_one_connection_are_answered_in_order(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        for number in range(10):
            await ann.send(
                {
                    "type": "send",
                    "id": f"n{number}",
                    "conversation": conversation,
                    "text": str(number),
                }
            )
        answers = [await ann.receive(lambda frame: "id" in frame) for _ in range(10)]
        assert [answer["id"] for answer in answers] == [f"n{number}" for number in range(10)]
        assert [answer["seq"] for answer in answers] == list(range(2, 12))


WRONG_FRAMES: list[tuple[dict[str, object], str, str | None]] = [
    ({"type": "dance", "id": "1"}, "unknown_type", None),
    ({"id": "1"}, "invalid", "type"),
    ({"type": "send", "conversation": "c", "text": "x"}, "invalid", "id"),
    ({"type": "send", "id": "", "conversation": "c", "text": "x"}, "invalid", "id"),
    ({"type": "send", "id": "x" * 65, "conversation": "c", "text": "x"}, "invalid", "id"),
    ({"type": "send", "id": 7, "conversation": "c", "text": "x"}, "invalid", "id"),
    ({"type": "send", "id": "1", "text": "x"}, "invalid", "conversation"),
    ({"type": "send", "id": "1", "conversation": "c", "text": ""}, "invalid", "text"),
    ({"type": "send", "id": "1", "conversation": "c", "text": ["x"]}, "invalid", "text"),
    ({"type": "send", "id": "1", "conversation": "c"}, "invalid", "text"),
    ({"type": "rate", "id": "1", "conversation": "c", "score": 6}, "invalid", "score"),
    ({"type": "rate", "id": "1", "conversation": "c", "score": "5"}, "invalid", "score"),
    ({"type": "history", "id": "1", "conversation": "c", "limit": 201}, "invalid", "limit"),
    ({"type": "open", "id": "1", "topic": "astrology"}, "invalid", "topic"),
    ({"type": "note", "id": "1", "conversation": "c", "text": "x"}, "not_allowed", None),
    ({"type": "watch", "id": "1", "conversation": "c"}, "not_allowed", None),
    ({"type": "hello", "role": "customer"}, "not_allowed", None),
    ({"type": "send", "id": "1", "conversation": "c", "text": "x"}, "not_found", None),
]
"""Frames, each with the code of its refusal and the field that the refusal names."""


async def test_a_wrong_frame_is_answered_with_what_is_wrong(start: StartServer) -> None:
    async with customer(await start(rate=0)) as ann:
        for frame, code, field in WRONG_FRAMES:
            await ann.send(frame)
            error = await ann.next("error")
            assert (error["code"], error.get("field")) == (code, field), frame
            assert error["retryable"] is False, frame
            assert len(error["message"]) > 10, frame
            well_named = isinstance(frame.get("id"), str) and 1 <= len(str(frame["id"])) <= 64
            assert error.get("id") == (frame["id"] if well_named else None), frame


@pytest.mark.usefixtures("both_carriers")
async def test_three_frames_that_are_no_objects_end_the_session(server: RunningServer) -> None:
    for bad in ("{", "[]", '"hello"', "\ud7ff{", b"\xff", '{"a":"\\ud800"}'):
        async with customer(server) as ann:
            for _ in range(2):
                await ann.send(bad)
                assert (await ann.next("error"))["code"] == "bad_frame", bad
            await ann.send(bad)
            assert await ann.close_code() == 4500, bad


@pytest.mark.usefixtures("both_carriers")
async def test_a_frame_that_is_too_large_ends_the_session(server: RunningServer) -> None:
    async with customer(server) as ann:
        await ann.send("x" * 65_537)
        assert await ann.close_code() == 1009


async def test_a_text_of_8000_characters_is_taken_and_a_longer_one_refused(
    server: RunningServer,
) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        await ann.ok("send", conversation=conversation, text="ü" * 8_000)
        error = await ann.refused("send", conversation=conversation, text="x" * 8_001)
        assert error["code"] == "too_long"
        assert (await ann.refused("open", text="x" * 8_001))["code"] == "too_long"


async def test_a_customer_may_have_three_open_conversations(server: RunningServer) -> None:
    async with customer(server) as ann:
        first = await opened(ann)
        await opened(ann)
        await opened(ann)
        assert (await ann.refused("open"))["code"] == "too_many"
        await ann.ok("close", conversation=first)
        await opened(ann)


async def test_a_full_queue_refuses_kindly(start: StartServer) -> None:
    server = await start(waiting_limit=1)
    async with customer(server) as ann, customer(server) as eve:
        await opened(ann)
        error = await eve.refused("open")
        assert (error["code"], error["retryable"]) == ("queue_full", True)


async def test_requests_over_the_rate_are_refused_with_a_time_to_retry(start: StartServer) -> None:
    server = await start(rate=1, burst=2, refusals_limit=3)
    async with customer(server) as ann:
        answers = [await ann.ask("history", conversation="c") for _ in range(5)]
        assert [answer["code"] for answer in answers] == ["not_found"] * 2 + ["rate_limited"] * 3
        assert 0 < answers[-1]["retry_after"] <= 1_000
        await ann.send({"type": "history", "id": "last", "conversation": "c"})
        assert await ann.close_code() == 4429


async def test_a_strangers_conversation_looks_like_a_missing_one(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve, technician(server) as bob:
        conversation = await opened(ann, text="secret")
        await bob.event("assigned")
        async with technician(server, "cat", status="away") as cat:
            for client in (eve, cat):
                for kind, fields in (
                    ("send", {"text": "x"}),
                    ("close", {}),
                    ("history", {}),
                    ("rate", {"score": 1}),
                    ("note", {"text": "x"}),
                    ("transfer", {"technician": bob.welcome["technician"]["id"]}),
                    ("watch", {}),
                ):
                    there = await client.refused(
                        kind, request="same", conversation=conversation, **fields
                    )
                    nowhere = await client.refused(
                        kind, request="same", conversation="0" * 26, **fields
                    )
                    assert there == nowhere


async def test_history_is_read_in_pages_both_ways(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        for number in range(6):
            await ann.ok("send", conversation=conversation, text=str(number))

        async def page(**fields: int) -> tuple[list[int], bool]:
            answer = await ann.ok("history", conversation=conversation, **fields)
            return [event["seq"] for event in answer["events"]], answer["more"]

        assert await page() == ([1, 2, 3, 4, 5, 6, 7], False)
        assert await page(limit=3) == ([5, 6, 7], True)
        assert await page(before=5, limit=3) == ([2, 3, 4], True)
        assert await page(before=2) == ([1], False)
        assert await page(after=2, limit=3) == ([3, 4, 5], True)
        assert await page(after=7) == ([], False)


async def test_a_long_history_comes_in_parts_that_fit(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        for _ in range(6):
            await ann.ok("send", conversation=conversation, text="x" * 8_000)
        seen: list[int] = []
        more = True
        while more:
            after = seen[-1] if seen else 0
            answer = await ann.ok("history", conversation=conversation, after=after)
            seen += [event["seq"] for event in answer["events"]]
            more = answer["more"]
        # Six texts of 8,000 characters do not fit into one answer, so there were several pages.
        assert seen == list(range(1, 8))


async def test_a_profile_is_kept(server: RunningServer) -> None:
    async with customer(server) as ann:
        answer = await ann.ok("profile", name="Ann B.", email="b@example.org")
        assert answer["customer"]["name"] == "Ann B."
        token = ann.welcome["token"]
    async with session(server, role="customer", token=token) as ann:
        assert ann.welcome["customer"]["email"] == "b@example.org"


async def test_a_rating_reaches_the_technician(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await ann.event("assigned")
        closed = await ann.ok("close", conversation=conversation)
        assert closed["seq"] == 3
        await ann.ok("rate", conversation=conversation, score=4, comment="quick")
        rated = await bob.event("rated")
        assert (rated["score"], rated["comment"]) == (4, "quick")


async def test_notes_reach_no_customer_by_any_path(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="hello")
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="SECRET")
        await bob.ok("send", conversation=conversation, text="answer")
        answer = await ann.event("message", conversation)
        while answer["author"]["role"] == "customer":
            answer = await ann.event("message", conversation)
        # The note has seq 4; `prev` says that no visible event is missing between 3 and 5.
        assert (answer["seq"], answer["prev"]) == (5, 3)
        history = await ann.ok("history", conversation=conversation)
        token = ann.welcome["token"]
        async with session(server, role="customer", token=token) as again:
            everything = [history, again.welcome, *await again.settle(), *await ann.settle()]
        assert "SECRET" not in json.dumps(everything)
        assert "SECRET" in json.dumps(await bob.ok("history", conversation=conversation))


async def test_typing_and_reading_reach_the_other_side_only(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann, customer(server) as eve:
        conversation = await opened(ann)
        await bob.event("assigned")
        await ann.send({"type": "typing", "conversation": conversation, "on": True})
        typing = await bob.next("typing")
        assert (typing["on"], typing["author"]["name"]) == (True, "Ann")
        await bob.send({"type": "read", "conversation": conversation, "seq": 2})
        assert (await ann.next("read"))["seq"] == 2
        # A mark that would go back, and a signal by a stranger: neither may be passed on.
        await bob.send({"type": "read", "conversation": conversation, "seq": 1})
        await eve.send({"type": "typing", "conversation": conversation, "on": True})
        await eve.settle()
        await bob.settle()
        others = [frame["type"] for frame in await ann.settle()]
        assert "read" not in others
        assert "typing" not in others
        token = ann.welcome["token"]
    async with session(server, role="customer", token=token) as ann:
        assert ann.welcome["conversations"][0]["read"] == {"customer": 0, "technician": 2}


async def test_read_marks_do_not_reveal_a_note(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        # A mark on the note would tell the customer by its number that something lies beyond 2.
        await bob.ok("note", conversation=conversation, text="hm")
        await bob.send({"type": "read", "conversation": conversation, "seq": 3})
        assert (await ann.next("read"))["seq"] == 2
        await ann.send({"type": "read", "conversation": conversation, "seq": 99})
        assert (await bob.next("read"))["seq"] == 2


async def test_a_supervisor_reads_along_without_joining(server: RunningServer) -> None:
    async with (
        technician(server) as bob,
        customer(server) as ann,
        technician(server, "sue", rank=Rank.SUPERVISOR, status="away") as sue,
    ):
        conversation = await opened(ann, text="hello")
        await bob.event("assigned")
        watched = await sue.ok("watch", conversation=conversation)
        assert [event["seq"] for event in watched["events"]] == [1, 2, 3]
        await bob.ok("note", conversation=conversation, text="hm")
        assert (await sue.event("note"))["prev"] == 3
        refused = await sue.refused("send", conversation=conversation, text="hello")
        assert refused["code"] == "not_allowed"
        await sue.ok("unwatch", conversation=conversation)
        await bob.ok("send", conversation=conversation, text="quiet")
        assert not [frame for frame in await sue.settle() if frame["type"] == "event"]


async def test_a_note_committed_while_a_watch_reads_the_log_is_not_missed(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        technician(server) as bob,
        customer(server) as ann,
        technician(server, "sue", rank=Rank.SUPERVISOR, status="away") as sue,
    ):
        conversation = await opened(ann, text="hello")
        await bob.event("assigned")
        read = Conversations.read_history

        # The note is committed between the read of the history and the subscription.
        async def read_and_meanwhile(
            self: Conversations, asked: str, page: LogPage, actor: Customer | Technician
        ) -> Sequence[Event]:
            found = await read(self, asked, page, actor)
            await bob.ok("note", conversation=conversation, text="hm")
            return found

        monkeypatch.setattr(Conversations, "read_history", read_and_meanwhile)
        watched = await sue.ok("watch", conversation=conversation)
        assert [event["seq"] for event in watched["events"]] == [1, 2, 3]
        assert (await sue.event("note"))["seq"] == 4


async def test_a_supervisor_who_reads_along_takes_over(server: RunningServer) -> None:
    async with (
        technician(server) as bob,
        technician(server, "sue", rank=Rank.SUPERVISOR, status="away") as sue,
        customer(server) as ann,
    ):
        conversation = await opened(ann, text="hello")
        await bob.event("assigned")
        await sue.ok("watch", conversation=conversation)
        await sue.ok(
            "transfer", conversation=conversation, technician=sue.welcome["technician"]["id"]
        )
        assert (await sue.event("assigned"))["technician"]["name"] == "Sue"
        await sue.ok("unwatch", conversation=conversation)
        await sue.ok("send", conversation=conversation, text="I take care of it")
        assert (await ann.event("message"))["text"] == "hello"
        assert (await ann.event("message"))["text"] == "I take care of it"
        refused = await bob.refused("send", conversation=conversation, text="and I?")
        assert refused["code"] == "not_allowed"


async def test_all_sessions_of_a_customer_see_the_same(server: RunningServer) -> None:
    async with customer(server) as laptop:
        token = laptop.welcome["token"]
        async with session(server, role="customer", token=token) as phone:
            conversation = await opened(laptop, text="hello")
            assert (await phone.event("message"))["text"] == "hello"
            await phone.ok("send", conversation=conversation, text="from the phone")
            await laptop.event("message")
            assert (await laptop.event("message"))["text"] == "from the phone"


async def test_errors_speak_the_customers_language(server: RunningServer) -> None:
    async with customer(server, locale="de-AT") as ann:
        error = await ann.refused("close", conversation="c")
        assert error["message"] == "Diesen Chat gibt es hier nicht."


async def test_everybody_may_ask_whether_anybody_is_there(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server) as bob:
        for client in (ann, bob):
            assert await client.ok("ping", request="p") == {"type": "ok", "id": "p"}


async def test_no_entry_has_a_number_that_programs_cannot_read(server: RunningServer) -> None:
    # From 2^53 on JavaScript rounds integers, and 2^63 does not fit into SQLite's.
    numbers: list[float] = [1 << 53, 1 << 63, (1 << 64) - 1, -1, 1.0]
    async with customer(server) as ann:
        conversation = await opened(ann)
        for seq, name in product(numbers, ("after", "before")):
            refused = await ann.refused("history", conversation=conversation, **{name: seq})
            assert (refused["code"], refused["field"]) == ("invalid", name), seq
