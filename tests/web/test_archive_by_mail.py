"""Sign-in to the archive by e-mail, which reveals nothing to strangers."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest

from chatserver.app import RunningServer
from tests.conftest import StartServer
from tests.mail.office import Office, office, text
from tests.web.test_customer_archive import browser, subjects, visit
from tests.wire.client import Client, customer
from tests.wire.mailbox import ANNS, code_in, confirmed


@pytest.fixture
async def post() -> AsyncIterator[Office]:
    async with office() as there:
        yield there


@pytest.fixture
async def mailing(start: StartServer, post: Office) -> RunningServer:
    return await start(**post.settings, public_url="https://help.example.org")


async def claim(server: RunningServer, reference: str, email: str) -> tuple[int, str]:
    body = {"reference": reference, "email": email}
    async with aiohttp.request("POST", f"{server.url}/archive/mail", json=body) as answer:
        return answer.status, await answer.text()


def key_in(letter: object) -> str:
    found = re.search(r"https://\S+", str(letter))
    assert found
    url = urlsplit(found[0])
    # The key is in the fragment, which browsers never send to a server.
    assert (url.netloc, url.path, url.query) == ("help.example.org", "/archive", "")
    return str(url.fragment).removeprefix("key=")


async def reference_of(ann: Client) -> str:
    return str((await ann.ok("open", subject="Modem"))["reference"])


async def test_reference_and_confirmed_address_bring_a_link_that_works_once(
    mailing: RunningServer, post: Office
) -> None:
    async with customer(mailing) as ann:
        reference = await reference_of(ann)
        await confirmed(ann, post)
        # A reference is read over the phone and typed by hand, so its form must not matter.
        spoken = reference.lower().replace("-", " ")
        assert await claim(mailing, spoken, ANNS.upper()) == (202, "{}")
        key = key_in(text(await post.arrived(2)))
        assert ann.welcome["token"] not in text(post.letters[1])
    async with browser(mailing) as session:
        async with session.post("/archive/open", json={"key": key}) as answer:
            assert answer.status == 200
        # The public URL is https, so the cookie is Secure; the test connects without TLS.
        name, cookie = answer.cookies.popitem()
        session.cookie_jar.update_cookies({name: cookie.value})
        assert await subjects(session) == ["Modem"]
        # The invitation was consumed by the first visit.
        async with session.post("/archive/open", json={"key": key}) as answer:
            assert answer.status == 404


async def test_every_wrong_claim_gets_the_same_answer_and_no_letter(
    mailing: RunningServer, post: Office
) -> None:
    async with customer(mailing) as ann, customer(mailing) as eve:
        reference = await reference_of(ann)
        unconfirmed = await reference_of(eve)
        await confirmed(ann, post)
        answers = {
            await claim(mailing, *wrong)
            for wrong in (
                (reference, "eve@example.com"),
                ("0000-0000", ANNS),
                (unconfirmed, "eve@example.com"),
                (unconfirmed, ANNS),
                ("no reference at all", "nobody@example.com"),
            )
        }
        answers.add(await claim(mailing, reference, ANNS))
        assert answers == {(202, "{}")}
        # The next letter is the link of the one right claim, so no letter was sent before it.
        assert (await post.arrived(2))["To"] == ANNS
        assert key_in(text(post.letters[1]))


async def test_claims_are_limited_for_an_address_right_or_wrong(
    start: StartServer, post: Office
) -> None:
    server = await start(**post.settings, mails_per_hour=2)
    for _ in range(2):
        assert (await claim(server, "0000-0000", ANNS))[0] == 202
    assert (await claim(server, "0000-0000", ANNS))[0] == 429
    assert (await claim(server, "0000-0000", "eve@example.com"))[0] == 202


async def test_claims_are_limited_for_each_client_address(start: StartServer, post: Office) -> None:
    server = await start(**post.settings, key_attempts_per_minute=2)
    for number in range(3):
        status, _ = await claim(server, "0000-0000", f"{number}@example.com")
        assert status == (202 if number < 2 else 429)


async def test_an_address_that_is_none_is_said_to_be_none(mailing: RunningServer) -> None:
    assert (await claim(mailing, "0000-0000", "ann\r\nBcc: eve@example.com"))[0] == 422


async def test_without_mail_there_is_no_such_way(server: RunningServer) -> None:
    assert (await claim(server, "0000-0000", ANNS))[0] == 403
    async with aiohttp.request("GET", f"{server.url}/archive/ways") as answer:
        assert await answer.json() == {"mail": False}


async def test_an_address_is_confirmed_and_written_to_from_the_archive(
    start: StartServer, post: Office
) -> None:
    server = await start(**post.settings)
    async with customer(server) as ann, visit(server, ann) as session:
        conversation = (await ann.ok("open", text="It blinks"))["conversation"]
        path = f"/archive/conversations/{conversation}/mail"
        async with session.post(path, json={"id": "1"}) as answer:
            assert (answer.status, (await answer.json(content_type=None))["field"]) == (
                403,
                "email",
            )
        async with session.post("/archive/address", json={"id": "2", "email": ANNS}) as answer:
            assert await answer.json() == {"email": ANNS, "confirmed": False}
        code = code_in((await post.arrived())["Subject"])
        async with session.post("/archive/address", json={"id": "3", "code": code}) as answer:
            assert await answer.json() == {"email": ANNS, "confirmed": True}
        async with session.post(path, json={"id": "4", "format": "html"}) as answer:
            assert answer.status == 202
        (attached,) = (await post.arrived(2)).iter_attachments()
        assert attached.get_content_type() == "text/html"
        async with session.get("/archive/conversations") as answer:
            assert (await answer.json())["mail"] == {"available": True, "address": ANNS}
