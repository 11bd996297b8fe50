"""Every request takes effect once: a repetition is given the first answer, and an id that was used
for something else is refused."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.protocol.frames import FRAMES, SIGNALS
from tests.conftest import StartServer
from tests.mail.letters import letter, post
from tests.mail.office import Office, office
from tests.wire.administrator import decide
from tests.wire.client import Client, customer, opened, technician
from tests.wire.mailbox import ANNS, code_in, confirmed

Fields = Mapping[str, object]
ID = "the same id"
INCOMING: dict[str, object] = {"mail_listen": "127.0.0.1:0", "mail_gather_s": 0}


@dataclass(slots=True)
class Participants:
    """A server with mail, its customer Ann, the technicians Bob and Cat, and the supervisor Sue."""

    server: RunningServer
    there: Office
    ann: Client
    bob: Client
    cat: Client
    sue: Client

    async def opened(self, **fields: object) -> str:
        """Open a conversation of Ann."""
        return await opened(self.ann, **fields)

    async def taken(self, **fields: object) -> str:
        """Open a conversation of Ann that Bob takes."""
        conversation = await self.opened(**fields)
        await self.bob.ok("accept", conversation=conversation)
        return conversation

    async def effects(self) -> dict[str, object]:
        """Everything that a request may have changed."""
        listed = await self.sue.ok("list", status="any", whose="all")
        names = [each["conversation"] for each in listed["conversations"]]
        profile = None
        for name in names[:1]:
            profile = (await self.sue.ok("customer", conversation=name))["customer"]
        staff = await self.server.accounts.technicians.list_technicians()
        return {
            "events": [
                (await self.sue.ok("history", conversation=name))["events"] for name in names
            ],
            "profile": profile,
            "technicians": staff,
        }


@pytest.fixture
async def world(start: StartServer) -> AsyncIterator[Participants]:
    async with (
        office() as there,
        customer(server := await start(**there.settings, **INCOMING)) as ann,
        technician(server, "sue", status="offline", rank=Rank.SUPERVISOR) as sue,
        technician(server, "bob", status="away", capacity=5) as bob,
        technician(server, "cat", status="away", capacity=5) as cat,
    ):
        yield Participants(server=server, there=there, ann=ann, bob=bob, cat=cat, sue=sue)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under an id: its sender, its fields, and those of another request of its kind."""

    by: Client
    fields: Fields
    other: Fields


Scene = Callable[[Participants], Awaitable[Asked]]


async def _open(world: Participants) -> Asked:
    return Asked(world.ann, {"text": "It blinks"}, {"text": "It smokes"})


async def _open_written(world: Participants) -> Asked:
    written = {"text": "It blinks", "written": True}
    return Asked(world.ann, written, {"text": "It smokes", "written": True})


async def _leave(world: Participants) -> Asked:
    first, second = await world.opened(text="one"), await world.opened(text="two")
    return Asked(world.ann, {"conversation": first}, {"conversation": second})


async def _keep(world: Participants) -> Asked:
    conversation = await world.opened(text="one")
    fields = {"conversation": conversation, "email": ANNS}
    return Asked(world.ann, fields, {**fields, "email": "other@example.org"})


async def _send(world: Participants) -> Asked:
    conversation = await world.opened()
    fields = {"conversation": conversation, "text": "one"}
    return Asked(world.ann, fields, {**fields, "text": "two"})


async def _close(world: Participants) -> Asked:
    first, second = await world.opened(text="one"), await world.opened(text="two")
    return Asked(world.ann, {"conversation": first}, {"conversation": second})


async def _rate(world: Participants) -> Asked:
    conversation = await world.taken(text="one")
    await world.ann.ok("close", conversation=conversation)
    fields = {"conversation": conversation, "score": 5}
    return Asked(world.ann, fields, {**fields, "score": 1})


async def _profile(world: Participants) -> Asked:
    await world.opened(text="one")
    return Asked(world.ann, {"name": "Anna"}, {"name": "Annabel"})


async def _confirm_address(world: Participants) -> Asked:
    return Asked(world.ann, {"email": ANNS}, {"email": "other@example.org"})


async def _confirm_code(world: Participants) -> Asked:
    await world.ann.ok("confirm", email=ANNS)
    code = code_in(await world.there.arrived())
    return Asked(world.ann, {"code": code}, {"email": "other@example.org"})


