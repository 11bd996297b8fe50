"""A server in a process of its own, the people around it, and an operator with a clock."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import aiohttp

from chatserver.composition.clocks import steady_clock
from tests.concurrency.line import LineLost, call
from tests.concurrency.model import Model, Person, Talk
from tests.program import Program, environment
from tests.wire.client import Frame

TECHNICIANS = 2
CAPACITY = 2
SETTINGS: dict[str, object] = {
    "rate": 0,
    "connections_per_minute": 0,
    "technician_grace_s": 1,
    "customer_grace_s": 1,
    "archive_after_s": 1,
    "drain_s": 0,
    "key_attempts_per_minute": 0,
    # Short, so that places expire while other actions go on.
    "place_kept_s": 3,
    "log_level": "warning",
}
"""No limits that would keep the crowd out, and short times of grace, so that much happens."""

LONGEST_PAUSE_S = 0.3
"""Seconds between two pieces of an upload, at most."""

RULES: dict[str, object] = {
    "topics": {"offered": {"mode": "offer"}, "taken": {"mode": "by_hand"}},
    "previous_hold": 500,
    "again_after": 1_000,
    "offer_for": 1_000,
    "misses": 0,
    "idle_after": None,
}
"""Rules of pairing with holds that are over before a rest."""

Action = Callable[["World", Random], Awaitable[None]]


@dataclass(slots=True)
class World:
    """One data folder, the server on it, and everything that was done and answered."""

    folder: Path
    http: aiohttp.ClientSession
    server: Program = field(init=False)
    model: Model = field(default_factory=Model)
    supervisor: str = ""
    administrator: str = ""
    life: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the server is stopped and started."""

    copying: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a backup is made or put back."""

    history: list[str] = field(default_factory=list)
    """The actions and commands so far, each after its time in ms of the machine's steady clock,
    which is also that of the server, for the report of a finding."""

    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # A file, since the clock has to be set from outside, and again after each restart.
        self.offset.write_text("0")
        self.server = Program(
            self.data,
            dict(SETTINGS),
            log=self.folder / "server.log",
            command=("-m", "tests.concurrency.stepped_program", str(self.offset)),
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def offset(self) -> Path:
        """The file with the milliseconds by which the server's wall clock is off."""
        return self.folder / "clock"

    @property
    def pairing(self) -> Path:
        """The file with what the look at pairing has found."""
        return self.folder / "pairing"

    def word(self) -> str:
        """Return a word that nobody has used before, and that stands in no program."""
        # Six digits make all words equally long: none is a part of another
        # one, which `in` would find.
        return f"zqx{next(self._numbers):06}wkj"

    def note(self, what: str) -> None:
        """Remember what is done, with the time."""
        self.history.append(f"{steady_clock()} {what}")

    def request(self) -> str:
        """Return the id of a request, which is used once."""
        return f"r{next(self._numbers)}"

    async def begin(self) -> None:
        """Hire the technicians and start the server."""
        hired = [
            await self.command(
                *("technician", "add", f"helper{number}", "--capacity", str(CAPACITY)),
                "--print-token",
            )
            for number in range(TECHNICIANS)
        ]
        self.model.technicians = [
            Person(f"helper{number}", token.strip()) for number, (_, token) in enumerate(hired)
        ]
        self.supervisor = await self._token_of("chief", "supervisor")
        self.administrator = await self._token_of("boss", "admin")
        # One of them serves the topics alone, so that the other is free for fewer.
        await self.command(
            *("technician", "add", "helper0", "--topic", "offered", "--topic", "taken"),
            "--new-topic",
        )
        await self.use_rules(RULES)
        await self.server.start()

    async def _token_of(self, login: str, role: str) -> str:
        """Add a technician, and return an API token."""
        words = ("technician", "add", login, "--role", role, "--print-token")
        _, printed = await self.command(*words)
        return printed.strip()

    async def command(self, *words: str) -> tuple[int, str]:
        """Run a command of the program on the data folder, with the server's clock."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *self.server.command, *words, "--data", str(self.data)),
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        self.note(f"{' '.join(words)} -> {process.returncode} {err.decode()[-200:]}")
        return process.returncode, out.decode()

    async def use_rules(self, rules: object) -> None:
        """Set the rules of pairing, as an administrator does on the command line."""
        file = self.folder / f"rules-{self.word()}.json"
        file.write_text(json.dumps(rules))
        await self.command("pairing", "--set", str(file))

    async def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the server; sessions and requests that were under way are lost."""
        await self.server.kill(number)

    async def step(self, actions: Sequence[Action], seed: int) -> None:
        """Let some actions cross each other; each draws from a random generator of its own."""
        names = ", ".join(action.__name__ for action in actions)
        self.note(f"{names} ({seed})")
        async with asyncio.TaskGroup() as crossing:
            for number, action in enumerate(actions):
                crossing.create_task(self._act(action, Random(f"{seed} {number}")))

    async def _act(self, action: Action, chance: Random) -> None:
        try:
            await action(self, chance)
        # A kill has come between: the model was told what is certain before it, and no more.
        except (LineLost, aiohttp.ClientError, OSError):
            return

    async def post(self, path: str, token: str, **options: object) -> tuple[int, Frame]:
        """Post to the server; raises aiohttp.ClientError where it does not answer."""
        headers = {"Authorization": f"Bearer {token}"}
        given: dict[str, object] = {"json": {}} | options
        async with self.http.post(
            self.server.url + path,
            headers=headers,
            **given,  # type: ignore[arg-type]
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def upload(
        self, talk: Talk, name: str, pieces: Sequence[str], chance: Random
    ) -> str | None:
        """Upload a text piece by piece; return the id of the file, None where it was refused."""

        async def body() -> AsyncIterator[bytes]:
            for piece in pieces:
                # The pause lets a close, an erasure or a kill fall into the middle of the body.
                yield piece.encode()
                await asyncio.sleep(chance.random() * LONGEST_PAUSE_S)

        url = f"{self.server.url}/files?conversation={talk.conversation}"
        headers = {"Authorization": f"Bearer {talk.customer.token}", "X-File-Name": f"{name}.txt"}
        async with self.http.post(url, headers=headers, data=body()) as answer:
            stored = await answer.json(content_type=None)
            return str(stored["file"]) if answer.status == 201 else None

    async def meet(self, person: Person, role: str) -> None:
        """Open the session of a person; raises LineLost."""
        hello = {"role": role} | ({} if person.token is None else {"token": person.token})
        if role == "customer":
            hello |= {"name": person.name}
        person.line = await call(self.server, **hello)
        person.token = person.token or str(person.line.welcome["token"])

    def open_talks(self) -> list[Talk]:
        """Return the conversations of which nobody knows that they have ended."""
        return [each for each in self.model.talks.values() if not (each.closed or each.erased)]


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Yield a world that has begun; its server is killed at the end."""
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        made = World(folder, http)
        try:
            await made.begin()
            yield made
        finally:
            for person in (*made.model.customers, *made.model.technicians):
                if person.online is not None:
                    await person.online.hang_up()
            process = made.server.process
            if process is not None and process.returncode is None:
                await made.stop()
