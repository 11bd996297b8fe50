"""The send buffer is bounded and waits a bounded time; writes of one moment leave together."""

import asyncio

import pytest

from chatserver.gateway import transport
from chatserver.gateway.transport import UNAWAITED_BYTES, SendBuffer, WriteCoalescer
from chatserver.protocol.close import CloseCode
from tests.gateway.fake_transport import FakeTransport


def test_an_offer_is_sent_while_it_fits_into_the_limit() -> None:
    line = FakeTransport(waiting=6)
    assert SendBuffer(line, limit=10).try_send(b"1234")
    assert line.sent == [b"1234"]


def test_an_offer_beyond_the_limit_is_refused_and_not_sent() -> None:
    line = FakeTransport(waiting=7)
    assert not SendBuffer(line, limit=10).try_send(b"1234")
    assert line.sent == []


def test_one_frame_larger_than_the_limit_is_sent_to_a_client_that_has_read_all() -> None:
    line = FakeTransport(waiting=0)
    assert SendBuffer(line, limit=10).try_send(b"x" * 100)
    assert line.sent == [b"x" * 100]


def test_a_limit_of_zero_refuses_nothing() -> None:
    line = FakeTransport(waiting=1 << 30)
    assert SendBuffer(line, limit=0).try_send(b"x")


async def test_an_answer_does_not_wait_while_little_is_unread() -> None:
    line = FakeTransport(waiting=UNAWAITED_BYTES - 2)
    await SendBuffer(line, limit=1).send_waiting(b"x")
    assert line.sent == [b"x"]


async def test_an_answer_waits_for_a_client_that_has_much_to_read() -> None:
    line = FakeTransport(waiting=UNAWAITED_BYTES)
    async with asyncio.TaskGroup() as tasks:
        pushing = tasks.create_task(SendBuffer(line, limit=0).send_waiting(b"x"))
        await asyncio.sleep(0)
        assert (line.sent, pushing.done()) == ([], False)
        line.reads.set()
    assert line.sent == [b"x"]
    assert not line.was_cut


async def test_a_client_that_never_reads_its_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    # No time passes in the test: a client that does not read at once is too late.
    monkeypatch.setattr(transport, "SEND_TIMEOUT_S", 0)
    line = FakeTransport(waiting=UNAWAITED_BYTES)
    await SendBuffer(line, limit=0).send_waiting(b"x")
    assert line.was_cut


async def test_a_client_that_does_not_say_good_bye_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CLOSE_TIMEOUT_S", 0)
    line = FakeTransport()
    await SendBuffer(line, limit=0).close(CloseCode.RESTART)
    assert (line.closed, line.was_cut) == ([], True)


async def test_a_close_sends_its_code() -> None:
    line = FakeTransport()
    line.reads.set()
    await SendBuffer(line, limit=0).close(CloseCode.RESTART)
    assert (line.closed, line.was_cut) == ([CloseCode.RESTART], False)


async def run_due_callbacks() -> None:
    """Run the event loop for the two turns that a write waits, and one more."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_writes_of_one_moment_are_done_once_each_after_the_answers() -> None:
    done: list[str] = []
    writes = WriteCoalescer()
    writes.join(lambda: done.append("technician"))
    writes.join(lambda: done.append("customer"))
    # The answer to a commit is sent in the next turn of the loop, and must share the write.
    asyncio.get_running_loop().call_soon(done.append, "answered")
    assert done == []
    await run_due_callbacks()
    assert done == ["answered", "technician", "customer"]
    await run_due_callbacks()
    # Each write was for one round only; without this, closed connections would be kept.
    assert len(done) == 3


async def test_a_write_that_fails_keeps_no_other_from_being_done() -> None:
    done: list[str] = []
    writes = WriteCoalescer()

    def fail() -> None:
        raise RuntimeError("this line is broken")

    writes.join(fail)
    writes.join(lambda: done.append("the other"))
    await run_due_callbacks()
    assert done == ["the other"]
