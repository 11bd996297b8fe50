"""Enumeration: things of others look exactly like things that do not exist."""

import re
from collections.abc import Iterator

import aiohttp

from chatserver.app import RunningServer
from chatserver.protocol.frames import CUSTOMER_TYPES
from tests.wire.client import Frame, customer, hired, opened, session, technician

NOWHERE = "0" * 26
Answer = tuple[int, dict[str, str], bytes]

BODY = {"id": "1", "title": "mine", "text": "mine", "format": "txt", "everywhere": False}
"""A body that is valid for every POST route, so that only the name in the path is wrong."""


def routes(server: RunningServer, part: str) -> Iterator[tuple[str, str]]:
    """Yield the method and path of every route with this part, for which `NAME` then stands."""
    for route in server.routes.routes():
        path = str(route.resource.canonical if route.resource else "")
        if part in path and route.method in ("GET", "POST"):
            for form in ("txt", "json", "zip") if "{format}" in path else [""]:
                filled = path.replace("{format}", form).replace(part, "NAME")
                yield route.method, re.sub(r"\{\w+\}", "0", filled)


async def asked(http: aiohttp.ClientSession, method: str, path: str, token: str | None) -> Answer:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    posted = BODY if method == "POST" else None
    async with http.request(method, path, json=posted, headers=headers) as answer:
        told = {name: value for name, value in answer.headers.items() if name != "Date"}
        return answer.status, told, await answer.read()


async def test_over_http_conversations_of_others_look_like_missing_ones(
    server: RunningServer,
) -> None:
    async with (
        technician(server, "bob") as bob,
        customer(server) as ann,
        customer(server, name="Eve") as eve,
        aiohttp.ClientSession(server.url) as http,
    ):
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        reference = (
            ann.welcome["conversations"]
            or ((await ann.ok("history", conversation=conversation))["events"][0]["reference"])
        )
        # No token, an invalid one, another customer's, that of an uninvolved technician.
        strangers = [None, "made up", eve.welcome["token"], await hired(server, "mallory")]
        found = list(routes(server, "{conversation}"))
        assert len(found) > 15
        for method, path in found:
            for token in strangers:
                theirs, nobodys, spoken = [
                    await asked(http, method, path.replace("NAME", str(name)), token)
                    for name in (conversation, NOWHERE, reference)
                ]
                assert theirs[0] in (401, 403, 404), (method, path)
                # Status, headers and body are compared, so not even a length tells the cases apart.
                assert theirs == nobodys == spoken, (method, path, token)


async def test_files_and_technicians_of_others_look_like_missing_ones(
    server: RunningServer,
) -> None:
    async with (
        technician(server, "bob") as bob,
        customer(server) as ann,
        customer(server, name="Eve") as eve,
        aiohttp.ClientSession(server.url) as http,
    ):
        conversation = await opened(ann)
        await bob.event("assigned")
        own = {"Authorization": f"Bearer {ann.welcome['token']}", "X-File-Name": "a.txt"}
        url = f"/files?conversation={conversation}"
        async with http.post(url, data=b"words", headers=own) as answer:
            file = (await answer.json())["file"]
        known = {"{file}": (file, "0" * 32), "{technician}": (bob.welcome["technician"]["id"], "0")}
        strangers = [None, eve.welcome["token"], await hired(server, "mallory")]
        for part, names in known.items():
            for method, path in routes(server, part):
                for token in strangers:
                    theirs, nobodys = [
                        await asked(http, method, path.replace("NAME", name), token)
                        for name in names
                    ]
                    assert theirs[0] in (401, 403, 404), (method, path)
                    assert theirs == nobodys, (method, path, token)
        for token in strangers[1:]:
            headers = {"Authorization": f"Bearer {token}", "X-File-Name": "a.txt"}
            told = []
            for name in (conversation, NOWHERE):
                upload = f"/files?conversation={name}"
                async with http.post(upload, data=b"words", headers=headers) as answer:
                    told.append((answer.status, await answer.read()))
            assert told[0] == told[1]
            assert told[0][0] == 404


OF_NO_CONVERSATION = {"open", "search", "profile", "ping", "confirm", "mail", "typing", "read"}


def fields(kind: str, conversation: str) -> Frame:
    """Return valid fields for a kind of request, so that only the conversation is wrong."""
    own: dict[str, Frame] = {"send": {"text": "x"}, "rate": {"score": 1}, "history": {"limit": 5}}
    return {"conversation": conversation, **own.get(kind, {})}


async def test_over_a_live_session_conversations_of_others_look_like_missing_ones(
    server: RunningServer,
) -> None:
    kinds = sorted(CUSTOMER_TYPES - OF_NO_CONVERSATION)
    assert len(kinds) > 5
    async with technician(server) as bob, customer(server) as ann, customer(server) as eve:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        for kind in kinds:
            told = []
            for name in (conversation, NOWHERE):
                answer = await eve.refused(kind, **fields(kind, name))
                told.append({key: value for key, value in answer.items() if key != "id"})
            assert told[0] == told[1], kind
            assert told[0]["code"] == "not_found", kind
        for name in (conversation, NOWHERE):
            for signal in ({"type": "typing", "on": True}, {"type": "read", "seq": 1}):
                await eve.send({**signal, "conversation": name})
        assert [frame["type"] for frame in await eve.settle()].count("error") == 0
        hello = {"role": "customer", "token": eve.welcome["token"], "epoch": ann.welcome["epoch"]}
        for name in (conversation, NOWHERE):
            async with session(server, **hello, resume={name: 1}) as again:
                assert name not in str(again.welcome)
                assert await again.settle() == [{"type": "afresh", "conversation": name}]


async def test_ids_cannot_be_counted_up(server: RunningServer) -> None:
    """Two ids of the same millisecond share only the bits of their time."""
    async with customer(server) as ann:
        first, second = [await ann.ok("open", text="x") for _ in range(2)]
    # 48 bits of time, then 80 random bits; a reference has 40 random bits. Of 16 random signs in
    # base 32, eight are equal by chance once in 10^8 pairs.
    assert len(first["conversation"]) == 26
    tails = [list(each["conversation"][10:]) for each in (first, second)]
    assert sum(one == other for one, other in zip(*tails, strict=True)) < 8
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", first["reference"])
    assert first["reference"] != second["reference"]