async def _mail(world: Participants) -> Asked:
    conversation = await world.opened(text="one")
    await confirmed(world.ann, world.there)
    fields = {"conversation": conversation, "format": "txt"}
    return Asked(world.ann, fields, {**fields, "format": "html"})


async def _mail_link(world: Participants) -> Asked:
    await confirmed(world.ann, world.there)
    return Asked(world.ann, {}, {"conversation": await world.opened(text="one")})


async def _status(world: Participants) -> Asked:
    return Asked(world.bob, {"status": "online", "capacity": 3}, {"status": "offline"})


async def _accept(world: Participants) -> Asked:
    first, second = await world.opened(text="one"), await world.opened(text="two")
    return Asked(world.bob, {"conversation": first}, {"conversation": second})


async def _decline(world: Participants) -> Asked:
    await decide(world.server, topics={"dsl": {"mode": "offer"}})
    await world.bob.ok("status", status="online")
    first, second = await world.opened(topic="dsl"), await world.opened(topic="dsl")
    for conversation in (first, second):
        await world.bob.receive(
            lambda frame, wanted=conversation: (  # type: ignore[misc]
                frame["type"] == "offer" and frame["until"] and frame["conversation"] == wanted
            )
        )
    return Asked(world.bob, {"conversation": first}, {"conversation": second})


async def _note(world: Participants) -> Asked:
    fields = {"conversation": await world.taken(text="one"), "text": "one"}
    return Asked(world.bob, fields, {**fields, "text": "two"})


async def _transfer(world: Participants) -> Asked:
    fields = {
        "conversation": await world.taken(text="one"),
        "technician": world.cat.welcome["technician"]["id"],
    }
    return Asked(world.bob, fields, {**fields, "note": "two"})


async def _erase(world: Participants) -> Asked:
    first, second = await world.opened(text="one"), await world.opened(text="two")
    return Asked(world.ann, {"conversation": first}, {"conversation": second})


async def _reopen(world: Participants) -> Asked:
    conversation = await world.taken(text="one")
    await world.ann.ok("close", conversation=conversation)
    fields = {"conversation": conversation, "text": "still"}
    return Asked(world.ann, fields, {**fields, "text": "again"})


async def _decided_letters(world: Participants, field: str) -> Asked:
    """Let Bob decide about one of two letters to his case that a stranger wrote."""
    await world.bob.ok("status", status="online")
    await post(world.server.mail_port, letter("It blinks"))
    began = await world.bob.next("event", kind="message", text="It blinks")
    case = began["conversation"]
    await world.bob.ok("send", conversation=case, text="Restart it")
    address = (await world.there.arrived())["Reply-To"]
    await world.bob.event("mailed", case)
    doubted = []
    for words in ("Me too", "And me"):
        await post(world.server.mail_port, letter(words, address, "eve@example.com"))
        doubted.append((await world.bob.event("doubted", case))["seq"])
    one, two = doubted
    return Asked(world.bob, {"conversation": case, field: one}, {"conversation": case, field: two})


async def _decided(world: Participants) -> Asked:
    return await _decided_letters(world, "doubted")


async def _split(world: Participants) -> Asked:
    return await _decided_letters(world, "first")


CHANGING: dict[str, tuple[str, Scene]] = {
    "open": ("open", _open),
    "open, written": ("open", _open_written),
    "leave": ("leave", _leave),
    "keep": ("keep", _keep),
    "send": ("send", _send),
    "close": ("close", _close),
    "rate": ("rate", _rate),
    "erase": ("erase", _erase),
    "profile": ("profile", _profile),
    "confirm, an address": ("confirm", _confirm_address),
    "confirm, by a code": ("confirm", _confirm_code),
    "mail": ("mail", _mail),
    "mail, a link": ("mail", _mail_link),
    "status": ("status", _status),
    "accept": ("accept", _accept),
    "decline": ("decline", _decline),
    "note": ("note", _note),
    "transfer": ("transfer", _transfer),
    "reopen": ("reopen", _reopen),
    "admit": ("admit", _decided),
    "discard": ("discard", _decided),
    "split": ("split", _split),
}
READING = {
    "history",
    "search",
    "ping",
    "watch",
    "unwatch",
    "list",
    "similar",
    "solved",
    "customer",
}
"""Kinds that change nothing: their answers are what is true now, and their ids are free again."""


