"""Two desks of ours in processes of their own, whose mail servers know only each other."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from chatserver.composition.services import build_accounts
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store
from tests.mail.letters import letter, post
from tests.mail.real.daemon import free_port
from tests.mail.test_two_desks import OURS, THEIRS, TURNS, DeskMailer, hear, relay
from tests.program import program
from tests.wire.client import Client, session

SILENCE_S = 600
"""Seconds for which the desks are left alone after their technicians have fallen silent."""


async def two_desks(folder: Path, programs: Path) -> str:
    """Let technicians of both write to each other, then wait; return the letters of programs."""
    del programs
    async with relay() as mail, AsyncExitStack() as stack:
        bob = await _desk(stack, mail, OURS, folder / "ours")
        eve = await _desk(stack, mail, THEIRS, folder / "theirs")
        first = letter("Who are you?", to=OURS, sender=THEIRS)
        first["Authentication-Results"] = "mx; dmarc=pass header.from=theirs.example"
        await post(mail.ports["ours.example"], first, sender=THEIRS)
        here = await hear(bob, "Who are you?")
        for turn in range(TURNS):
            await bob.ok("send", conversation=here, text=f"ours {turn}")
            there = await hear(eve, f"ours {turn}")
            await eve.ok("send", conversation=there, text=f"theirs {turn}")
            assert await hear(bob, f"theirs {turn}") == here
        await asyncio.sleep(SILENCE_S)
        sent = [each["To"] for each in mail.automatic]
    assert len(sent) <= 2, f"automatic letters to {sent}"
    return f"{len(sent)} automatic letters in {SILENCE_S // 60} minutes, to {' and '.join(sent)}"


async def _desk(stack: AsyncExitStack, mail: DeskMailer, address: str, data: Path) -> Client:
    """Start a server with one technician, and return the session of that one."""
    terms = TechnicianTerms("Bob", Rank.TECHNICIAN, capacity=9)
    async with open_store(data) as store:
        staff = build_accounts(store, load_settings(None, data=data))
        token = await staff.api_token(await staff.hire("bob", terms))
    port = mail.ports[address.rpartition("@")[2]] = free_port()
    server = await stack.enter_async_context(
        program(
            data,
            smtp_host="127.0.0.1",
            smtp_port=mail.port,
            smtp_security="none",
            mail_from=address,
            mail_listen=f"127.0.0.1:{port}",
            mail_authserv="mx",
            mail_gather_s=0,
        )
    )
    client = await stack.enter_async_context(session(server, role="technician", token=token))
    await client.ok("status", status="online")
    return client
