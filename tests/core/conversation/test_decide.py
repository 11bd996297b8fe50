"""The rules of a conversation: commands, the events that they lead to, and refusals."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import (
    Assigned,
    Closed,
    CloseReason,
    Kept,
    Message,
    Note,
    Opened,
    Promised,
    Rated,
    Redacted,
    Requeued,
    RequeueReason,
    Transferred,
)
from chatserver.core.conversation.state import ConversationStatus, evolve, may_read
from chatserver.core.errors import Refused
from chatserver.core.people import Role
from tests.playbook import ANN, BOB, CAT, EVE, NOON, OPENING, SUE, Play, opened

ASSIGN_BOB = ask.Assign(BOB.person)
LEFT = ask.Requeue("bob", RequeueReason.TECHNICIAN_LEFT)


def test_opening_with_first_words_makes_two_events() -> None:
    Play().when(ANN, OPENING).then(
        Opened(customer=ANN.person, reference="K7F3-9QMX"), Message(text="It blinks")
    )


def test_a_waiting_customer_may_already_write() -> None:
    opened().when(ANN, ask.Send(text="still")).then(Message(text="still"))


def test_a_waiting_customer_may_reserve_the_place() -> None:
    opened().when(ANN, ask.KeepPlace(NOON)).then(Kept(NOON))
    opened().when(EVE, ask.KeepPlace(NOON)).then_refused("not_found")
    served = opened().given((None, ASSIGN_BOB))
    served.when(ANN, ask.KeepPlace(NOON)).then_refused("conflict")


def test_the_desk_promises_an_answer_to_customers_with_a_reserved_place() -> None:
    kept = opened().given((ANN, ask.KeepPlace(NOON)))
    kept.when(None, ask.LeaveMessage(NOON)).then(Promised(NOON))


def test_the_conversation_of_another_customer_is_not_found() -> None:
    opened().when(EVE, ask.Send(text="hello")).then_refused("not_found")
    opened().when(EVE, ask.Close()).then_refused("not_found")
    Play().when(EVE, ask.Send(text="hello")).then_refused("not_found")


def test_a_technician_writes_only_in_their_own_conversations() -> None:
    play = opened().given((None, ASSIGN_BOB))
    play.when(BOB, ask.Send(text="hello")).then(Message(text="hello"))
    play.when(CAT, ask.Send(text="hello")).then_refused("not_found")
    play.when(SUE, ask.Send(text="hello")).then_refused("not_allowed")


def test_a_late_accept_is_told_the_name_of_the_first() -> None:
    outcome = opened().given((BOB, ask.Accept())).when(CAT, ask.Accept())
    outcome.then_refused("conflict")
    assert outcome.error is not None
    assert outcome.error.by == "Bob"


def test_a_closed_conversation_accepts_no_message() -> None:
    play = opened().given((ANN, ask.Close()))
    play.when(ANN, ask.Send(text="wait")).then_refused("closed")
    play.when(ANN, ask.Close()).then_refused("closed")
    play.when(CAT, ask.Accept()).then_refused("closed")


def test_a_close_records_the_side_that_closed() -> None:
    play = opened().given((None, ASSIGN_BOB))
    play.when(ANN, ask.Close()).then(Closed(Role.CUSTOMER, CloseReason.CUSTOMER))
    play.when(BOB, ask.Close()).then(Closed(Role.TECHNICIAN, CloseReason.TECHNICIAN))
    play.when(SUE, ask.Close()).then(Closed(Role.TECHNICIAN, CloseReason.TECHNICIAN))


def test_a_note_is_for_technicians_in_the_conversation() -> None:
    play = opened().given((None, ASSIGN_BOB))
    play.when(BOB, ask.AddNote("old firmware")).then(Note("old firmware"))
    play.when(ANN, ask.AddNote("old firmware")).then_refused("not_allowed")
    play.when(CAT, ask.AddNote("old firmware")).then_refused("not_found")


def test_a_customer_does_not_see_that_there_is_a_note() -> None:
    play = opened().given((None, ASSIGN_BOB), (BOB, ask.AddNote("hm")), (BOB, ask.Send(text="ok")))
    note, message = play.events[-2:]
    # The note takes seq 4, but the chain of `prev` skips it: 5 follows 3.
    assert note.internal
    assert (note.seq, message.seq, message.prev) == (4, 5, 3)
    assert play.state is not None
    assert play.state.shown == 5


def test_a_transfer_to_a_colleague_moves_the_conversation() -> None:
    play = opened().given((None, ASSIGN_BOB))
    play.when(BOB, ask.Transfer(technician=CAT.person, note="please")).then(
        Note("please"), Transferred(technician=CAT.person), Assigned(CAT.person)
    )


def test_a_supervisor_may_take_over_any_conversation() -> None:
    play = opened().given((None, ASSIGN_BOB))
    take = ask.Transfer(technician=SUE.person)
    play.when(SUE, take).then(Transferred(technician=SUE.person), Assigned(SUE.person))
    play.when(CAT, ask.Transfer(technician=CAT.person)).then_refused("not_found")
    play.given((SUE, take)).when(SUE, take).then_refused("conflict")


def test_a_transfer_to_a_topic_puts_the_customer_at_the_head_of_the_queue() -> None:
    play = opened().given((None, ASSIGN_BOB), (BOB, ask.Transfer(topic="dsl")))
    assert play.events[-1].fact == Requeued(RequeueReason.TRANSFERRED)
    assert play.state is not None
    assert (play.state.topic, play.state.requeued, play.state.avoid) == ("dsl", True, "bob")
    assert play.state.requeue_reason is RequeueReason.TRANSFERRED
    taken = play.given((CAT, ask.Accept())).state
    assert taken is not None
    assert taken.requeue_reason is None


def test_a_requeue_takes_only_conversations_still_with_the_technician() -> None:
    opened().given((None, ASSIGN_BOB)).when(None, LEFT).then(
        Requeued(RequeueReason.TECHNICIAN_LEFT)
    )
    taken_over = opened().given((None, ASSIGN_BOB), (BOB, ask.Transfer(technician=CAT.person)))
    taken_over.when(None, LEFT).then_refused("conflict")


def test_only_a_conversation_in_which_nothing_was_said_is_abandoned() -> None:
    silent = replace(OPENING, text=None)
    Play().given((ANN, silent)).when(None, ask.Abandon()).then(
        Closed(Role.SYSTEM, CloseReason.ABANDONED)
    )
    said = Play().given((ANN, silent), (ANN, ask.Send("Hello?")))
    titled = Play().given((ANN, replace(silent, subject="No light")))
    assigned = Play().given((ANN, silent), (None, ASSIGN_BOB))
    for play in (opened(), said, titled, assigned):
        play.when(None, ask.Abandon()).then_refused("conflict")


def test_the_question_of_a_customer_who_is_gone_becomes_a_left_message() -> None:
    leaving = ask.LeaveMessage(NOON + 9)
    opened().when(None, leaving).then(Promised(NOON + 9))
    requeued = opened().given((None, ASSIGN_BOB), (None, LEFT))
    requeued.when(None, leaving).then(Promised(NOON + 9))
    for later in (ASSIGN_BOB, leaving):
        opened().given((None, later)).when(None, leaving).then_refused("conflict")


def test_a_question_after_the_clock_was_set_back_is_not_ended_for_silence() -> None:
    play = opened().given((None, ASSIGN_BOB), (BOB, ask.Send("Which light?")))
    play.when(None, ask.EndSilent(NOON)).then(Closed(Role.SYSTEM, CloseReason.INACTIVE))
    # The calendar is a day behind, so that the question has the time of the answer before it.
    play.now -= 86_400_000
    play.given((ANN, ask.Send("The red one")))
    play.when(None, ask.EndSilent(NOON)).then_refused("conflict")


def test_only_the_customer_rates_and_only_after_being_served() -> None:
    play = opened()
    play.when(ANN, ask.Rate(5)).then_refused("not_allowed")
    play.given((None, ASSIGN_BOB), (ANN, ask.Close()))
    play.when(ANN, ask.Rate(5, "great")).then(Rated(5, "great"))
    play.when(BOB, ask.Rate(5)).then_refused("not_allowed")
    play.when(EVE, ask.Rate(5)).then_refused("not_found")


def test_a_former_technician_may_still_read_a_conversation() -> None:
    play = opened().given((None, ASSIGN_BOB))
    state = play.given((BOB, ask.Transfer(technician=CAT.person))).state
    assert state is not None
    assert may_read(state, BOB)
    assert may_read(state, SUE)
    assert may_read(state, ANN)
    assert not may_read(state, EVE)


def test_times_in_a_log_never_decrease() -> None:
    play = opened()
    # The wall clock is set back by a day: the event takes the time of the one before.
    play.now -= 86_400_000
    (event,) = play.when(ANN, ask.Send(text="later")).events
    assert event.at == NOON


ACTORS = st.sampled_from([ANN, EVE, BOB, CAT, SUE, None])
TEXT = st.text(min_size=1, max_size=20)
COMMANDS = st.one_of(
    st.builds(ask.Send, text=TEXT),
    st.builds(ask.AddNote, TEXT),
    st.just(ask.Close()),
    st.builds(ask.Rate, st.integers(1, 5)),
    st.just(ask.Accept()),
    st.just(ASSIGN_BOB),
    st.just(LEFT),
    st.just(ask.Abandon()),
    st.builds(ask.Transfer, technician=st.sampled_from([BOB.person, CAT.person])),
    st.builds(ask.Transfer, topic=st.just("dsl"), note=st.none() | TEXT),
)


@given(st.lists(st.tuples(ACTORS, COMMANDS), max_size=30))
def test_every_log_is_dense_and_every_customers_view_of_it_has_no_gap(
    steps: list[tuple[ask.Actor, ask.Command]],
) -> None:
    play = opened()
    for actor, command in steps:
        # Most random commands are refused; the others must leave a valid log behind.
        try:
            play.events += decide(play.state, command, actor, play.now)
        except Refused:
            continue
    assert [event.seq for event in play.events] == list(range(1, len(play.events) + 1))
    shown = [event for event in play.events if not event.internal]
    assert [event.prev for event in shown] == [0, *(event.seq for event in shown[:-1])]
    state = None
    for event in play.events:
        state = evolve(state, event)
        assert (state.status is ConversationStatus.ACTIVE) <= (state.technician is not None)


def test_customers_erase_their_closed_conversation() -> None:
    play = opened().given((BOB, ask.Accept()), (ANN, ask.Close()))
    play.when(ANN, ask.Erase()).then(Redacted(first=1, through=4))


def test_erasing_an_open_conversation_closes_it() -> None:
    closed = Closed(by="customer", reason=CloseReason.CUSTOMER)
    opened().when(ANN, ask.Erase()).then(closed, Redacted(first=1, through=3))


def test_only_the_customer_and_the_desk_can_erase() -> None:
    opened().when(None, ask.Erase()).then(
        Closed(by="system", reason=CloseReason.INACTIVE), Redacted(first=1, through=3)
    )
    opened().when(EVE, ask.Erase()).then_refused("not_found")
    opened().given((BOB, ask.Accept())).when(BOB, ask.Erase()).then_refused("not_allowed")


@pytest.mark.parametrize(
    "command", [ask.Send(text="more"), ask.Rate(score=1, comment="more"), ask.Erase()]
)
def test_an_erased_conversation_accepts_no_command(
    command: ask.Send | ask.Rate | ask.Erase,
) -> None:
    play = opened().given((BOB, ask.Accept()), (ANN, ask.Erase()))
    play.when(ANN, command).then_refused("closed")
    play.when(BOB, ask.AddNote(text="she said")).then_refused("closed")
