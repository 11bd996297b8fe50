"""Changes by commands take effect at once in the server that runs beside them."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.program import Program, program, run
from tests.wire.client import customer, opened, session

OFFERED = {"topics": {"dsl": {"mode": "offer"}}}
BY_HAND = {"topics": {"dsl": {"mode": "by_hand"}}}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Program]:
    async with program(tmp_path / "data") as started:
        yield started


async def add(data: Path, *terms: str) -> str:
    """Add or change a technician by the command, and return an API token."""
    named = ("technician", "add", "bob", "--data", data)
    code, token, err = await run(*named, "--print-token", *terms)
    assert code == 0, err
    return token.strip()


async def decide(data: Path, rules: Mapping[str, object]) -> None:
    file = data.with_name("rules.json")
    file.write_text(json.dumps(rules))
    code, _, err = await run("pairing", "--set", file, "--data", data)
    assert code == 0, err


async def test_pairing_rules_take_effect_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token = await add(data, "--topic", "dsl")
    await decide(data, BY_HAND)
    async with (
        program(data) as server,
        session(server, role="technician", token=token) as bob,
        customer(server) as ann,
    ):
        await bob.ok("status", status="online")
        conversation = await opened(ann, topic="dsl")
        assert (await ann.next("queue"))["position"] == 1
        await decide(data, OFFERED)
        assert (await bob.next("offer"))["conversation"] == conversation


async def test_new_terms_of_a_technician_take_effect_at_once(server: Program) -> None:
    token = await add(server.data, "--capacity", "1")
    async with (
        session(server, role="technician", token=token) as bob,
        customer(server) as ann,
        customer(server) as eve,
    ):
        await bob.ok("status", status="online")
        await ann.event("assigned", await opened(ann))
        conversation = await opened(eve)
        assert (await eve.next("queue"))["position"] == 1
        await add(server.data, "--capacity", "2", "--topic", "dsl")
        assert {"id": "dsl", "name": "dsl"} in (await bob.next("site"))["topics"]
        await eve.event("assigned", conversation)


async def test_an_erasure_disconnects_the_customer(server: Program) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="hello")
        await ann.ok("close", conversation=conversation)
        code, _, err = await run("erase", conversation, "--data", server.data)
        assert code == 0, err
        assert await ann.close_code() == 4501
