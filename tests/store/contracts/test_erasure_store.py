"""The contract of `ErasureStore`."""

from dataclasses import replace

import pytest

from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.core.audit import AuditAction, AuditActor, AuditEntry, IssuedFile
from chatserver.core.conversation.commands import Erase
from chatserver.core.conversation.draft import Draft
from chatserver.core.customer_archive import UNLABELLED, ConversationLabel
from chatserver.core.durations import DAY_MS
from chatserver.core.mail import Letter, LetterKind
from chatserver.core.people import PageVisit
from chatserver.core.retention import ErasureScope, LegalHold, Retention
from chatserver.services.erasure.erasure import ErasureStore
from chatserver.store.engine.database import Database
from chatserver.store.open import Store
from tests.playbook import ANN, EVE, NOON
from tests.store.contracts.scenes import Scene, opening

ADDRESS = "ann@example.org"


@pytest.fixture
def erasures(store: Store) -> ErasureStore:
    return store.erasures


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


async def expired(erasures: ErasureStore, keeping: Retention, now: int) -> list[str]:
    return [each.conversation.id for each in await erasures.list_expired(keeping, now)]


async def test_closed_conversations_expire_in_order_of_closing(
    erasures: ErasureStore, scene: Scene
) -> None:
    await scene.waiting("open")
    await scene.closed("later", at=NOON + 1)
    await scene.closed("first", at=NOON)
    assert await expired(erasures, Retention(1), NOON + DAY_MS - 1) == []
    assert await expired(erasures, Retention(1), NOON + DAY_MS) == ["first"]
    assert await expired(erasures, Retention(1), NOON + 9 * DAY_MS) == ["first", "later"]
    assert await expired(erasures, Retention(0), NOON + 9 * DAY_MS) == []


async def test_a_topic_has_a_retention_of_its_own(erasures: ErasureStore, scene: Scene) -> None:
    await scene.closed("dsl", topic="dsl")
    await scene.closed("tv", topic="tv")
    await scene.closed("none")
    keeping = Retention(2, {"dsl": 1, "tv": 0})
    assert await expired(erasures, keeping, NOON + DAY_MS) == ["dsl"]
    assert set(await expired(erasures, keeping, NOON + 2 * DAY_MS)) == {"dsl", "none"}


async def test_erased_and_held_conversations_do_not_expire(
    erasures: ErasureStore, scene: Scene
) -> None:
    await scene.erased("erased")
    await scene.closed("held")
    await erasures.save_hold(LegalHold("held", "a lawsuit", NOON))
    assert await expired(erasures, Retention(1), NOON + 9 * DAY_MS) == []
    await erasures.remove_hold("held")
    assert await expired(erasures, Retention(1), NOON + 9 * DAY_MS) == ["held"]


async def test_a_hold_takes_the_place_of_the_one_before_and_can_be_lifted_twice(
    erasures: ErasureStore,
) -> None:
    assert await erasures.find_hold("c1") is None
    for hold in (LegalHold("c1", "one", NOON), LegalHold("c1", "two", NOON + 1)):
        await erasures.save_hold(hold)
        assert await erasures.find_hold("c1") == hold
    for _ in range(2):
        await erasures.remove_hold("c1")
    assert await erasures.find_hold("c1") is None


async def test_an_erasure_is_unfinished_until_it_is_completed(
    erasures: ErasureStore, scene: Scene
) -> None:
    await scene.closed("closed")
    await scene.erased("c1")
    assert await erasures.list_unfinished() == ["c1"]
    for _ in range(2):
        await erasures.complete_erasure("c1")
    assert await erasures.list_unfinished() == []


