"""Fuzzing of the handshake: valid and nearly valid hellos are welcomed or refused."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chatserver.protocol.frames import Hello
from tests.fuzz.drawing import drawn
from tests.fuzz.fuzzed_server import FuzzedServer
from tests.fuzz.grammar import NOTE, OTHERS, Fields, anything, mostly, names, numbers, words
from tests.wire.client import live_url

PING = json.dumps({"type": "ping", "id": "there?"})
SENT_AWAY = {4500, 4501}
WELCOMED = 1000
LONGEST_S = 20

RARELY = mostly(st.just(False), st.just(True), of=12)
seen = st.dictionaries(
    st.just(OTHERS) | words, mostly(st.integers(0, 9), numbers, of=9), max_size=3
)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "role": mostly(st.just("customer"), st.just("technician"), words, of=9),
    "token": words,
    "identity": st.just("eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.") | words,
    "name": names,
    "email": st.just("ann@example.com") | words,
    "locale": st.sampled_from(("de", "x" * 64)) | words,
    "page": st.sampled_from(("https://shop.example/", "https://[", "javascript:x")) | words,
    "timezone": st.sampled_from(("Europe/Vienna", "../../etc/passwd")) | words,
    "attributes": st.dictionaries(words, words, max_size=3),
    "system": st.just("15.0.0") | words,
    "epoch": st.just("<epoch>") | words,
    "resume": seen,
}


@st.composite
def hellos(draw: st.DrawFn) -> Fields:
    """Draw a hello, with at most one field of a wrong type."""
    said: Fields = {"type": "hello", "role": draw(VALUES["role"])}
    for name in Hello.model_fields:
        if name not in said and draw(st.booleans()):
            said[name] = draw(VALUES[name])
    if draw(RARELY):
        said[draw(st.sampled_from(sorted(said)))] = draw(anything)
    return said


@dataclass(slots=True)
class Hellos:
    """Sends hellos to a server with running sessions, and counts the close codes."""

    fuzzed: FuzzedServer
    codes: Counter[int] = field(default_factory=Counter)

    async def say(self, count: int) -> None:
        """Send this many hellos, each on a new connection."""
        for said in drawn(hellos(), count):
            await self._knock(said)

    async def _knock(self, said: Fields) -> None:
        others = [name for client in self.fuzzed.clients for name in client.own]
        resume = said.get("resume")
        if isinstance(resume, dict) and OTHERS in resume and others:
            resume[others[-1]] = resume.pop(OTHERS)
        async with (
            asyncio.timeout(LONGEST_S),
            connect(live_url(self.fuzzed.server), compression=None, max_size=None) as line,
        ):
            await line.send(json.dumps(said))
            # Sent right behind the hello: a welcomed session must still answer both in order.
            await line.send(PING)
            try:
                heard = [await line.recv(), await line.recv()]
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
            else:
                code = WELCOMED
                assert [json.loads(each)["type"] for each in heard] == ["welcome", "ok"], heard
                assert NOTE not in str(heard)
                assert not any(name in str(heard) for name in others), "heard of others'"
        assert code in {WELCOMED, *SENT_AWAY}, f"{said} was answered {code}"
        self.codes[code] += 1
