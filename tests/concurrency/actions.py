"""The actions that may happen at any moment, and their effect on the model.

Each action is told a random generator from which it takes everything that it chooses. It changes
the model only by what was answered: what is lost on the way is in doubt.
"""

import signal
from random import Random
from typing import TypeVar

from tests.concurrency.erasure_actions import EVERY_ERASURE_ACTION
from tests.concurrency.model import Person, Talk
from tests.concurrency.pairing_actions import PAIRING_ACTIONS
from tests.concurrency.world import Action, World

STEPS_MS = (-3_600_000, -5_000, -1_000, 1_000, 90_000)
"""Steps of the wall clock, as a synchronisation or an administrator makes them."""

TOPICS = (None, None, "offered", "taken")
"""Customers ask about one of these topics, or about none."""

T = TypeVar("T")

CUSTOMERS = 6
"""The most customers that are there at once."""


async def arrive(world: World, chance: Random) -> None:
    """A new customer comes."""
    if len([each for each in world.model.customers if each.online]) >= CUSTOMERS:
        return
    name = world.word()
    person = Person(name, given={name})
    world.model.customers.append(person)
    await world.meet(person, "customer")


async def return_or_leave(world: World, chance: Random) -> None:
    """A customer closes the page, or opens it again."""
    person = _one(chance, [each for each in world.model.customers if each.token])
    if person is None:
        return
    if person.online is not None:
        await person.online.hang_up()
    elif not person.erased:
        await world.meet(person, "customer")


async def work(world: World, chance: Random) -> None:
    """A technician begins to work, or has a session no more."""
    person = chance.choice(world.model.technicians)
    if person.online is None:
        await world.meet(person, "technician")
        assert person.line is not None
        await person.line.ask("status", world.request(), status="online")
    elif chance.random() < 0.3:
        await person.online.hang_up()


async def open_talk(world: World, chance: Random) -> None:
    """A customer asks."""
    person = _one(chance, [each for each in world.model.customers if each.online])
    if person is None or person.online is None:
        return
    said, subject = world.word(), world.word()
    person.given |= {said, subject}
    about = {} if (topic := chance.choice(TOPICS)) is None else {"topic": topic}
    answer = await person.online.ask("open", world.request(), text=said, subject=subject, **about)
    # Without an answer the words count as the person's: whether they were stored is unknown.
    if answer["type"] == "ok":
        talk = Talk(answer["conversation"], person, [said], {said, subject})
        world.model.talks[talk.conversation] = talk


async def say(world: World, chance: Random) -> None:
    """A customer says something in one of their conversations."""
    talk = _one(chance, [each for each in world.open_talks() if each.customer.online])
    if talk is None or talk.customer.online is None:
        return
    said = world.word()
    # Noted before it is sent: a lost answer may still have stored the word,
    # which an erasure must find.
    talk.given.add(said)
    answer = await talk.customer.online.ask(
        "send", world.request(), conversation=talk.conversation, text=said
    )
    if answer["type"] == "ok":
        talk.acknowledged.append(said)


async def answer_one(world: World, chance: Random) -> None:
    """A technician writes into a conversation that they have, or only begins to."""
    person, talk = _served(world, chance)
    if person is None or person.online is None or talk is None:
        return
    said = world.word()
    talk.given.add(said)
    # A draft is no event: only an erasure that also looks beside the log removes its word.
    if chance.random() < 0.4:
        draft = {"type": "draft", "conversation": talk.conversation, "text": said}
        await person.online.send(draft)
        return
    answer = await person.online.ask(
        "send", world.request(), conversation=talk.conversation, text=said
    )
    if answer["type"] == "ok":
        talk.acknowledged.append(said)


async def end(world: World, chance: Random) -> None:
    """A customer closes a conversation."""
    talk = _one(chance, [each for each in world.open_talks() if each.customer.online])
    if talk is None or talk.customer.online is None:
        return
    answer = await talk.customer.online.ask(
        "close", world.request(), conversation=talk.conversation
    )
    # Closed by a crossing action first is an answer, too: the conversation is closed either way.
    talk.closed |= answer["type"] == "ok" or answer["code"] == "closed"


async def reopen(world: World, chance: Random) -> None:
    """A customer continues a closed conversation."""
    talk = _one(chance, [each for each in _standing(world) if each.closed and each.customer.online])
    if talk is None or talk.customer.online is None:
        return
    said = world.word()
    talk.given.add(said)
    # Open first: without an answer it may be open, and then the other actions find out.
    talk.closed = False
    answer = await talk.customer.online.ask(
        "reopen", world.request(), conversation=talk.conversation, text=said
    )
    if answer["type"] == "ok":
        talk.acknowledged.append(said)
    else:
        talk.closed = answer["code"] != "conflict"


async def erase(world: World, chance: Random) -> None:
    """A customer erases a conversation."""
    talk = _one(chance, [each for each in _standing(world) if each.customer.online])
    if talk is None or talk.customer.online is None:
        return
    # Doubtful first: if the kill comes before the answer, the erasure may have happened.
    talk.doubtful = True
    answer = await talk.customer.online.ask(
        "erase", world.request(), conversation=talk.conversation
    )
    talk.doubtful = False
    talk.erased |= answer["type"] == "ok"


async def set_clock(world: World, chance: Random) -> None:
    """Set the wall clock."""
    world.offset.write_text(str(int(world.offset.read_text()) + chance.choice(STEPS_MS)))


async def kill(world: World, chance: Random) -> None:
    """The server is killed, and started again."""
    # A restore stops and starts the server as well; two operators would start it twice.
    async with world.life:
        await world.stop(signal.SIGKILL)
        await world.server.start()


ACTIONS: dict[str, tuple[Action, int]] = {
    action.__name__: (action, weight)
    for action, weight in (
        (arrive, 4),
        (return_or_leave, 3),
        (work, 4),
        (open_talk, 6),
        (say, 8),
        (answer_one, 8),
        (end, 2),
        (erase, 2),
        (reopen, 2),
        (set_clock, 1),
        (kill, 1),
        *EVERY_ERASURE_ACTION,
        *PAIRING_ACTIONS,
    )
}
"""The actions by name, with how often each is chosen beside the others."""


def _one(chance: Random, among: list[T]) -> T | None:
    return chance.choice(among) if among else None


def _standing(world: World) -> list[Talk]:
    return [each for each in world.model.talks.values() if not each.erased]


def _served(world: World, chance: Random) -> tuple[Person | None, Talk | None]:
    """Return a technician with a session, and a conversation that was assigned to them."""
    person = _one(chance, [each for each in world.model.technicians if each.online])
    if person is None or person.online is None:
        return None, None
    # Every event a technician was sent counts, so some of these have been handed over
    # since: refusals cross, too.
    mine = {each["conversation"] for each in person.online.events}
    return person, _one(chance, [each for each in world.open_talks() if each.conversation in mine])
