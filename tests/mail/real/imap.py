"""A desk that reads its letters from a mailbox of Dovecot, which fails and is rebuilt meanwhile."""

import asyncio
import imaplib
import secrets
from pathlib import Path

import aiohttp

from tests.mail.real.daemon import PATIENCE_S, free_port, until
from tests.mail.real.desk import Desk, desk, letter
from tests.mail.real.dovecot import (
    PASSWORD,
    Dovecot,
    dovecot,
    give_to_mail,
    kill_dovecot,
    running_dovecot,
)

OLD_LETTERS = 10_000


async def imap(folder: Path, _: Path) -> str:
    """Read letters by IMAP past old ones, a crash of the server, and a folder that is rebuilt."""
    async with dovecot(folder / "dovecot", free_port()) as mailboxes:
        _fill(mailboxes, OLD_LETTERS)
        settings: dict[str, object] = {
            "mail_in": f"imaps://help@localhost:{mailboxes.imaps}/INBOX",
            "imap_password": PASSWORD,
            "imap_authorities": str(mailboxes.authority),
            "imap_poll_s": 5,
        }
        async with desk(folder / "data", free_port(), 0, **settings) as there:
            await until((there.data / "mail" / "imap.cursor").exists)
            await arrives(there, mailboxes, "after 10,000 old ones")
            await arrives(there, mailboxes, "twice", times=2)
            assert _seen(mailboxes) == 0
            kill_dovecot(mailboxes)
            await until_warned(there, is_silent=True)
            async with running_dovecot(mailboxes):
                await arrives(there, mailboxes, "after the crash")
                await until_warned(there, is_silent=False)
                for index in mailboxes.maildir("help").glob("dovecot*"):
                    index.unlink()
                await arrives(there, mailboxes, "after the folder was rebuilt")
                await arrives(there, mailboxes, "and once more")
                assert _seen(mailboxes) == 0
    return f"{OLD_LETTERS:,} old letters left alone; crash during IDLE, rebuilt folder: each once"


async def arrives(there: Desk, mailboxes: Dovecot, words: str, times: int = 1) -> None:
    """Deliver a letter; the next thing that is heard are its words."""
    sender = f"{secrets.token_hex(4)}@example.net"
    raw = b"Return-Path: <%s>\n" % sender.encode() + letter(words, sender).as_bytes()
    for _ in range(times):
        _deliver(mailboxes, raw)
    heard = await there.heard()
    assert heard["text"] == words, heard


def _deliver(mailboxes: Dovecot, raw: bytes) -> None:
    """Put a letter into the mailbox as a delivery agent does: complete under its name."""
    name, maildir = secrets.token_hex(8), mailboxes.maildir("help")
    (maildir / "tmp" / name).write_bytes(raw)
    give_to_mail(maildir / "tmp")
    (maildir / "tmp" / name).rename(maildir / "new" / name)


def _fill(mailboxes: Dovecot, count: int) -> None:
    maildir = mailboxes.maildir("help")
    for each in ("tmp", "new", "cur"):
        (maildir / each).mkdir(parents=True)
    for number in range(count):
        (maildir / "new" / f"{number:08}").write_bytes(b"From: old@example.net\n\nold\n")
    give_to_mail(maildir.parent)


def _seen(mailboxes: Dovecot) -> int:
    """Return how many letters are marked as seen."""
    with imaplib.IMAP4("127.0.0.1", mailboxes.imap) as client:
        client.login("help", PASSWORD)
        client.select("INBOX", readonly=True)
        _, [found] = client.search(None, "SEEN")
    assert isinstance(found, bytes)
    return len(found.split())


async def until_warned(there: Desk, *, is_silent: bool) -> None:
    """Wait until `/readyz` says that the mailbox is silent, or that it is not."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE_S):
        while True:
            async with http.get(f"{there.url}/readyz") as response:
                told = await response.json()
            assert told["status"] == "ready"
            if ("mailbox" in told["warnings"]) == is_silent:
                return
            await asyncio.sleep(0.2)
