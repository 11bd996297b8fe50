"""Automatic actions after silence, and their times."""

from dataclasses import replace

import pytest

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import Closed, CloseReason, Reminded, RequeueReason
from chatserver.core.errors import Conflict
from chatserver.core.pairing.inactivity import InactivityAction, next_action
from chatserver.core.pairing.rules import PairingRules
from tests.playbook import ANN, BOB, NOON, OPENING, Play

MINUTE = 60_000
RULES = PairingRules(remind_after=30 * MINUTE, close_after=60 * MINUTE, answer_within=5 * MINUTE)
GIVEN = ((ANN, OPENING), (None, ask.Assign(BOB.person)))


def expected(play: Play, rules: PairingRules = RULES) -> InactivityAction | None:
    assert play.state is not None
    return next_action(play.state, rules)


def test_a_waiting_customer_is_not_silent() -> None:
    assert expected(Play().given((ANN, OPENING))) is None


def test_a_silent_technician_loses_the_customer() -> None:
    requeue = ask.Requeue("bob", RequeueReason.UNANSWERED)
    assert expected(Play().given(*GIVEN)) == InactivityAction(NOON + 5 * MINUTE, requeue)


def test_a_customer_awaiting_an_answer_is_never_reminded() -> None:
    play = Play().given(*GIVEN, (BOB, ask.Send("Which light?")), (ANN, ask.Send("The second")))
    assert expected(play) is None


def test_an_answered_customer_is_reminded_and_then_the_conversation_ends() -> None:
    play = Play().given(*GIVEN, (BOB, ask.Send("Which light?")))
    closes = NOON + 60 * MINUTE
    assert expected(play) == InactivityAction(NOON + 30 * MINUTE, ask.Remind(closes))
    play.given((None, ask.Remind(closes)))
    assert expected(play) == InactivityAction(closes, ask.EndSilent(NOON))


def test_a_new_message_restarts_the_time() -> None:
    play = Play().given(*GIVEN, (BOB, ask.Send("Which light?")), (None, ask.Remind(None)))
    play.now += MINUTE
    play.given((BOB, ask.Send("Hello?")))
    found = expected(play)
    assert found is not None
    assert found.at == NOON + 31 * MINUTE


@pytest.mark.parametrize("rules", [PairingRules(remind_after=None, close_after=None)])
def test_silence_may_last_for_ever(rules: PairingRules) -> None:
    assert expected(Play().given(*GIVEN, (BOB, ask.Send("Which light?"))), rules) is None


def test_a_reminder_that_would_come_after_the_end_is_left_out() -> None:
    play = Play().given(*GIVEN, (BOB, ask.Send("Which light?")))
    found = expected(play, replace(RULES, close_after=MINUTE))
    assert found == InactivityAction(NOON + MINUTE, ask.EndSilent(NOON))


def test_the_desk_reminds_once_and_then_ends_the_conversation() -> None:
    play = Play().given(*GIVEN, (BOB, ask.Send("Which light?")))
    reminded = play.when(None, ask.Remind(NOON + 1))
    assert [event.fact for event in reminded.events] == [Reminded(NOON + 1)]
    play.given((None, ask.Remind(NOON + 1)))
    assert isinstance(play.when(None, ask.Remind(NOON + 1)).error, Conflict)
    ended = play.when(None, ask.EndSilent(NOON))
    assert [event.fact for event in ended.events] == [Closed("system", CloseReason.INACTIVE)]


def test_a_message_in_the_same_moment_prevents_the_end() -> None:
    play = Play().given(*GIVEN, (BOB, ask.Send("Which light?")))
    play.now += 1
    play.given((ANN, ask.Send("The second")))
    assert isinstance(play.when(None, ask.EndSilent(NOON)).error, Conflict)
