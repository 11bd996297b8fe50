"""Every port says Unavailable where its engine cannot answer: here, because it was closed."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chatserver.core.access_keys import AccessKeyKind
from chatserver.core.conversation.draft import Draft
from chatserver.core.conversation.listing import ListQuery
from chatserver.core.customer_archive import ConversationLabel, CustomerArchiveQuery
from chatserver.core.errors import Unavailable
from chatserver.core.log import LogPage, RequestKey
from chatserver.core.mail import LetterOutcome
from chatserver.core.people import PageVisit, Role, Topic
from chatserver.core.retention import LegalHold
from chatserver.store.open import Store
from tests.playbook import ANN, BOB, NOON
from tests.store.contracts.conftest import OpenEngine
from tests.store.contracts.scenes import opening


def _same(label: ConversationLabel) -> ConversationLabel:
    return label


CALLS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "Log reads": lambda s: s.log.read_page("c1", LogPage(), internal=True),
    "Log reads long pages": lambda s: s.log.read_page("c1", LogPage(limit=999), internal=True),
    "Log finds": lambda s: s.log.find_answer("ann", RequestKey("r1")),
    "Log imports": lambda s: s.log.append_imported(opening(), None),
    "ConversationStore finds": lambda s: s.conversations.find_by_id("c1"),
    "ConversationStore lists": lambda s: s.conversations.list_page(ListQuery("closed")),
    "ConversationStore searches": lambda s: s.conversations.search_as_customer("ann", "a", 1),
    "ConversationStore writes": lambda s: s.conversations.mark_read("c1", Role.CUSTOMER, 1),
    "CustomerStore reads": lambda s: s.customers.find_customer("ann"),
    "CustomerStore writes": lambda s: s.customers.save_customer(ANN, None),
    "CustomerStore writes visits": lambda s: s.customers.save_page_visit("ann", PageVisit(NOON)),
    "TechnicianStore reads": lambda s: s.technicians.list_technicians(),
    "TechnicianStore writes": lambda s: s.technicians.save_account("bob", lambda _: BOB),
    "TopicStore reads": lambda s: s.topics.list_topics(),
    "TopicStore writes": lambda s: s.topics.save_topic(Topic("tv", "TV")),
    "DraftStore reads": lambda s: s.drafts.list_drafts("bob"),
    "DraftStore writes": lambda s: s.drafts.save_draft("b", Draft("c", "t"), 1),
    "CredentialStore reads": lambda s: s.credentials.find_secret_owner("link", b"1", NOON),
    "CredentialStore writes": lambda s: s.credentials.consume_secret("link", b"1", NOON),
    "FileStore reads": lambda s: s.files.find_upload("f1"),
    "StatisticsStore reads": lambda s: s.statistics.figures_between(NOON, NOON + 1),
    "SiteStore reads": lambda s: s.site.load_parts(),
    "SiteStore writes": lambda s: s.site.save_parts({"widget": b"{}"}),
    "AccessKeyStore reads": lambda s: s.access_keys.find_valid_key(AccessKeyKind.VISIT, b"1", 1),
    "AccessKeyStore writes": lambda s: s.access_keys.consume_key(AccessKeyKind.VISIT, b"1", 1),
    "AuditLog reads": lambda s: s.audit.list_entries("ann", "c1", 1),
    "AuditLog writes": lambda s: s.audit.add_issued_files([]),
    "CustomerArchiveStore reads": lambda s: s.customer_archive.list_archived(
        "a", CustomerArchiveQuery()
    ),
    "CustomerArchiveStore writes": lambda s: s.customer_archive.change_label("c1", _same),
    "MailStore reads": lambda s: s.mail.confirmed_address("ann"),
    "MailStore writes": lambda s: s.mail.finish_letter("l1", LetterOutcome.SENT),
    "SealedFolderStore reads": lambda s: s.sealed_folders.sealed_seq("c1"),
    "SealedFolderStore writes": lambda s: s.sealed_folders.mark_sealed("c1", 1),
    "ErasureStore reads": lambda s: s.erasures.list_unfinished(),
    "ErasureStore writes": lambda s: s.erasures.save_hold(LegalHold("c1", "why", NOON)),
}


@pytest.fixture
async def closed(engine: OpenEngine, tmp_path: Path) -> Store:
    async with engine(tmp_path) as store:
        pass
    return store


@pytest.mark.parametrize("call", CALLS)
async def test_a_closed_store_is_unavailable(closed: Store, call: str) -> None:
    with pytest.raises(Unavailable):
        await CALLS[call](closed)


async def test_a_closed_log_takes_no_append_and_does_not_say_stored(closed: Store) -> None:
    calls: list[str] = []
    with pytest.raises(Unavailable):
        await closed.log.append(opening(), lambda: calls.append("stored"))
    assert calls == []