def test_the_table_has_every_kind_of_request() -> None:
    assert {kind for kind, _ in CHANGING.values()} | READING == set(FRAMES) - set(SIGNALS)


@pytest.mark.parametrize("case", CHANGING)
async def test_a_repeated_request_is_given_its_first_answer_and_has_no_effect(
    world: Participants, case: str
) -> None:
    kind, scene = CHANGING[case]
    asked = await scene(world)
    first = await asked.by.ok(kind, request=ID, **asked.fields)
    before = await world.effects()
    assert await asked.by.ok(kind, request=ID, **asked.fields) == first
    assert await world.effects() == before


@pytest.mark.parametrize("case", CHANGING)
async def test_another_request_under_a_used_id_is_refused_and_has_no_effect(
    world: Participants, case: str
) -> None:
    kind, scene = CHANGING[case]
    asked = await scene(world)
    await asked.by.ok(kind, request=ID, **asked.fields)
    before = await world.effects()
    refusal = await asked.by.refused(kind, request=ID, **asked.other)
    assert (refusal["code"], refusal["field"]) == ("conflict", "id")
    assert await world.effects() == before


@pytest.mark.parametrize("case", CHANGING)
async def test_a_message_under_a_used_id_is_refused_and_can_be_sent_under_another(
    world: Participants, case: str
) -> None:
    kind, scene = CHANGING[case]
    conversation = await world.taken(text="Beside it")
    asked = await scene(world)
    await asked.by.ok(kind, request=ID, **asked.fields)
    message = {"conversation": conversation, "text": "Not to be lost"}
    refusal = await asked.by.refused("send", request=ID, **message)
    assert (refusal["code"], refusal["field"]) == ("conflict", "id")
    await asked.by.ok("send", **message)


async def test_a_repeated_status_does_not_undo_a_later_one(world: Participants) -> None:
    first = await world.bob.ok("status", request=ID, status="online")
    await world.bob.ok("status", status="away")
    assert await world.bob.ok("status", request=ID, status="online") == first
    [bob] = [
        each
        for each in await world.server.accounts.technicians.list_technicians()
        if each.login == "bob"
    ]
    assert bob.status == "away"


async def test_a_repeated_profile_does_not_undo_a_later_one(world: Participants) -> None:
    conversation = await world.opened(text="one")
    await world.ann.ok("profile", request=ID, name="Anna")
    await world.ann.ok("profile", name="Annabel")
    await world.ann.ok("profile", request=ID, name="Anna")
    card = await world.sue.ok("customer", conversation=conversation)
    assert card["customer"]["name"] == "Annabel"


async def test_a_repeated_transfer_is_answered_though_its_colleague_has_left(
    start: StartServer,
) -> None:
    async with (
        customer(server := await start()) as ann,
        technician(server, "bob") as bob,
    ):
        conversation = await opened(ann)
        await bob.event("assigned", conversation)
        async with technician(server, "cat", status="offline") as cat:
            fields = {
                "conversation": conversation,
                "technician": cat.welcome["technician"]["id"],
            }
            first = await bob.ok("transfer", request=ID, **fields)
        assert await bob.ok("transfer", request=ID, **fields) == first


async def test_details_changed_by_two_sessions_of_a_customer_are_all_kept(
    server: RunningServer,
) -> None:
    async with customer(server) as one, technician(server, rank=Rank.SUPERVISOR) as sue:
        conversation = await opened(one)
        async with customer(server, name="Ann", token=one.welcome["token"]) as other:
            await one.ok("profile", email=ANNS)
            await other.ok("profile", name="Anna")
        card = await sue.ok("customer", conversation=conversation)
        assert (card["customer"]["name"], card["customer"]["email"]) == ("Anna", ANNS)


async def test_fields_that_the_server_does_not_know_do_not_make_another_request(
    server: RunningServer,
) -> None:
    async with customer(server) as ann:
        first = await ann.ok("open", request=ID, text="one")
        assert await ann.ok("open", request=ID, text="one", topic=None, attempt=2) == first
