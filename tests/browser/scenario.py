"""A server with people at work, on which recorded dialogues are played through real sockets."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from playwright.async_api import Page

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.replay.dialogues import Dialogue
from chatserver.services.accounts import TechnicianTerms
from tests.browser.sign_in import open_signed_in
from tests.wire.client import Client, customer, opened, technician

UNLIMITED = {"rate": 0, "connections_per_minute": 0, "signed_in_for_s": 3_600}
TOPICS = [
    {"id": "internet", "name": "Internet and modem"},
    {"id": "laptop", "name": "Laptop"},
    {"id": "program", "name": "Programs"},
]
REPLIES = [
    ("hello", "Greeting", "Hello {first_name}, this is {technician}. I am looking at it now."),
    ("lights", "Which lights", "Which lights on the modem are on, and which of them blink?"),
    ("log", "Ask for the log", "Please send me the output of: sudo dmesg | tail -n 50"),
    ("bye", "Good bye", "I am glad that it works. Your reference is {reference}."),
]


@dataclass(slots=True)
class Scenario:
    """The server and its sessions, which stay open until the context is left."""

    server: RunningServer
    stack: AsyncExitStack
    technicians: list[Client] = field(default_factory=list)
    pause: Callable[[], None] = lambda: None
    """Called before each turn of a dialogue, for example to move a clock forward."""

    async def arrange(self, **parts: object) -> None:
        """Store topics, ready answers and other parts of the site, as an administrator."""
        replies = [
            {"id": name, "shortcut": name, "title": title, "text": text}
            for name, title, text in REPLIES
        ]
        chosen = {"topics": TOPICS, "replies": replies} | parts
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.server.url, cookie_jar=jar) as http:
            secret = (await self.link("ada", Rank.ADMIN)).partition("#link=")[2]
            async with http.post("/login", json={"link": secret}) as answer:
                answer.raise_for_status()
            async with http.post("/admin/site", json=chosen) as answer:
                answer.raise_for_status()

    async def link(self, login: str, rank: Rank, capacity: int = 4) -> str:
        """Hire a technician and return the path of a single-use sign-in link."""
        terms = TechnicianTerms(login.title(), rank, capacity)
        return await self.server.accounts.sign_in_link(
            await self.server.accounts.hire(login, terms)
        )

    async def sit(
        self,
        login: str,
        *,
        rank: Rank = Rank.TECHNICIAN,
        status: str = "online",
        capacity: int = 4,
    ) -> Client:
        """Open the session of a technician."""
        colleague = technician(self.server, login, rank=rank, status=status, capacity=capacity)
        self.technicians.append(await self.stack.enter_async_context(colleague))
        return self.technicians[-1]

    async def come(self, name: str, **hello: object) -> Client:
        """Open the session of a customer."""
        return await self.stack.enter_async_context(customer(self.server, name=name, **hello))

    async def sign_in(self, page: Page, login: str, rank: Rank, capacity: int = 4) -> None:
        """Open the console, signed in."""
        terms = TechnicianTerms(login.title(), rank, capacity)
        await open_signed_in(page, self.server, login, terms)

    async def play(
        self, dialogue: Dialogue, asks: Client, answers: Client, *, topic: str | None = None
    ) -> str:
        """Play a dialogue between a customer and a free technician; return the id."""
        first, *rest = dialogue.turns
        asked = {"topic": topic} if topic else {}
        conversation = await opened(asks, text=first.text, **asked)
        await answers.event("assigned", conversation)
        for turn in rest:
            self.pause()
            speaker = asks if turn.side == "customer" else answers
            await speaker.ok("send", conversation=conversation, text=turn.text)
        return conversation

    async def play_day(
        self, dialogues: Iterable[Dialogue], answers: Client, scores: Iterable[int | None]
    ) -> None:
        """Play dialogues from question to rating, one after another."""
        for number, (dialogue, score) in enumerate(zip(dialogues, scores, strict=False)):
            async with customer(self.server, name=dialogue.customer) as asks:
                self.pause()
                topic = TOPICS[number % len(TOPICS)]["id"]
                conversation = await self.play(dialogue, asks, answers, topic=topic)
                self.pause()
                await answers.ok("close", conversation=conversation)
                if score is not None:
                    await asks.ok("rate", conversation=conversation, score=score)


@asynccontextmanager
async def open_scenario(server: RunningServer) -> AsyncIterator[Scenario]:
    """Yield a scenario; the server should have the settings `UNLIMITED`."""
    async with AsyncExitStack() as stack:
        yield Scenario(server, stack)
