"""Settings of an administrator, made over HTTP."""

import aiohttp

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms


async def decide(server: RunningServer, **pairing: object) -> None:
    """Store the pairing rules as an administrator, with the topic `dsl` beside them."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        admin = await server.accounts.hire("root", TechnicianTerms("Root", Rank.ADMIN))
        link = (await server.accounts.sign_in_link(admin)).partition("#link=")[2]
        async with http.post("/login", json={"link": link}) as answer:
            assert answer.status == 200
        chosen = {"topics": [{"id": "dsl", "name": "DSL"}], "pairing": pairing}
        async with http.post("/admin/site", json=chosen) as answer:
            assert answer.status == 200, await answer.text()
