"""The contract of `CustomerArchiveStore`."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chatserver.core.customer_archive import (
    UNLABELLED,
    ConversationLabel,
    CustomerArchiveEntry,
    CustomerArchiveFacets,
    CustomerArchiveFilter,
    CustomerArchiveQuery,
)
from chatserver.services.customer_archive import CustomerArchiveStore
from chatserver.store.open import Store
from tests.playbook import EVE, NOON
from tests.store.contracts.scenes import Scene

ALL = CustomerArchiveQuery(CustomerArchiveFilter.ALL)


@pytest.fixture
async def archive(store: Store) -> CustomerArchiveStore:
    """Ann's open, closed, put-away and erased conversation, opened one ms after another; Eve's."""
    scene = Scene(store)
    await scene.closed("closed", at=NOON, said="a modem hums", topic="dsl")
    await scene.closed("away", at=NOON + 1, said="a router blinks", topic="tv")
    await scene.waiting("open", at=NOON + 2, said="my modem blinks", topic="dsl")
    await scene.erased("erased", at=NOON + 3)
    await scene.closed("eves", EVE, NOON, said="a modem", topic="eves")
    label = ConversationLabel("Living room", ("home", "urgent"), NOON + 9)
    await store.customer_archive.change_label("away", lambda _: label)
    return store.customer_archive


def ids(found: Sequence[CustomerArchiveEntry]) -> list[str]:
    return [each.record.conversation.id for each in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ALL, ["open", "away", "closed"]),
        (CustomerArchiveQuery(), ["open", "closed"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.OPEN), ["open"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.CLOSED), ["closed"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.ARCHIVED), ["away"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.ALL, topic="dsl"), ["open", "closed"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.ALL, tag="home"), ["away"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.ALL, tag="hom"), []),
        (CustomerArchiveQuery(CustomerArchiveFilter.ALL, since=NOON + 1), ["open", "away"]),
        (CustomerArchiveQuery(CustomerArchiveFilter.ALL, until=NOON + 1), ["closed"]),
        (
            CustomerArchiveQuery(CustomerArchiveFilter.ALL, before=(NOON + 2, "open")),
            ["away", "closed"],
        ),
        (CustomerArchiveQuery(CustomerArchiveFilter.ALL, limit=2), ["open", "away"]),
    ],
)
async def test_a_page_is_newest_first_without_erased_and_foreign_conversations(
    archive: CustomerArchiveStore, query: CustomerArchiveQuery, expected: list[str]
) -> None:
    assert ids(await archive.list_archived("ann", query)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("modem", ["open", "closed"]),
        ("modem hums", ["closed"]),
        ("blinks", ["open", "away"]),
        ("living", ["away"]),
        ("urgent", ["away"]),
        ("absent", []),
        ("?!", ["open", "away", "closed"]),
        ('"', ["open", "away", "closed"]),
        ("%", ["open", "away", "closed"]),
    ],
)
async def test_a_search_looks_in_what_was_said_and_labelled(
    archive: CustomerArchiveStore, text: str, expected: list[str]
) -> None:
    assert ids(await archive.search_archived("ann", text, ALL)) == expected


async def test_a_search_is_narrowed_and_paged_as_a_list_is(archive: CustomerArchiveStore) -> None:
    closed = CustomerArchiveQuery(CustomerArchiveFilter.CLOSED)
    assert ids(await archive.search_archived("ann", "modem", closed)) == ["closed"]
    first = CustomerArchiveQuery(CustomerArchiveFilter.ALL, limit=1)
    assert ids(await archive.search_archived("ann", "modem", first)) == ["open"]


async def test_the_excerpt_marks_what_was_found(archive: CustomerArchiveStore) -> None:
    for found in await archive.search_archived("ann", "modem", ALL):
        assert "\x02modem\x03" in found.excerpt


async def test_a_label_takes_the_place_of_the_one_before(archive: CustomerArchiveStore) -> None:
    assert await archive.find_label("closed") == UNLABELLED
    full = ConversationLabel("One", ("a", "b"), NOON)
    assert await archive.change_label("closed", lambda _: full) == full
    assert await archive.find_label("closed") == full
    renamed = await archive.change_label("closed", lambda each: replace(each, title="Two"))
    assert renamed == replace(full, title="Two")
    assert await archive.find_label("closed") == renamed


async def test_facets_are_the_topics_and_tags_in_order_and_the_beginning(
    archive: CustomerArchiveStore,
) -> None:
    expected = CustomerArchiveFacets(("dsl", "tv"), ("home", "urgent"), NOON)
    assert await archive.read_facets("ann") == expected
    assert await archive.read_facets("nobody") == CustomerArchiveFacets((), (), None)