async def test_a_completed_erasure_leaves_nothing_beside_the_log(
    store: Store, erasures: ErasureStore, scene: Scene
) -> None:
    await store.customers.save_customer(ANN, None)
    closed = await scene.closed("c1")
    key = AccessKey(b"key", AccessKeyKind.SHARE, "ann", NOON + 9, "c1")
    doer = AuditActor("customer", "ann", "Ann")
    await store.drafts.save_draft("bob", Draft("c1", "draft"), NOON)
    await store.customer_archive.change_label("c1", lambda _: ConversationLabel("label"))
    await store.access_keys.save_key(key, NOON)
    await store.audit.add_issued_files([IssuedFile(b"digest", "c1", "txt", "ann", NOON)])
    await store.audit.add_entry(
        AuditEntry(NOON, "ann", "c1", deed=AuditAction.SHARED, how="", doer=doer)
    )
    await store.mail.enqueue(
        Letter("l1", "ann", ADDRESS, kind=LetterKind.TRANSCRIPT, at=NOON, conversation="c1"), 0
    )
    await scene.do(closed, Erase(), ANN)
    await erasures.complete_erasure("c1")
    assert await store.drafts.list_drafts("bob") == []
    assert await store.customer_archive.find_label("c1") == UNLABELLED
    assert await store.access_keys.find_valid_key(key.kind, key.digest, NOON) is None
    assert await store.audit.find_issued_file(b"digest") is None
    assert await store.mail.next_letter_due_at() is None
    (entry,) = await store.audit.list_entries("ann", "c1", 9)
    assert (entry.deed, entry.doer.name) == (AuditAction.SHARED, "")


async def test_nothing_is_left_of_a_forgotten_customer(
    store: Store, erasures: ErasureStore
) -> None:
    await store.customers.save_customer(ANN, b"token")
    await store.customers.save_page_visit("ann", PageVisit(NOON))
    await store.mail.save_code("ann", ADDRESS, b"code", NOON + 9)
    await store.mail.confirm_address("ann", b"code", NOON)
    await store.mail.enqueue(Letter("l1", "ann", ADDRESS, LetterKind.CODE, NOON), 0)
    key = AccessKey(b"key", AccessKeyKind.VISIT, "ann", NOON + 9)
    await store.access_keys.save_key(key, NOON)
    for _ in range(2):
        await erasures.forget_customer("ann", NOON)
    assert await store.customers.find_customer("ann") is None
    assert await store.customers.find_customer_by_token(b"token") is None
    assert await store.customers.last_page_visit("ann") is None
    assert await store.mail.confirmed_address("ann") is None
    assert await store.mail.confirm_address("ann", b"code", NOON) is None
    assert await store.mail.next_letter_due_at() is None
    assert await store.access_keys.find_valid_key(key.kind, key.digest, NOON) is None


async def test_what_an_erasure_would_remove_is_counted_without_what_is_held(
    erasures: ErasureStore, store: Store, scene: Scene
) -> None:
    await store.customers.save_customer(ANN, None)
    await scene.closed("one")
    await scene.closed("held")
    await scene.erased("gone")
    await scene.closed("another's", customer=EVE)
    await erasures.save_hold(LegalHold("held", "court", NOON))
    await store.sealed_folders.mark_sealed("one", 1)
    for number, until in enumerate((NOON, NOON + 1)):
        kind = AccessKeyKind.SHARE
        key = AccessKey(bytes([number]), kind, ANN.id, until, conversation="one")
        await store.access_keys.save_key(key, 0)
    assert await erasures.scope_of_customer(ANN.id, NOON) == ErasureScope(
        conversations=1, messages=2, files=0, sealed=1, shares=1, held=1
    )


async def test_no_digest_of_an_erased_request_is_left_to_try_a_guess_against(
    store: Store, scene: Scene
) -> None:
    erased, kept = [
        await scene.append(replace(opening(name), answer={"conversation": name}))
        for name in ("erased", "kept")
    ]
    assert await store.writer.do(_digests) == {"open erased": 0, "open kept": 0}
    await scene.do(erased, Erase(), ANN)
    await store.purge.run()
    assert await store.writer.do(_digests) == {"open erased": None, "open kept": 0}
    assert (await scene.record("kept")).conversation == kept


def _digests(database: Database) -> dict[str, int | None]:
    # The id of a request is stored as JSON.
    rows = database.execute("SELECT request, digest FROM requests").fetchall()
    return {request.strip('"'): digest for request, digest in rows}
