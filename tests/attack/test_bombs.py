"""Bombs: input that is small on the wire and large in memory, or slow to parse."""

import gzip
import json

import aiohttp
from websockets.asyncio.client import connect

from chatserver.app import RunningServer
from tests.wire.client import customer, live_url, opened, technician

MEBIBYTE = 1_048_576


async def test_compressed_bodies_are_refused(server: RunningServer) -> None:
    # 64 MiB of zeros compress to some 64 KiB.
    bomb = gzip.compress(bytes(64 * MEBIBYTE))
    async with aiohttp.ClientSession(server.url) as http:
        for path in ("/login", "/verify", "/files", "/live/frames"):
            for packing in ("gzip", "deflate", "br", "gzip, identity"):
                headers = {
                    "Content-Encoding": packing,
                    "Content-Type": "application/json",
                    "X-File-Name": "a.json",
                    "X-Session": "0" * 32,
                }
                async with http.post(path, data=bomb, headers=headers) as answer:
                    assert answer.status in (415, 413), (path, packing)


async def test_compression_of_frames_is_not_negotiated(server: RunningServer) -> None:
    # A single deflated frame of 64 KiB could expand to 64 MiB, so the extension is not offered.
    async with connect(live_url(server), compression="deflate") as connection:
        assert connection.response is not None
        assert "Sec-WebSocket-Extensions" not in connection.response.headers


HARD_TO_READ = {
    # A recursive parser overflows its stack; frames may have 65,536 bytes,
    # so these nearly fill one.
    "arrays": "[" * 60_000,
    "arrays inside": '{"type":"open","id":' + "[" * 50_000,
    "objects": '{"a":' * 12_000,
    # 1e999999999 is infinity as a float, and a gigabyte of digits as an exact number.
    "an exponent": '{"type":"open","id":"1","text":1e999999999}',
    # Python converts a decimal text to an integer in quadratic time.
    "digits": '{"type":"history","id":"1","conversation":"x","limit":' + "9" * 60_000 + "}",
    # A lone surrogate is legal in JSON and no text in UTF-8: encoding it would
    # raise later, in the store.
    "half a sign": '{"type":"open","id":"1","text":"\\ud800"}',
    "no sign": '{"type":"open","id":"1","text":"\\u0000","subject":"' + "\\u0000" * 9_000 + '"}',
}


async def test_a_frame_that_is_hard_to_read_is_refused_and_the_next_is_not(
    server: RunningServer,
) -> None:
    for name, frame in HARD_TO_READ.items():
        async with customer(server) as ann:
            await ann.send(frame)
            refused = await ann.next("error")
            assert refused["code"] in ("bad_frame", "invalid", "too_long"), name
            # The session goes on: a parser that is left in the middle would
            # refuse the next frame, too.
            assert (await ann.ask("ping"))["type"] == "ok", name


UNICODE = {
    # One character, which compatibility normalization expands to 18.
    "eighteenfold when normalized": "\ufdfa" * 8_000,
    "marks upon marks": "a" + "\u0301\u0489" * 3_000,
    "other directions": "\u202e\u2066\u2067\u2068" * 2_000,
    "joined": "\U0001f468\u200d" * 3_000,
    "blanks": "x" + "\u3000" * 7_998 + "x",
    "tags": "\U000e0041" * 4_000,
}


async def test_characters_that_grow_when_normalized_are_handled_like_others(
    server: RunningServer,
) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        for text in UNICODE.values():
            await ann.ok("send", conversation=conversation, text=text)
            assert (await bob.next("event", text=text))["seq"]
        await ann.ok("close", conversation=conversation)
        for text in UNICODE.values():
            await ann.ok("search", text=text[:200])
        await bob.ok("similar", conversation=conversation)
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        async with aiohttp.ClientSession(server.url, headers=headers) as http:
            url = f"/conversations/{conversation}/transcript"
            for form in ("md", "txt", "html"):
                async with http.get(f"{url}.{form}") as answer:
                    assert answer.status == 200
                    # The texts have some 100 KiB together, so that a tenfold growth would be seen.
                    assert len(await answer.read()) < MEBIBYTE
            async with http.get(f"{url}.json") as answer:
                said = [event.get("text") for event in json.loads(await answer.read())["events"]]
                assert set(UNICODE.values()) <= set(said)
