"""The contract of `SiteStore`."""

from collections.abc import Mapping, Sequence

import pytest

from chatserver.core.errors import Code, Refused
from chatserver.core.people import Topic
from chatserver.services.site import SiteStore
from chatserver.store.open import Store


@pytest.fixture
def site(store: Store) -> SiteStore:
    return store.site


async def test_saved_parts_replace_their_own_kind_only(site: SiteStore) -> None:
    assert await site.load_parts() == {}
    await site.save_parts({"widget": b'{"a":1}', "targets": b"{}"})
    await site.save_parts({"widget": '{"a":"ü"}'.encode()})
    await site.save_parts({})
    assert await site.load_parts() == {"widget": '{"a":"ü"}'.encode(), "targets": b"{}"}


async def test_saved_topics_are_all_there_are_in_their_order(site: SiteStore, store: Store) -> None:
    await store.topics.save_topic(Topic("tv", "TV"))
    await site.save_parts({"widget": b"{}"})
    assert await store.topics.list_topics() == [Topic("tv", "TV")]
    chosen = [Topic("z", "Z"), Topic("a", "A")]
    await site.save_parts({}, chosen)
    assert await store.topics.list_topics() == chosen
    await site.save_parts({}, [])
    assert await store.topics.list_topics() == []


async def test_a_check_sees_what_is_stored_and_may_refuse_all_of_it(
    site: SiteStore, store: Store
) -> None:
    await site.save_parts({"widget": b"{}"}, [Topic("tv", "TV")])

    def check(parts: Mapping[str, bytes], topics: Sequence[Topic]) -> None:
        assert (parts, topics) == ({"widget": b"{}"}, [Topic("tv", "TV")])
        raise Refused(Code.CONFLICT)

    with pytest.raises(Refused):
        await site.save_parts({"targets": b"{}"}, [], check)
    assert await site.load_parts() == {"widget": b"{}"}
    assert await store.topics.list_topics() == [Topic("tv", "TV")]
