"""Access to transcripts, and their completeness."""

from collections.abc import AsyncIterator, Sequence
from itertools import repeat
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, Actor, AddNote, Send
from chatserver.core.conversation.events import Event
from chatserver.core.errors import Code, Refused
from chatserver.core.log import Append, LogPage
from chatserver.services.transcripts.transcripts import PAGE_EVENTS, Transcripts
from chatserver.store.open import Store, open_store
from chatserver.store.tables.log import SqliteLog
from chatserver.transcript.authenticity.seal import SiteKey
from tests.playbook import ANN, BOB, CAT, EVE, NOON, OPENING, SUE, Play


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


async def transcripts(store: Store, play: Play) -> Transcripts:
    """A store in which one conversation was played, and its transcripts."""
    state = play.state
    assert state is not None
    await store.log.append(Append(tuple(play.events), state), lambda: None)
    return Transcripts(
        store=store.conversations,
        log=store.log,
        topics=store.topics,
        files=store.files,
        key=SiteKey.generate(),
        clock=lambda: NOON,
    )


def noted() -> Play:
    return Play().given((ANN, OPENING), (BOB, Accept()), (BOB, AddNote(text="SECRET")))


@pytest.mark.parametrize("actor", [ANN, BOB, SUE, None])
async def test_participants_and_supervisors_may_read(store: Store, actor: Actor) -> None:
    kept = await transcripts(store, noted())
    found = await kept.fetch("c1", actor)
    assert [event.seq for event in found.events] == [1, 2, 3]


@pytest.mark.parametrize("actor", [EVE, CAT])
async def test_for_all_others_it_does_not_exist(store: Store, actor: Actor) -> None:
    kept = await transcripts(store, noted())
    for name in ("c1", "c2", "K7F3-9QMX"):
        with pytest.raises(Refused) as refused:
            await kept.fetch(name, actor)
        assert refused.value.code is Code.NOT_FOUND


async def test_a_reference_is_found_as_it_was_read_out(store: Store) -> None:
    kept = await transcripts(store, noted())
    found = await kept.fetch("k7f3 9qmx", ANN)
    assert found.conversation.id == "c1"


@pytest.mark.parametrize(("actor", "notes"), [(ANN, 0), (BOB, 1), (SUE, 1), (None, 1)])
async def test_notes_are_included_for_technicians_on_request(
    store: Store, actor: Actor, notes: int
) -> None:
    kept = await transcripts(store, noted())
    asked = await kept.fetch("c1", actor, internal=True)
    assert sum(event.internal for event in asked.events) == notes
    plain = await kept.fetch("c1", actor)
    assert not any(event.internal for event in plain.events)


@pytest.mark.parametrize(
    "length", [PAGE_EVENTS - 1, PAGE_EVENTS, PAGE_EVENTS + 1, 2 * PAGE_EVENTS + 7]
)
async def test_a_long_conversation_is_read_to_its_end(store: Store, length: int) -> None:
    play = Play().given((ANN, OPENING), *repeat((ANN, Send(text="and")), length - 2))
    kept = await transcripts(store, play)
    found = await kept.fetch("c1", ANN)
    assert [event.seq for event in found.events] == list(range(1, length + 1))


async def test_what_is_said_while_a_transcript_is_read_is_in_its_proof_and_words_or_in_neither(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = noted()
    kept = await transcripts(store, play)
    log = type(store.log)
    read_page = log.read_page

    async def read_and_send(
        self: SqliteLog, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        found = await read_page(self, conversation, page, internal=internal)
        # The technician is quick: one more message after each reading.
        said = len(play.events)
        play.given((BOB, Send(text="x")))
        assert play.state is not None
        await self.append(Append(tuple(play.events[said:]), play.state), lambda: None)
        return found

    monkeypatch.setattr(log, "read_page", read_and_send)
    found = await kept.fetch("c1", BOB, internal=True)
    assert found.proof is not None
    assert len(found.proof.leaves) == len(found.events)
