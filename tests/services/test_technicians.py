"""Technicians choose a status, and the dispatcher learns of it; a colleague must be connected."""

from dataclasses import replace

import pytest

from chatserver.core.errors import Code, Refused
from chatserver.core.people import TechnicianStatus
from chatserver.services.accounts import TechnicianTerms
from tests.services.backend import Backend


async def test_a_chosen_status_is_on_disk_and_known_to_the_desk(backend: Backend) -> None:
    bob = await backend.technician("bob")
    technicians = backend.services.people.technicians
    chosen = await technicians.set_status(bob, TechnicianStatus.AWAY, 7)
    assert (chosen.status, chosen.capacity) == (TechnicianStatus.AWAY, 7)
    assert await backend.store.technicians.find_technician(bob.id) == chosen
    assert backend.services.pairing.dispatcher.router.workloads[bob.id].technician == chosen


async def test_a_status_without_a_capacity_leaves_the_capacity(backend: Backend) -> None:
    bob = await backend.technician("bob")
    chosen = await backend.services.people.technicians.set_status(bob, TechnicianStatus.AWAY, None)
    assert chosen.capacity == bob.capacity


async def test_a_dismissed_technician_chooses_nothing(backend: Backend) -> None:
    bob = await backend.technician("bob")
    await backend.services.people.accounts.dismiss(bob)
    with pytest.raises(Refused) as refused:
        await backend.services.people.technicians.set_status(bob, TechnicianStatus.ONLINE, None)
    assert refused.value.code is Code.NOT_SIGNED_IN


async def test_a_colleague_must_be_connected(backend: Backend) -> None:
    technicians = backend.services.people.technicians
    cat = await backend.technician("cat")
    dan = await backend.services.people.accounts.hire("dan", TechnicianTerms())
    assert technicians.find_colleague(cat.id).name == "Cat"
    for away in (dan.id, "no such technician"):
        with pytest.raises(Refused) as refused:
            technicians.find_colleague(away)
        assert (refused.value.code, refused.value.field) == (Code.INVALID, "technician")


async def test_accounts_changed_on_disk_are_reloaded(backend: Backend) -> None:
    bob = await backend.technician("bob")
    await backend.store.technicians.change_technician(bob, lambda each: replace(each, capacity=9))
    assert await backend.services.people.technicians.reload_technicians()
    workload = backend.services.pairing.dispatcher.router.workloads[bob.id]
    assert workload.technician.capacity == 9
