from dataclasses import replace

from chatserver.core.conversation.state import Conversation
from chatserver.core.notifications import AvailabilityChanged, QueuePositionChanged
from chatserver.core.pairing.router import Router
from chatserver.core.people import Person
from chatserver.services.pairing.queue_positions import FRAMES_PER_MS, MIN_ROUND_MS, QueuePositions
from tests.fakes import FakeBus
from tests.playbook import BOB

# Publishing 10,000 positions takes some 0.2 s, which must not happen with every pairing.
MANY = 10_000


def line(count: int, here: int = 0) -> tuple[QueuePositions, FakeBus]:
    """Return queue positions that were published to this many waiting customers, at 0 ms."""
    bus = FakeBus()
    places = QueuePositions(
        Router(), bus, count_connected_customers=lambda: here, topics=lambda: ("dsl",)
    )
    for number in range(count):
        places.router.update_conversation(waiting(number), 0)
    places.mark_changed()
    places.publish_due(0)
    bus.published.clear()
    return places, bus


def waiting(number: int) -> Conversation:
    return Conversation(f"c{number:05}", "", Person(f"customer{number}", ""), opened_at=number)


def leave(places: QueuePositions, number: int) -> None:
    places.router.queue.leave(f"c{number:05}")
    places.mark_changed()


def told(bus: FakeBus) -> dict[str, int]:
    places = [each for each in bus.published if isinstance(each, QueuePositionChanged)]
    return {each.conversation: each.position for each in places}


def test_only_changed_positions_are_published() -> None:
    places, bus = line(5)
    leave(places, 2)
    places.publish_due(MIN_ROUND_MS)
    assert told(bus) == {"c00003": 3, "c00004": 4}


def test_a_change_right_after_a_round_waits_for_the_next() -> None:
    places, bus = line(5)
    leave(places, 0)
    places.publish_due(1)
    leave(places, 1)
    places.publish_due(2)
    assert not bus.published
    assert places.due == MIN_ROUND_MS
    places.publish_due(places.due)
    assert told(bus) == {"c00002": 1, "c00003": 2, "c00004": 3}
    assert places.due is None


def test_a_larger_round_is_followed_by_a_longer_pause() -> None:
    places, bus = line(MANY)
    leave(places, 0)
    places.publish_due(MIN_ROUND_MS)
    assert not bus.published
    assert places.due is not None
    assert places.due >= MANY // FRAMES_PER_MS
    places.publish_due(places.due)
    assert len(told(bus)) == MANY - 1


def test_a_change_of_availability_waits_as_long_as_it_concerns_many() -> None:
    places, bus = line(0, here=MANY)
    places.router.update_technician(BOB, connected=True, now=0)
    places.mark_changed()
    places.publish_due(MIN_ROUND_MS)
    assert bus.published == [
        AvailabilityChanged(available=True, staffed=True, available_topics=("dsl",))
    ]
    places.router.update_technician(replace(BOB, capacity=0), connected=True, now=0)
    places.mark_changed()
    places.publish_due(2 * MIN_ROUND_MS)
    assert places.due == MIN_ROUND_MS + MANY // FRAMES_PER_MS
    places.publish_due(places.due)
    assert bus.published[1:] == [AvailabilityChanged(available=False, staffed=True)]


def test_a_position_read_before_it_changed_back_is_published_again() -> None:
    places, bus = line(3)
    places.router.update_conversation(replace(waiting(9), id="c9", requeued=True), 0)
    places.mark_changed()
    asked = places.position_of("c00001", 1)
    assert asked is not None
    assert asked.position == 3
    places.router.queue.leave("c9")
    places.publish_due(MIN_ROUND_MS)
    assert told(bus) == {"c00001": 2}
