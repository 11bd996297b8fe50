"""Senders of e-mail, conversations that are answered by e-mail, and the spool on disk."""

import asyncio
import os
from pathlib import Path

import pytest

from chatserver.core.errors import StorageFull
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.people import Customer
from chatserver.store.folder.mail_spool import SpoolFolder
from chatserver.store.open import Store

ENVELOPE = Envelope("ann@example.net", ("help@example.org",), 1_000)


async def test_an_address_has_one_customer_also_of_two_letters_at_once(store: Store) -> None:
    mail, email = store.mail_senders, "ann@example.net"
    found = await asyncio.gather(
        *(mail.save_sender(email, Customer(name, name, email)) for name in ("one", "two"))
    )
    assert len({customer.id for customer in found}) == 1
    assert await mail.find_sender(email) == found[0]
    assert await mail.find_sender("eve@example.com") is None
    assert await mail.find_confirmed(email) is None


async def test_an_erased_customer_is_known_by_no_address(store: Store) -> None:
    mail, email = store.mail_senders, "ann@example.net"
    ann = await mail.save_sender(email, Customer("ann", "Ann", email))
    await store.erasures.forget_customer(ann.id, 2_000)
    assert await mail.find_sender(email) is None


async def test_mail_cases_are_remembered_until_they_are_done(store: Store) -> None:
    mail = store.mail_senders
    for case in ("c2", "c1", "c2"):
        await mail.add_case(case)
    assert list(await mail.list_cases()) == ["c1", "c2"]
    await mail.remove_case("c2")
    assert list(await mail.list_cases()) == ["c1"]


@pytest.fixture
def spool(tmp_path: Path) -> SpoolFolder:
    spool = SpoolFolder(tmp_path)
    spool.prepare()
    return spool


def test_a_spooled_letter_is_whole_and_what_was_never_acknowledged_goes(spool: SpoolFolder) -> None:
    spool.store("b", ENVELOPE, b"Subject: b\r\n\r\n\0\n")
    spool.store("a", ENVELOPE, b"")
    (spool.folder / "c.part").write_bytes(b"half")
    spool.prepare()
    assert list(spool.list_arrived()) == ["a", "b"]
    line, _, raw = spool.path("b").read_bytes().partition(b"\n")
    assert raw == b"Subject: b\r\n\r\n\0\n"
    assert b"help@example.org" in line
    aside = spool.set_aside("a")
    spool.remove("b")
    assert list(spool.list_arrived()) == []
    assert [*spool.folder.iterdir()] == [aside]


def test_a_full_disk_leaves_nothing_behind(
    spool: SpoolFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        spool.store("a", ENVELOPE, b"x")
    assert not [*spool.folder.iterdir()]
