"""Pending offers: each ends by a timer, and a refusal is remembered for a while."""

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.pairing.offers import Offers, PendingOffer
from chatserver.core.pairing.timers import Timers

NAMES = st.sampled_from("abc")
MOMENTS = st.integers(0, 9)


def offers() -> Offers:
    return Offers(Timers())


def test_an_offer_is_pending_until_it_is_withdrawn() -> None:
    pending, offer = offers(), PendingOffer("bob", 30)
    pending.make("c1", offer)
    assert "c1" in pending
    assert pending.withdraw("c1") == offer
    assert "c1" not in pending
    assert pending.withdraw("c1") is None


def test_an_offer_sets_a_timer_for_its_end() -> None:
    timers = Timers()
    Offers(timers).make("c1", PendingOffer("bob", 30))
    assert timers.next_due() == 30


@given(made=st.dictionaries(NAMES, MOMENTS), now=MOMENTS)
def test_the_expired_offers_are_those_with_an_end_that_has_come(
    made: dict[str, int], now: int
) -> None:
    pending = offers()
    for name, until in made.items():
        pending.make(name, PendingOffer("bob", until))
    assert dict(pending.expired(now)) == {
        name: "bob" for name, until in made.items() if until <= now
    }


def test_an_expired_offer_stays_pending_until_its_end_is_recorded() -> None:
    pending = offers()
    # The log may refuse the end for a while: until then the offer is found again.
    pending.make("c1", PendingOffer("bob", 30))
    assert pending.expired(30) == [("c1", "bob")]
    assert "c1" in pending


def test_a_refusal_is_remembered_until_the_conversation_leaves_the_queue() -> None:
    pending = offers()
    pending.make("c1", PendingOffer("bob", 30))
    pending.withdraw("c1")
    pending.refuse("c1", 12)
    assert pending.refused_at("c1") == 12
    pending.forget("c1")
    assert pending.refused_at("c1") is None


def test_a_withdrawn_offer_is_no_refusal() -> None:
    pending = offers()
    pending.make("c1", PendingOffer("bob", 30))
    pending.withdraw("c1")
    assert pending.refused_at("c1") is None


def test_a_conversation_that_leaves_the_queue_gives_its_offer_back() -> None:
    pending, offer = offers(), PendingOffer("bob", 30)
    pending.make("c1", offer)
    assert pending.forget("c1") == offer
    assert pending.forget("c1") is None
