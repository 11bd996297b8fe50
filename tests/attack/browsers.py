"""Signed-in and anonymous browsers over HTTP, which the attacks use and are aimed at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms

PASSWORD = "long enough to be good"


async def link(server: RunningServer, login: str, rank: Rank = Rank.TECHNICIAN) -> str:
    """Return the secret of a sign-in link for a technician, who is hired if unknown."""
    technician = await server.accounts.hire(login, TechnicianTerms(login.title(), rank))
    return (await server.accounts.sign_in_link(technician)).partition("#link=")[2]


@asynccontextmanager
async def anonymous_browser(server: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without a sign-in."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies for an address without a name
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        yield http


@asynccontextmanager
async def browser(
    server: RunningServer, login: str, rank: Rank = Rank.TECHNICIAN
) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser in which a technician has signed in by a link."""
    async with anonymous_browser(server) as http:
        assert await sign_in(http, link=await link(server, login, rank)) == HTTPStatus.OK
        yield http


async def sign_in(http: aiohttp.ClientSession, address: str = "", **given: str) -> int:
    """Try to sign in and return the status; a proxy reports `address` as the client's."""
    headers = {"X-Forwarded-For": address} if address else {}
    async with http.post("/login", json=given, headers=headers) as answer:
        return answer.status
