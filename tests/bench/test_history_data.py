"""The generated history on which searching and opening are measured."""

from pathlib import Path

from chatserver.auth.tokens import digest
from chatserver.core.conversation.events import Message
from chatserver.core.log import LogPage
from chatserver.store.open import open_store
from tests.bench.history_data import COMMON, MESSAGES, SEARCHER_CONVERSATIONS, write_history


async def test_a_history_has_as_many_messages_as_wished(tmp_path: Path) -> None:
    told: list[int] = []
    years = await write_history(tmp_path, 400, told.append)
    assert sum(told) == 400
    assert len(years.conversations) == 400 / MESSAGES
    async with open_store(tmp_path) as store:
        for name in years.conversations:
            events = await store.log.read_page(name, LogPage(after=0, limit=200), internal=True)
            assert sum(isinstance(event.fact, Message) for event in events) == MESSAGES
        assert await store.conversations.list_open() == []


async def test_the_customer_has_ten_conversations_however_many_others_have(tmp_path: Path) -> None:
    for messages in (200, 400):
        folder = tmp_path / str(messages)
        years = await write_history(folder, messages, lambda more: None)
        async with open_store(folder) as store:
            ann = await store.customers.find_customer_by_token(digest(years.customer))
            assert ann is not None
            assert (
                len(await store.conversations.list_of_customer(ann.id, 100))
                == SEARCHER_CONVERSATIONS
            )
            assert len(await store.conversations.search_as_technician(None, years.rare, 100)) == 1
            assert (
                len(await store.conversations.search_as_customer(ann.id, COMMON, 100))
                == SEARCHER_CONVERSATIONS
            )
