"""A desk with people at it, on which recorded dialogues are played through real sockets."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from playwright.async_api import Page

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.replay.dialogues import Dialogue
from chatserver.services.accounts import TechnicianTerms
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
    """Who is there. Sessions stay open until the scenario is cleared."""

    server: RunningServer
    stack: AsyncExitStack
    technicians: list[Client] = field(default_factory=list)
    pause: Callable[[], None] = lambda: None
    """Called before each turn of a dialogue: lets a clock go on, where there is one to be moved."""

    async def arrange(self, **parts: object) -> None:
        """An administrator chooses topics, ready answers, and what else is said."""
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
        """Somebody is hired; the path by which they sign in once."""
        terms = TechnicianTerms(login.title(), rank, capacity)
        return await self.server.staff.sign_in_link(await self.server.staff.hire(login, terms))

    async def sit(
        self,
        login: str,
        *,
        rank: Rank = Rank.TECHNICIAN,
        status: str = "online",
        capacity: int = 4,
    ) -> Client:
        """A colleague at work."""
        colleague = technician(self.server, login, rank=rank, status=status, capacity=capacity)
        self.technicians.append(await self.stack.enter_async_context(colleague))
        return self.technicians[-1]

    async def come(self, name: str, **hello: object) -> Client:
        """A customer."""
        return await self.stack.enter_async_context(customer(self.server, name=name, **hello))

    async def sign_in(self, page: Page, login: str, rank: Rank, capacity: int = 4) -> None:
        """Somebody signs in on a page, and sees the console."""
        await page.goto(self.server.url + await self.link(login, rank, capacity))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Skip").click()
        await page.wait_for_url("**/console")

    async def play(
        self, dialogue: Dialogue, asks: Client, answers: Client, *, topic: str | None = None
    ) -> str:
        """A recorded dialogue between a customer and a technician who is free; its id."""
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
        """Dialogues from question to rating, one after another."""
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
    """A scenario on a server that should have the settings `UNLIMITED`."""
    async with AsyncExitStack() as stack:
        yield Scenario(server, stack)
