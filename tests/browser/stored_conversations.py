"""Closed conversations, written straight into the log: playing them would take too long."""

import secrets
import time
from asyncio import gather
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.commands import Actor, Command
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.ids import identifier, reference
from chatserver.core.log import Append
from chatserver.core.people import Customer, Technician
from chatserver.store.open import Store, open_store

Said = Sequence[tuple[str, str]]
"""Pairs of a customer's question and the technician's answer."""


async def store_conversations(folder: Path, technician: Technician, said: Said) -> list[str]:
    """Store closed conversations, one for each pair; return their ids, the oldest first."""
    began = time.time_ns() // 1_000_000 - len(said)
    async with open_store(folder) as store:
        return list(
            await gather(
                *(
                    _one(store, technician, question, answer, began + number)
                    for number, (question, answer) in enumerate(said)
                )
            )
        )


async def _one(store: Store, technician: Technician, question: str, answer: str, at: int) -> str:
    customer = Customer(f"customer-{at}", f"Customer {at % 100_000}")
    await store.customers.save_customer(customer, None)
    conversation = identifier(at, secrets.randbits(80))
    opening = ask.Open(conversation, reference(secrets.randbits(40)), text=question)
    steps: list[tuple[Actor, Command]] = [
        (customer, opening),
        (None, ask.Assign(technician.person)),
        (technician, ask.Send(text=answer)),
        (technician, ask.Close()),
    ]
    events: tuple[Event, ...] = ()
    for actor, command in steps:
        events += decide(_state(events), command, actor, at)
    state = _state(events)
    assert state is not None
    await store.log.append(Append(events, state), lambda: None)
    return conversation


def _state(events: Sequence[Event]) -> Conversation | None:
    return reduce(_next, events, None)


def _next(state: Conversation | None, event: Event) -> Conversation:
    return evolve(state, event)
