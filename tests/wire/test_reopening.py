"""`reopen`: a customer continues a closed conversation, in the widget or in the archive."""

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.web.test_customer_archive import visit
from tests.wire.client import Client, customer, opened, technician


async def ended(ann: Client, bob: Client) -> str:
    """Return a conversation that Bob had and closed."""
    conversation = await opened(ann, text="It blinks")
    await bob.event("assigned", conversation)
    await bob.ok("close", conversation=conversation)
    await ann.event("closed", conversation)
    return conversation


async def test_a_closed_conversation_goes_on_with_the_technician_of_before(
    server: RunningServer,
) -> None:
    async with customer(server) as ann, technician(server) as bob:
        conversation = await ended(ann, bob)
        assert ann.welcome["reopen"] == 14 * 86_400_000
        answer = await ann.ok("reopen", conversation=conversation, text="It is back")
        assert answer["status"] == "waiting"
        assert (await ann.event("reopened", conversation))["author"]["role"] == "customer"
        assert await ann.next("event", kind="message", text="It is back")
        # Bob follows it again, from its first event.
        assert (await bob.event("reopened", conversation))["conversation"] == conversation


async def test_a_repeated_reopening_has_one_effect(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server) as bob:
        conversation = await ended(ann, bob)
        asked = {"conversation": conversation, "text": "still", "written": True}
        first = await ann.ok("reopen", request="one", **asked)
        assert await ann.ok("reopen", request="one", **asked) == first
        refused = await ann.refused("reopen", conversation=conversation)
        assert refused["code"] == "conflict"


async def test_a_page_that_opened_meanwhile_is_sent_what_is_said(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server) as bob:
        conversation = await ended(ann, bob)
        async with customer(server, token=ann.welcome["token"]) as page:
            await page.settle()
            await ann.ok("reopen", conversation=conversation, text="still", written=True)
            assert (await page.event("opened", conversation))["seq"] == 1
            assert (await page.event("promised", conversation))["reply_by"]


async def test_a_conversation_that_goes_on_is_found_among_the_open_ones_only(
    server: RunningServer,
) -> None:
    async with customer(server) as ann, technician(server, rank=Rank.SUPERVISOR) as bob:
        conversation = await ended(ann, bob)
        await ann.ok("reopen", conversation=conversation, text="blinks again")
        found = await bob.ok("list", status="any", whose="all", text="blinks")
        assert [each["conversation"] for each in found["conversations"]] == [conversation]
        assert found["conversations"][0]["closed_at"] is None
        assert (await ann.ok("search", text="blinks"))["results"] == []


async def test_the_archive_page_continues_a_conversation_with_a_promise(
    server: RunningServer,
) -> None:
    async with customer(server) as ann, technician(server) as bob:
        conversation = await ended(ann, bob)
        path, said = f"/archive/conversations/{conversation}/reopen", {"id": "1", "text": "still"}
        # The end of a working day from now on, so that it is no earlier than that of the welcome.
        promised = set[int]()
        async with visit(server, ann) as session:
            for _ in range(2):
                async with session.post(path, json=said) as answer:
                    assert answer.status == 200
                    promised.add((await answer.json())["reply_by"])
            (reply_by,) = promised
            assert reply_by >= ann.welcome["reply_by"]
            async with session.post(path, json=said | {"id": "2"}) as answer:
                assert answer.status == 409
        assert await ann.next("event", kind="message", text="still")
