"""E-mail over the wire: customers confirm an address, and transcripts are sent there."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from chatserver.app import RunningServer, running
from chatserver.core.people import Rank
from chatserver.settings_file import load_settings
from chatserver.transcript.formats import FORMATS
from tests.conftest import StartServer
from tests.mail.office import Office, office, text
from tests.web.test_verification import checked
from tests.wire.client import customer, hired, opened, technician
from tests.wire.mailbox import ANNS, code_in, confirmed


@pytest.fixture
async def post() -> AsyncIterator[Office]:
    async with office() as there:
        yield there


@pytest.fixture
async def mailing(start: StartServer, post: Office) -> RunningServer:
    """A server that sends mail."""
    return await start(**post.settings)


async def test_an_address_is_confirmed_by_a_code(mailing: RunningServer, post: Office) -> None:
    async with customer(mailing) as ann:
        assert ann.welcome["mail"] == {"available": True, "address": None}
        asked = await ann.ok("confirm", email="Ann@Example.com")
        assert (asked["email"], asked["confirmed"]) == (ANNS, False)
        letter = await post.arrived()
        assert letter["To"] == ANNS
        assert letter["Reply-To"] == "desk@example.org"
        code = code_in(letter["Subject"])
        for _ in range(2):
            told = await ann.ok("confirm", request="same", code=f"{code[:3]} {code[3:]}")
            assert (told["email"], told["confirmed"]) == (ANNS, True)
        token = ann.welcome["token"]
    async with customer(mailing, token=token) as again:
        assert again.welcome["mail"] == {"available": True, "address": ANNS}
        assert again.welcome["customer"]["email"] == ANNS


async def test_after_five_wrong_codes_the_right_one_is_wrong_too(
    mailing: RunningServer, post: Office
) -> None:
    async with customer(mailing) as ann:
        await ann.ok("confirm", email=ANNS)
        code = code_in((await post.arrived())["Subject"])
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for told in [wrong] * 5 + [code, "", "x" * 6]:
            refused = await ann.refused("confirm", code=told)
            assert (refused["code"], refused["field"]) == ("invalid", "code")


async def test_a_code_is_valid_for_its_customer_and_a_limited_time(
    start: StartServer, post: Office
) -> None:
    server = await start(**post.settings, code_valid_for_s=0)
    async with customer(server) as ann:
        await ann.ok("confirm", email=ANNS)
        code = code_in((await post.arrived())["Subject"])
        assert (await ann.refused("confirm", code=code))["field"] == "code"


async def test_another_customers_code_confirms_nothing(
    mailing: RunningServer, post: Office
) -> None:
    async with customer(mailing) as ann, customer(mailing) as eve:
        await ann.ok("confirm", email=ANNS)
        code = code_in((await post.arrived())["Subject"])
        assert (await eve.refused("confirm", code=code))["field"] == "code"


@pytest.mark.parametrize("form", FORMATS)
async def test_a_transcript_goes_to_the_confirmed_address(
    mailing: RunningServer, post: Office, form: str
) -> None:
    async with technician(mailing) as bob, customer(mailing, locale="de") as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="SECRET")
        await confirmed(ann, post)
        sent = await ann.ok("mail", conversation=conversation, format=form, timezone="Asia/Tokyo")
        assert sent["email"] == ANNS
        letter = await post.arrived(2)
        assert letter["Subject"].startswith("Ihr Chat ")
        (attached,) = letter.iter_attachments()
        name = attached.get_filename()
        assert name is not None
        assert name.endswith(f".{form}")
        content = attached.get_content()
        if form == "txt":
            assert "It blinks" in content
            assert " JST" in content
        assert "SECRET" not in str(content)
        file = attached.get_payload(decode=True)
        assert isinstance(file, bytes)
        status, found = await checked(mailing, file)
        assert (status, found["reports"][0]["finding"]) == (200, "genuine")


async def test_the_audit_says_where_it_went(mailing: RunningServer, post: Office) -> None:
    supervisor = await hired(mailing, "sue", rank=Rank.SUPERVISOR)
    async with customer(mailing) as ann:
        conversation = await opened(ann)
        await confirmed(ann, post)
        await ann.ok("mail", conversation=conversation)
        await post.arrived(2)
        # The sender works on one letter at a time, so the audit entry is written by then.
        await ann.ok("mail")
        await post.arrived(3)
        url = f"{mailing.url}/conversations/{conversation}/audit"
        headers = {"Authorization": f"Bearer {supervisor}"}
        async with aiohttp.request("GET", url, headers=headers) as answer:
            lines = [(line["deed"], line["how"]) for line in (await answer.json())["entries"]]
        assert ("mailed", f"txt to {ANNS}") in lines
        assert ("invited", f"to {ANNS}") in lines


async def test_a_repeated_request_sends_one_letter(mailing: RunningServer, post: Office) -> None:
    async with customer(mailing) as ann:
        conversation = await opened(ann)
        await confirmed(ann, post)
        for _ in range(3):
            await ann.ok("mail", request="once", conversation=conversation)
        await ann.ok("mail", request="another", conversation=conversation)
        await post.arrived(3)
    ids = [letter["Message-ID"] for letter in post.letters]
    assert len(ids) == len(set(ids)) == 3


@pytest.mark.sqlite("looks into the file")
async def test_a_permanently_refused_letter_is_not_tried_again(
    mailing: RunningServer, post: Office, tmp_path: Path
) -> None:
    async with customer(mailing) as ann, customer(mailing) as eve:
        post.answers.append("550 no such user")
        await ann.ok("confirm", email=ANNS)
        await post.asked()
        # The sender works on one letter at a time: once Eve's is here, the outcome of Ann's is
        # stored. That of Eve's is not yet: the sender stores it after the mail server's reply.
        await confirmed(eve, post, "eve@example.com")
        assert await asyncio.to_thread(outcome, tmp_path / "data", ANNS) == "refused"


def outcome(folder: Path, address: str) -> str | None:
    """Return the stored outcome of the one letter to an address, None for one yet to be sent."""
    with closing(sqlite3.connect(folder / "chat.db")) as database:
        rows = database.execute("SELECT ended FROM letters WHERE email = ?", (address,)).fetchall()
    [(ended,)] = rows
    return ended if ended is None else str(ended)


async def test_nothing_is_sent_where_nothing_was_confirmed_or_to_a_stranger(
    mailing: RunningServer, post: Office
) -> None:
    async with customer(mailing) as ann, customer(mailing) as eve:
        conversation = await opened(ann)
        refused = await ann.refused("mail", conversation=conversation)
        assert (refused["code"], refused["field"]) == ("not_allowed", "email")
        await confirmed(eve, post, "eve@example.com")
        assert (await eve.refused("mail", conversation=conversation))["code"] == "not_found"
    assert len(post.letters) == 1


async def test_letters_to_one_address_are_limited_across_customers(
    start: StartServer, post: Office
) -> None:
    server = await start(**post.settings, mails_per_hour=2)
    async with customer(server) as ann, customer(server) as eve:
        await ann.ok("confirm", email=ANNS)
        await eve.ok("confirm", email=ANNS.upper())
        refused = await ann.refused("confirm", email=ANNS)
        assert refused["code"] == "rate_limited"
        assert 0 < refused["retry_after"] <= 3_600_000
        await ann.ok("confirm", email="other@example.com")
        assert (await ann.refused("confirm", email="third@example.com"))["code"] == "rate_limited"


async def test_codes_are_limited_by_network_address(start: StartServer, post: Office) -> None:
    server = await start(**post.settings, codes_per_hour=2)
    for number in range(3):
        async with customer(server) as stranger:
            answer = await stranger.ask("confirm", email=f"{number}@example.com")
            assert answer["type"] == ("ok" if number < 2 else "error")
    assert answer["code"] == "rate_limited"


async def test_requests_for_mail_are_refused_without_a_mail_server(server: RunningServer) -> None:
    async with customer(server) as ann:
        assert ann.welcome["mail"] == {"available": False, "address": None}
        refused = await ann.refused("confirm", email=ANNS)
        assert (refused["code"], refused["field"]) == ("not_allowed", "mail")


async def test_header_injection_is_refused_before_anything_is_kept(
    mailing: RunningServer, post: Office
) -> None:
    async with customer(mailing, name="Ann\r\nBcc: eve@example.com") as ann:
        evil = f"{ANNS}\r\nBcc: eve@example.com"
        assert (await ann.refused("confirm", email=evil))["field"] == "email"
        conversation = await opened(ann, subject="x\r\nBcc: eve@example.com", text="It blinks")
        await confirmed(ann, post)
        await ann.ok("mail", conversation=conversation)
        letter = await post.arrived(2)
        assert "Bcc" not in letter
        assert post.receivers[1] == [ANNS]


async def test_requests_for_mail_are_refused_to_technicians(mailing: RunningServer) -> None:
    async with technician(mailing) as bob:
        assert (await bob.refused("confirm", email=ANNS))["code"] == "not_allowed"


@pytest.mark.sqlite("writes into the file")
async def test_a_restart_loses_no_letter(start: StartServer, tmp_path: Path) -> None:
    async with office() as post:
        given = {"data": tmp_path / "mailing", "port": 0, **post.settings}
        async with running(load_settings(None, **given)) as server, customer(server) as ann:
            post.answers.append("451 not now")
            await ann.ok("confirm", email=ANNS)
            await post.asked()
            assert post.letters == []
        _make_due(tmp_path / "mailing")
        async with running(load_settings(None, **given)):
            letter = await post.arrived()
            assert code_in(text(letter))
        async with running(load_settings(None, **given)) as server, customer(server) as eve:
            await confirmed(eve, post, "eve@example.com")
        assert [each["To"] for each in post.letters] == [ANNS, "eve@example.com"]


def _make_due(folder: Path) -> None:
    """Set the next attempt of every letter to the past, as after the pause of a failure."""
    database = sqlite3.connect(folder / "chat.db")
    database.execute("UPDATE letters SET due_at = 0")
    database.commit()
    database.close()
