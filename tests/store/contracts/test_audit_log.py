"""The contract of `AuditLog`."""

from dataclasses import replace

import pytest

from chatserver.core.audit import AuditAction, AuditActor, AuditEntry, IssuedFile
from chatserver.services.audit import AuditLog
from chatserver.store.open import Store
from tests.playbook import NOON

ENTRY = AuditEntry(
    NOON, "ann", "c1", deed=AuditAction.SHARED, how="how", doer=AuditActor("customer", "ann", "Ann")
)
FILE = IssuedFile(b"digest", "c1", "txt", "customer ann", NOON)


@pytest.fixture
def audit(store: Store) -> AuditLog:
    return store.audit


async def test_entries_on_a_conversation_and_on_all_of_its_customers_are_listed_newest_first(
    audit: AuditLog,
) -> None:
    # The clock may be set back: the order is that of writing.
    of_all = replace(ENTRY, conversation="", at=NOON - 5)
    others = [replace(ENTRY, conversation="c2"), replace(ENTRY, customer="eve")]
    for entry in (ENTRY, *others, of_all):
        await audit.add_entry(entry)
    assert await audit.list_entries("ann", "c1", 10) == [of_all, ENTRY]
    assert await audit.list_entries("ann", "c1", 1) == [of_all]
    assert await audit.list_entries("nobody", "c1", 10) == []


async def test_the_same_entry_twice_is_two_entries(audit: AuditLog) -> None:
    await audit.add_entry(ENTRY)
    await audit.add_entry(ENTRY)
    assert await audit.list_entries("ann", "c1", 10) == [ENTRY, ENTRY]


async def test_an_issued_file_is_found_by_its_digest(audit: AuditLog) -> None:
    await audit.add_issued_files([FILE, replace(FILE, digest=b"other")])
    assert await audit.find_issued_file(b"digest") == FILE
    assert await audit.find_issued_file(b"unknown") is None
    assert await audit.find_issued_file(b"") is None


async def test_of_a_file_issued_more_than_once_the_first_is_found(audit: AuditLog) -> None:
    later = replace(FILE, at=NOON + 1, receiver="technician bob")
    await audit.add_issued_files([later])
    await audit.add_issued_files([FILE])
    await audit.add_issued_files([FILE])
    assert await audit.find_issued_file(b"digest") == FILE


async def test_no_files_may_be_added(audit: AuditLog) -> None:
    await audit.add_issued_files([])
    assert await audit.find_issued_file(b"digest") is None
