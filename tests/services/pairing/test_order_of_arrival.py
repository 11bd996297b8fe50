"""The queue follows the order of arrival, whatever the wall clock does."""

from dataclasses import dataclass
from pathlib import Path

from chatserver.bus.memory import MemoryBus
from chatserver.core.conversation.commands import Open
from chatserver.core.log import RequestKey
from chatserver.core.pairing.router import Router
from chatserver.services.conversations import Conversations
from chatserver.store.open import Store, open_store
from tests.playbook import ANN, NOON

DAY = 86_400_000


@dataclass(slots=True)
class Calendar:
    """A wall clock (ms since 1970 UTC) that stands still until the test moves it."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now


def conversations(store: Store, calendar: Calendar) -> Conversations:
    return Conversations(
        log=store.log,
        store=store.conversations,
        bus=MemoryBus(),
        clock=calendar,
        open_limit=0,
        reopen_ms=0,
    )


async def arrive(service: Conversations, count: int) -> list[str]:
    """Open conversations one after the other, and return their ids in that order."""
    arrived = []
    for number in range(count):
        # The smaller the entropy, the earlier an id of the same ms would sort.
        opening = Open(service.new_id(entropy=count - number), f"REF-{service.clock()}-{number}")
        request = RequestKey(f"{service.clock()} {number}")
        answer = await service.open(opening, ANN, request, queue_position=lambda: None)
        arrived.append(str(answer["conversation"]))
    return arrived


def queue_of(service: Conversations) -> list[str]:
    router = Router()
    for record in service.open_records():
        router.update_conversation(record.conversation, 0)
    return [ticket.conversation for ticket in router.queue]


async def test_a_wall_clock_set_back_by_a_day_changes_no_order_even_after_a_restart(
    tmp_path: Path,
) -> None:
    calendar = Calendar()
    async with open_store(tmp_path) as store:
        service = conversations(store, calendar)
        arrived = await arrive(service, 3)
        calendar.now -= DAY
        arrived += await arrive(service, 3)
        assert queue_of(service) == arrived
    async with open_store(tmp_path) as store:
        service = conversations(store, calendar)
        await service.load()
        assert queue_of(service) == arrived
        calendar.now += 1
        arrived += await arrive(service, 1)
        assert queue_of(service) == arrived
    async with open_store(tmp_path) as store:
        service = conversations(store, calendar)
        await service.load()
        assert queue_of(service) == arrived
