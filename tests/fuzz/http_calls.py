"""Random calls over HTTP: such as the OpenAPI document allows, or nearly, with sign-ins.

Each answer must be one that the document describes, and none may be a server error.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.result import Ok

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.web.openapi.operations import Scheme
from chatserver.web.openapi.routes import OPERATIONS
from tests.attack.browsers import link
from tests.conftest import starting
from tests.wire.client import customer, opened, technician

Document = dict[str, Any]  # an OpenAPI document, which has its own schema
Operation = APIOperation[Any, Any, Any, Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = ("/live", "/live/events")
"""Paths that answer with a live session, which other parts fuzz."""

ENDS = (
    "/logout",
    "/password",
    "/archive/leave",
    "/conversations/{conversation}/customer/erase",
)
"""Paths that end a sign-in or erase: only called without one, since the others go on."""

UNLIMITED = {
    "rate": 0,
    "connections_per_minute": 0,
    "sign_ins_per_minute": 0,
    "guesses_per_hour": 0,
    "checks_per_minute": 0,
}
LONGEST_S = 30
LONGEST_ADDRESS = 8_190
"""Bytes of a request line; a longer one is refused by aiohttp, before there is a route."""

CALLERS = {Scheme.SESSION: "admin", Scheme.TOKEN: "customer", Scheme.VISIT: "visitor"}
MOSTLY = st.sampled_from((True, True, True, False))


@dataclass(frozen=True, slots=True)
class Callers:
    """The sessions that call, by name, and existing names for the parts of paths."""

    server: RunningServer
    operations: tuple[Operation, ...]
    sessions: Mapping[str, requests.Session]
    known: Mapping[str, str]
    statuses: Counter[int] = field(default_factory=Counter)

    async def call(self, inputs: int) -> None:
        """Make this many calls; raises what schemathesis finds wrong with an answer."""
        rounds = settings(
            max_examples=inputs, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
        )
        # Hypothesis and requests block, so they run in a thread beside the server's event loop.
        await asyncio.to_thread(rounds(given(st.data())(self._call)))

    def _call(self, data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(self.operations))
        mode = data.draw(st.sampled_from(GenerationMode))
        case = data.draw(operation.as_strategy(mode))
        for name in case.path_parameters:
            if name in self.known and data.draw(MOSTLY):
                case.path_parameters[name] = self.known[name]
        session = self.sessions[self._caller(data, operation)]
        answer = case.call(self.server.url, session, timeout=LONGEST_S, allow_redirects=False)
        self.statuses[answer.status_code] += 1
        # aiohttp refuses a longer line with a page of its own, which no operation describes.
        if answer.status_code != 400 or len(answer.request.path_url) < LONGEST_ADDRESS:
            case.validate_response(answer, CHECKS)

    def _caller(self, data: st.DataObject, operation: Operation) -> str:
        """Draw the session for a call: three times in four one that has the right."""
        if operation.path in ENDS:
            return "nobody"
        who = OPERATIONS[operation.method.upper(), operation.path].schemes
        may = [CALLERS[scheme] for scheme in who if scheme in CALLERS]
        fits = bool(may) and data.draw(MOSTLY)
        return str(data.draw(st.sampled_from(may if fits else sorted(self.sessions))))


@asynccontextmanager
async def callers(data: Path) -> AsyncIterator[Callers]:
    """Start a server with a conversation; sign in an administrator, a customer, their visit."""
    async with starting(data) as start:
        server = await start(**UNLIMITED)
        async with customer(server) as ann, technician(server, "bob") as bob:
            conversation = await opened(ann, text="It blinks")
            await bob.event("assigned")
            token = ann.welcome["token"]
        operations = tuple(_operations(await _document(server)))
        sessions = {name: requests.Session() for name in ("nobody", "admin", "customer", "visitor")}
        sessions["customer"].headers["Authorization"] = f"Bearer {token}"
        secret = await link(server, "root", Rank.ADMIN)
        await asyncio.to_thread(_sign_in, server.url, sessions, secret)
        yield Callers(server, operations, sessions, {"conversation": conversation, "format": "md"})
        for session in sessions.values():
            session.close()


def _sign_in(url: str, sessions: Mapping[str, requests.Session], secret: str) -> None:
    """Sign in the administrator by a link, and the customer to their archive."""
    answer = sessions["admin"].post(f"{url}/login", json={"link": secret}, timeout=LONGEST_S)
    assert answer.status_code == 200, answer.text
    invited = sessions["customer"].post(f"{url}/archive/link", json={}, timeout=LONGEST_S).json()
    key = invited["url"].partition("#key=")[2]
    answer = sessions["visitor"].post(f"{url}/archive/open", json={"key": key}, timeout=LONGEST_S)
    assert answer.status_code == 200, answer.text


async def _document(server: RunningServer) -> Document:
    async with aiohttp.request("GET", f"{server.url}/openapi.json") as answer:
        found: Document = await answer.json()
        return found


def _operations(document: Document) -> Iterator[Operation]:
    """Yield the document's operations, with schemas that forbid undescribed properties."""
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            # A field that the document forgets would otherwise pass as an unknown extension.
            schema.setdefault("additionalProperties", False)
    # The sessions are signed in; generated credentials would overwrite theirs.
    generation = GenerationConfig(with_security_parameters=False)
    config = SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(generation=generation))
    )
    for found in schemathesis.openapi.from_dict(document, config=config).get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path not in ENDLESS:
            yield operation
