"""Privilege escalation: actions of a higher rank are refused, over HTTP and live sessions."""

import re
from collections.abc import Iterator, Mapping

import aiohttp

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.protocol.frames import CUSTOMER_TYPES, TECHNICIAN_TYPES
from chatserver.services.accounts import TechnicianTerms
from tests.attack.browsers import anonymous_browser, browser
from tests.wire.client import Client, customer, hired, opened, session, technician

LEAST = {"/admin/": Rank.ADMIN, "/administration": Rank.ADMIN, "/supervision": Rank.SUPERVISOR}
"""The least rank for parts of the site, by the prefix of their paths."""

BELOW = {Rank.ADMIN: [Rank.TECHNICIAN, Rank.SUPERVISOR], Rank.SUPERVISOR: [Rank.TECHNICIAN]}


def guarded(server: RunningServer) -> Iterator[tuple[str, str, Rank]]:
    """Yield the method, path and least rank of every route that needs a rank."""
    for route in server.routes.routes():
        path = re.sub(r"\{\w+\}", "x", str(route.resource and route.resource.canonical))
        for beginning, rank in LEAST.items():
            if path.startswith(beginning) and route.method in ("GET", "POST"):
                yield route.method, path, rank


async def status(
    http: aiohttp.ClientSession, method: str, path: str, headers: Mapping[str, str] | None = None
) -> int:
    async with http.request(
        method,
        path,
        json=None if method == "GET" else {},
        headers=headers,
        allow_redirects=False,
    ) as answer:
        return answer.status


async def test_no_page_and_no_call_of_a_higher_rank_answers(server: RunningServer) -> None:
    routes = list(guarded(server))
    assert len(routes) > 10
    for rank in (Rank.TECHNICIAN, Rank.SUPERVISOR):
        async with browser(server, rank.value, rank) as http:
            for method, path, least in routes:
                if rank in BELOW[least]:
                    assert await status(http, method, path) == 403, (rank, method, path)


async def test_tokens_do_not_open_administration_and_supervision(server: RunningServer) -> None:
    """API tokens are for programs of technicians, customers' tokens for their own things."""
    roots = await hired(server, "root", rank=Rank.ADMIN)
    async with customer(server) as ann, anonymous_browser(server) as http:
        for method, path, _ in guarded(server):
            for token in (roots, ann.welcome["token"]):
                headers = {"Authorization": f"Bearer {token}"}
                refused = await status(http, method, path, headers)
                assert refused in (401, 303), (method, path)


async def test_customers_and_technicians_cannot_ask_what_is_the_others(
    server: RunningServer,
) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        for client, others in (
            (ann, set(TECHNICIAN_TYPES) - set(CUSTOMER_TYPES)),
            (bob, set(CUSTOMER_TYPES) - set(TECHNICIAN_TYPES)),
        ):
            for name in sorted(others - {"draft", "viewing"}):
                refused = await client.refused(name, conversation=conversation, text="x")
                assert refused["code"] == "not_allowed", name
            await client.settle()


async def test_technicians_cannot_ask_what_supervisors_may(server: RunningServer) -> None:
    async with technician(server, "bob"), customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await ann.event("assigned")
        async with technician(server, "eve", status="offline") as eve:
            for name, fields in (
                ("watch", {}),
                ("history", {}),
                ("customer", {}),
                ("similar", {}),
                ("solved", {}),
                ("send", {"text": "x"}),
                ("note", {"text": "x"}),
                ("close", {}),
                ("transfer", {"topic": "dsl"}),
            ):
                refused = await eve.refused(name, conversation=conversation, **fields)
                assert refused["code"] in ("not_found", "not_allowed", "invalid"), name
            # The list of all conversations is for supervisors, even though Eve may list her own.
            listed = {"status": "active", "whose": "all"}
            assert (await eve.refused("list", **listed))["code"] == "not_allowed"
            assert "It blinks" not in str(eve.kept)


async def demoted(server: RunningServer, login: str, http: aiohttp.ClientSession) -> None:
    """Demote a supervisor to technician, as an administrator."""
    async with http.post("/admin/technicians", json={"login": login, "role": "technician"}) as told:
        assert told.status == 200


async def test_a_lost_rank_ends_its_rights_at_once(server: RunningServer) -> None:
    token = await hired(server, "sue", rank=Rank.SUPERVISOR)

    async def watch(sue: Client) -> str:
        return str((await sue.ask("watch", conversation=conversation))["type"])

    async with (
        browser(server, "root", Rank.ADMIN) as admin,
        technician(server, "bob") as bob,
        customer(server) as ann,
    ):
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        async with session(server, role="technician", token=token) as sue:
            assert sue.welcome["supervises"]
            assert await watch(sue) == "ok"
            await demoted(server, "sue", admin)
            # Sessions of the former rank end at once, and with them what they watched.
            assert await sue.close_code() == 4409
        await bob.ok("send", conversation=conversation, text="Which light?")
        async with session(server, role="technician", token=token) as sue:
            assert not sue.welcome["supervises"]
            assert await watch(sue) == "error"
            assert "Which light?" not in str(await sue.settle())


async def test_new_terms_of_the_same_rank_keep_the_session(server: RunningServer) -> None:
    async with browser(server, "root", Rank.ADMIN) as admin, technician(server, "bob") as bob:
        await demoted(server, "bob", admin)
        assert (await bob.ask("ping"))["type"] == "ok"


async def test_a_hello_cannot_raise_its_own_rank(
    server: RunningServer,
) -> None:
    token = await hired(server, "bob")
    hello = {"rank": "admin", "supervises": True, "role": "technician", "token": token}
    async with session(server, **hello) as bob:
        assert (bob.welcome["supervises"], bob.welcome["administers"]) == (False, False)
    found = await server.accounts.hire("bob", TechnicianTerms())
    assert found.rank is Rank.TECHNICIAN
