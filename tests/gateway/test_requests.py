"""A request that fails in the middle is whole after its repetition."""

from pathlib import Path

import pytest

from chatserver.core.errors import Unavailable
from chatserver.core.log import DuplicateRequest
from chatserver.core.people import Customer
from chatserver.gateway.admission import Peer
from chatserver.gateway.requests import answer_customer
from chatserver.protocol.frames import KeepRequest
from tests.services.backend import Backend, open_backend

ANNS = "ann@example.com"


async def test_a_repeated_keep_stores_the_address_that_the_disk_refused_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_backend(tmp_path, monkeypatch) as backend:
        ann = await backend.customer()
        asked = KeepRequest(
            type="keep", id="k1", conversation=(await backend.open_conversation(ann)).id, email=ANNS
        )
        with monkeypatch.context() as full:
            full.setattr(type(backend.store.customers), "change_customer", _refuses)
            with pytest.raises(Unavailable):
                await _ask(backend, ann, asked)
        await _ask(backend, ann, asked)
        stored = await backend.store.customers.find_customer(ann.id)
        assert stored is not None
        assert stored.email == ANNS
        assert backend.state(asked.conversation).place_until is not None


async def test_a_keep_that_is_repeated_later_does_not_bring_a_former_address_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_backend(tmp_path, monkeypatch) as backend:
        ann = await backend.customer()
        conversation = (await backend.open_conversation(ann)).id
        first, second = [
            KeepRequest(type="keep", id=name, conversation=conversation, email=email)
            for name, email in (("k1", ANNS), ("k2", "new@example.com"))
        ]
        await _ask(backend, ann, first)
        await _ask(backend, ann, second)
        with pytest.raises(DuplicateRequest):
            await _ask(backend, ann, first)
        stored = await backend.store.customers.find_customer(ann.id)
        assert stored is not None
        assert stored.email == "new@example.com"


async def _ask(backend: Backend, customer: Customer, request: KeepRequest) -> None:
    await answer_customer(backend.services, customer, request, peer=Peer("192.0.2.1"))


async def _refuses(*_: object) -> Customer:
    raise Unavailable
