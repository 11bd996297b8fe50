"""Technicians, customers and the administrator act on the queue."""

from random import Random

from tests.concurrency.model import Person
from tests.concurrency.world import Action, World


async def take_by_hand(world: World, chance: Random) -> None:
    """A technician accepts a conversation, offered to them or not, or declines it."""
    technician, talks = _technician(world, chance), world.open_talks()
    if technician is None or technician.online is None or not talks:
        return
    kind = "decline" if chance.random() < 0.2 else "accept"
    # Any open conversation, also a colleague's: refusals must cross with pairing as well.
    conversation = chance.choice(talks).conversation
    await technician.online.ask(kind, world.request(), conversation=conversation)


async def hand_over(world: World, chance: Random) -> None:
    """A technician hands a conversation over, to a colleague or to a topic."""
    technician, talks = _technician(world, chance), world.open_talks()
    if technician is None or technician.online is None or not talks:
        return
    others = [each for each in world.model.technicians if each.online and each is not technician]
    fields = {"topic": chance.choice(("offered", "taken"))}
    if others and chance.random() < 0.5:
        other = chance.choice(others)
        if other.online is not None and "technician" in other.online.welcome:
            fields = {"technician": str(other.online.welcome["technician"]["id"])}
    conversation = chance.choice(talks).conversation
    await technician.online.ask("transfer", world.request(), conversation=conversation, **fields)


async def change_status(world: World, chance: Random) -> None:
    """A technician goes away or is back, for more customers at once or for fewer."""
    technician = _technician(world, chance)
    if technician is not None and technician.online is not None:
        status = chance.choice(("online", "online", "away"))
        await technician.online.ask(
            "status", world.request(), status=status, capacity=chance.randint(1, 3)
        )


async def keep_the_place(world: World, chance: Random) -> None:
    """A customer keeps the place, and mostly leaves the page."""
    talks = [each for each in world.open_talks() if each.customer.online]
    if not talks:
        return
    talk = chance.choice(talks)
    if talk.customer.online is not None:
        await talk.customer.online.ask("keep", world.request(), conversation=talk.conversation)
    # Asked again: a kill may have ended the session while the request was answered.
    if talk.customer.online is not None and chance.random() < 0.8:
        await talk.customer.online.hang_up()


async def change_rules(world: World, chance: Random) -> None:
    """The administrator sets other rules."""
    topic = {
        "mode": chance.choice(("offer", "offer", "direct", "by_hand")),
        "priority": chance.randint(0, 1),
        "capacity": chance.choice((None, 1)),
    }
    await world.use_rules(
        {
            "topics": {"offered": topic, "taken": {"mode": chance.choice(("by_hand", "direct"))}},
            "previous_hold": chance.choice((0, 500)),
            "again_after": chance.choice((0, 1_000)),
            # 1 s at most everywhere: each hold ends before the watch calls it forgotten, after 4 s.
            "offer_for": 1_000,
            "pause": chance.choice((0, 200)),
            "misses": chance.choice((0, 1)),
            "idle_after": None,
        }
    )


PAIRING_ACTIONS: tuple[tuple[Action, int], ...] = (
    (take_by_hand, 5),
    (hand_over, 4),
    (change_status, 2),
    (keep_the_place, 2),
    (change_rules, 1),
)
"""The actions, with how often each is chosen beside the others."""


def _technician(world: World, chance: Random) -> Person | None:
    at_work = [each for each in world.model.technicians if each.online]
    return chance.choice(at_work) if at_work else None
