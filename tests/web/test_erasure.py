"""A supervisor erases a customer and receives a receipt."""

import base64
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.wire.client import customer, hired, opened, session, technician


async def erase(server: RunningServer, token: str, conversation: str) -> tuple[int, Any]:
    path = f"/conversations/{conversation}/customer/erase"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.request("POST", server.url + path, json={}, headers=headers) as answer:
        return answer.status, await answer.json()


async def get(server: RunningServer, token: str, path: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.request("GET", server.url + path, headers=headers) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_supervisor_erases_everything_of_a_customer_for_a_signed_receipt(
    server: RunningServer,
) -> None:
    sues = await hired(server, "sue", rank=Rank.SUPERVISOR)
    async with technician(server) as bob, customer(server, name="Wunderlich") as ann:
        earlier = await opened(ann, text="A Xylophone")
        await ann.ok("close", conversation=earlier)
        now = await opened(ann, text="A Zeppelin")
        status, answer = await erase(server, sues, now)
        assert status == 200
        assert len(answer["erased"]) == 2
        assert answer["held"] == []
        # An erased customer is disconnected and gets a new identity on return.
        assert await ann.close_code() == 4501
        await bob.event("redacted", now)
    for conversation in (earlier, now):
        path = f"/conversations/{conversation}/transcript.json?edition=internal"
        found = await get(server, sues, path)
        assert not [word for word in (b"Xylophone", b"Zeppelin", b"Wunderlich") if word in found]
    pem = await get(server, sues, "/.well-known/site-key.pub.pem")
    text, _, signature = answer["receipt"].rpartition("signature (Ed25519, of the lines above) ")
    key = load_pem_public_key(pem)
    assert isinstance(key, Ed25519PublicKey)
    key.verify(base64.b64decode(signature), text.encode())


async def test_the_audit_trail_names_the_supervisor_that_erased_a_customer(
    server: RunningServer,
) -> None:
    sues = await hired(server, "sue", rank=Rank.SUPERVISOR)
    async with customer(server) as ann:
        conversation = await opened(ann, text="A Xylophone")
    await erase(server, sues, conversation)
    headers = {"Authorization": f"Bearer {sues}"}
    url = f"{server.url}/conversations/{conversation}/audit"
    async with aiohttp.request("GET", url, headers=headers) as answer:
        (entry,) = (await answer.json())["entries"]
    assert (entry["deed"], entry["who"]["name"]) == ("erased", "Sue")


async def test_only_supervisors_erase_a_customer(server: RunningServer) -> None:
    bobs = await hired(server, "bob")
    async with customer(server) as ann, session(server, role="technician", token=bobs) as bob:
        await bob.ok("status", status="online")
        conversation = await opened(ann, text="A Xylophone")
        await bob.event("assigned")
        assert (await erase(server, bobs, conversation))[0] == 403
        assert (await erase(server, ann.welcome["token"], conversation))[0] == 404
        assert (await ann.ok("history", conversation=conversation))["events"][1]["text"]
