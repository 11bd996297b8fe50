"""The state that follows from a log: promises, and the technician that is not asked again."""

from dataclasses import FrozenInstanceError, fields

import pytest

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import DeclineReason, RequeueReason
from chatserver.core.conversation.state import Conversation
from tests.playbook import ANN, BOB, CAT, NOON, Play, opened

LATER = NOON + 86_400_000


def state_of(play: Play) -> Conversation:
    assert play.state is not None
    return play.state


def left_message() -> Play:
    """A message for which an answer is promised until the next day."""
    return opened().given((ANN, ask.LeaveMessage(LATER)))


def lost(play: Play) -> Conversation:
    return state_of(play.given((None, ask.Requeue("bob", RequeueReason.TECHNICIAN_LEFT))))


def test_a_promise_stands_until_it_is_answered() -> None:
    accepted = left_message().given((BOB, ask.Accept()))
    assert lost(accepted).reply_by == LATER


def test_an_answered_message_whose_technician_is_lost_is_a_live_conversation() -> None:
    answered = left_message().given((BOB, ask.Accept()), (BOB, ask.Send(text="Restart it")))
    assert lost(answered).reply_by is None


def test_the_customers_own_words_keep_no_promise() -> None:
    assert state_of(left_message().given((ANN, ask.Send(text="Hello?")))).reply_by == LATER


def test_a_technician_whose_connection_was_lost_may_be_asked_again() -> None:
    assert lost(opened().given((BOB, ask.Accept()))).avoid is None


def test_a_technician_who_did_not_answer_is_not_asked_first_again() -> None:
    play = opened().given((BOB, ask.Accept()), (None, ask.Requeue("bob", RequeueReason.UNANSWERED)))
    assert state_of(play).avoid == "bob"


def test_a_withdrawn_offer_says_nothing_about_the_technician() -> None:
    offer = (None, ask.Offer(BOB.person, LATER))
    assert state_of(opened().given(offer, (BOB, ask.Decline("bob")))).avoid == "bob"
    withdrawn = opened().given(offer, (None, ask.Decline("bob", withdrawn=True)))
    assert (state_of(withdrawn).avoid, state_of(withdrawn).offered) == (None, None)


def test_a_withdrawn_offer_leaves_the_technician_who_declined_before() -> None:
    offers = [(None, ask.Offer(each.person, LATER)) for each in (BOB, CAT)]
    play = opened().given(offers[0], (BOB, ask.Decline("bob")), offers[1])
    assert state_of(play.given((None, ask.Decline("cat", withdrawn=True)))).avoid == "bob"


def test_the_log_tells_an_offer_that_ran_out_from_one_that_was_withdrawn() -> None:
    offered = opened().given((None, ask.Offer(BOB.person, LATER)))
    for withdrawn, reason in ((False, DeclineReason.MISSED), (True, DeclineReason.WITHDRAWN)):
        (event,) = offered.when(None, ask.Decline("bob", withdrawn=withdrawn)).events
        assert getattr(event.fact, "reason", None) is reason


def test_a_state_that_follows_from_another_is_like_one_that_was_made_anew() -> None:
    """Copies are filled before they become conversations; nothing may be seen of that."""
    state = state_of(opened().given((BOB, ask.Accept()), (ANN, ask.Send(text="Still"))))
    values = {name.name: getattr(state, name.name) for name in fields(Conversation)}
    assert type(state) is Conversation
    assert state == Conversation(**values)
    assert hash(state) == hash(Conversation(**values))
    with pytest.raises(FrozenInstanceError):
        state.seq = 0  # type: ignore[misc]
