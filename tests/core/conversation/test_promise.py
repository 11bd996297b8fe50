"""The table of promised replies by what is said: what answers, what does not, what takes it back.

With the cases of `test_promise_hours.py` these are the cases of the promise.
"""

import pytest

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.commands import Actor, Command
from chatserver.core.conversation.events import (
    AutomaticLetter,
    Doubt,
    Escalated,
    Message,
    Promised,
    Requeued,
    RequeueReason,
)
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.promise import EscalationLevel, Milestones
from chatserver.core.conversation.state import Conversation, ConversationStatus
from tests.playbook import ANN, BOB, NOON, Play

HOUR = 3_600_000
DAY = 24 * HOUR
FIRST, SECOND, RENEWED = NOON + DAY, NOON + 2 * DAY, NOON + 3 * DAY
LATE, BROKEN = EscalationLevel.LATE, EscalationLevel.BROKEN

Step = tuple[Actor, Command]


def milestones(reply_by: int) -> Milestones:
    return Milestones(reply_by - DAY, reply_by - DAY // 2, reply_by - DAY // 5)


def letter(number: int) -> MailOrigin:
    return MailOrigin(f"<{number}@example.org>", "ann@example.org", MailTrust.CHECKED)


def mail_case() -> Play:
    opening = ask.Open(
        "c1", "K7F3-9QMX", text="It blinks", reply_by=FIRST, way=Way.MAIL, mail=letter(1)
    )
    return Play().given((ANN, opening))


def left_message() -> Play:
    opening = ask.Open("c1", "K7F3-9QMX", text="It blinks", reply_by=FIRST)
    return Play().given((ANN, opening))


TAKEN: Step = (BOB, ask.Accept())
SAID: Step = (BOB, ask.Send(text="Restart it"))
CUSTOMER: Step = (ANN, ask.Send(text="It still blinks"))
LETTER: Step = (ANN, ask.ReceiveMail("It still blinks", reply_by=SECOND))
NOTE: Step = (BOB, ask.AddNote("A known fault"))
VACATION: Step = (None, ask.RecordAutomatic(AutomaticLetter.REPLY))
DELAYED: Step = (None, ask.RecordAutomatic(AutomaticLetter.DELAYED))
DOUBTED: Step = (None, ask.RecordDoubted("eve@example.org", Doubt.SENDER))
REMINDED: Step = (None, ask.Remind(None))
LOST: Step = (None, ask.Requeue("bob", RequeueReason.TECHNICIAN_LEFT))
ANEW: Step = (None, ask.PromiseReply(SECOND, milestones(SECOND)))
ESCALATED: Step = (None, ask.Escalate(LATE, FIRST))
OVERDUE: Step = (None, ask.Escalate(BROKEN, FIRST, RENEWED, milestones(RENEWED)))


def mailed(through: int) -> Step:
    return (None, ask.RecordMailed("<a@desk>", "ann@example.org", first=through, through=through))


def bounced(through: int) -> Step:
    return (None, ask.RecordBounce("<a@desk>", "5.1.1", through))


# The case opens with 1 opened, 2 message, 3 promised; taken is 4, the first words of Bob are 5.
CHAT = [
    ("nothing said", [], FIRST),
    ("taken", [TAKEN], FIRST),
    ("a note", [TAKEN, NOTE], FIRST),
    ("a reminder", [TAKEN, REMINDED], FIRST),
    ("the customer writes again", [TAKEN, CUSTOMER], FIRST),
    ("answered", [TAKEN, SAID], None),
    ("answered, technician lost", [TAKEN, SAID, LOST], None),
    ("technician lost before", [TAKEN, LOST], FIRST),
    ("asked anew", [TAKEN, SAID, CUSTOMER, ANEW], SECOND),
    ("asked anew and answered", [TAKEN, SAID, CUSTOMER, ANEW, SAID], None),
    ("a bounce of words that were read", [TAKEN, SAID, bounced(5)], None),
    ("broken, with a new time", [OVERDUE], RENEWED),
    ("broken, then answered", [OVERDUE, TAKEN, SAID], None),
]
MAIL = [
    ("taken", [TAKEN], FIRST),
    ("a vacation note", [VACATION], FIRST),
    ("a delay", [TAKEN, SAID, DELAYED], FIRST),
    ("a doubted letter", [TAKEN, DOUBTED], FIRST),
    ("said, not sent", [TAKEN, SAID], FIRST),
    ("sent", [TAKEN, SAID, mailed(5)], None),
    ("sent, then a vacation note", [TAKEN, SAID, mailed(5), VACATION], None),
    ("bounced", [TAKEN, SAID, mailed(5), bounced(5)], FIRST),
    ("a bounce that names no letter", [TAKEN, SAID, mailed(5), bounced(6)], FIRST),
    ("refused by the next server", [TAKEN, SAID, bounced(5)], FIRST),
    ("bounced, sent again", [TAKEN, SAID, mailed(5), bounced(5), SAID, mailed(8)], None),
    ("a second letter before", [TAKEN, LETTER], FIRST),
    ("a letter while the answer is sent", [TAKEN, SAID, LETTER], FIRST),
    ("the answer of before that letter", [TAKEN, SAID, LETTER, mailed(5)], SECOND),
    ("a letter after the answer", [TAKEN, SAID, mailed(5), LETTER], SECOND),
    ("a bounce of the older answer", [TAKEN, SAID, mailed(5), LETTER, bounced(5)], FIRST),
    ("words that no promise waited for", [TAKEN, SAID, mailed(5), SAID, mailed(7)], None),
    ("only the last one bounced", [TAKEN, SAID, mailed(5), SAID, mailed(7), bounced(7)], None),
    ("the customer went on in the chat", [TAKEN, CUSTOMER, SAID], None),
]


def state_of(play: Play) -> Conversation:
    assert play.state is not None
    return play.state


@pytest.mark.parametrize(("steps", "owed"), [each[1:] for each in CHAT], ids=[c[0] for c in CHAT])
def test_what_keeps_the_promise_of_a_left_message(steps: list[Step], owed: int | None) -> None:
    assert state_of(left_message().given(*steps)).reply_by == owed


@pytest.mark.parametrize(("steps", "owed"), [each[1:] for each in MAIL], ids=[c[0] for c in MAIL])
def test_what_keeps_the_promise_of_a_case_by_e_mail(steps: list[Step], owed: int | None) -> None:
    assert state_of(mail_case().given(*steps)).reply_by == owed


def test_a_promise_to_a_letter_begins_with_its_arrival() -> None:
    arrived = ask.ReceiveMail("More", reply_by=SECOND, milestones=milestones(SECOND))
    play = mail_case().given(TAKEN, SAID, mailed(5))
    play.when(ANN, arrived).then(
        Message("More", way=Way.MAIL),
        Promised(SECOND, SECOND - DAY, SECOND - DAY // 2, SECOND - DAY // 5),
    )


def test_a_letter_from_a_customer_who_waits_live_promises_nothing() -> None:
    live = Play().given((ANN, ask.Open("c1", "K7F3-9QMX", text="It blinks")))
    live.when(ANN, ask.ReceiveMail("More", reply_by=SECOND)).then(Message("More", way=Way.MAIL))


def test_words_that_are_answered_by_now_are_promised_nothing() -> None:
    play = left_message().given(TAKEN, SAID, CUSTOMER, SAID)
    play.when(*ANEW).then_refused("conflict")


def test_each_promise_is_escalated_once_to_each_level() -> None:
    play = left_message()
    play.when(*ESCALATED).then(Escalated(LATE, FIRST))
    play.given(ESCALATED).when(*ESCALATED).then_refused("conflict")
    play.given((None, ask.Escalate(BROKEN, FIRST)))
    play.when(None, ask.Escalate(BROKEN, FIRST)).then_refused("conflict")
    play.when(*ESCALATED).then_refused("conflict")


def test_an_answered_promise_is_not_escalated() -> None:
    left_message().given(TAKEN, SAID).when(*ESCALATED).then_refused("conflict")


def test_a_bounce_brings_the_promise_back_with_its_escalation() -> None:
    play = mail_case().given(TAKEN, ESCALATED, SAID, mailed(6))
    assert state_of(play).escalation is None
    assert state_of(play.given(bounced(6))).escalation is LATE
    play.when(*ESCALATED).then_refused("conflict")


def test_a_broken_promise_goes_to_another_technician_with_a_new_time() -> None:
    play = left_message().given(TAKEN)
    play.when(*OVERDUE).then(
        Escalated(BROKEN, FIRST),
        Promised(RENEWED, RENEWED - DAY, RENEWED - DAY // 2, RENEWED - DAY // 5, instead_of=FIRST),
        Requeued(RequeueReason.UNANSWERED),
    )
    state = state_of(play.given(OVERDUE))
    assert (state.status, state.escalation) == (ConversationStatus.WAITING, BROKEN)


def test_a_letter_on_its_way_leaves_the_case_with_its_technician() -> None:
    play = mail_case().given(TAKEN, SAID)
    play.when(None, ask.Escalate(BROKEN, FIRST)).then(Escalated(BROKEN, FIRST))


def test_a_letter_on_its_way_keeps_the_renewed_promise() -> None:
    play = mail_case().given(TAKEN, SAID, OVERDUE)
    assert state_of(play).reply_by == RENEWED
    assert state_of(play.given(mailed(5))).reply_by is None


def test_the_promise_to_later_words_stays_when_an_earlier_one_is_renewed() -> None:
    play = mail_case().given(TAKEN, SAID, LETTER, OVERDUE)
    assert state_of(play).reply_by == SECOND
    assert state_of(play.given(mailed(5))).reply_by == SECOND


def test_only_the_desk_promises_and_escalates() -> None:
    left_message().when(BOB, ask.Escalate(LATE, FIRST)).then_refused("not_allowed")


def test_a_customer_who_comes_back_to_the_chat_is_served_live() -> None:
    written = state_of(left_message().given(TAKEN, SAID))
    assert written.is_written
    assert not state_of(left_message().given(TAKEN, SAID, CUSTOMER)).is_written
    assert state_of(left_message().given(TAKEN, SAID, CUSTOMER, ANEW)).is_written


def test_a_case_by_e_mail_is_never_served_live_by_a_letter() -> None:
    assert state_of(mail_case().given(TAKEN, SAID, mailed(5), LETTER)).is_written


def test_the_time_of_the_first_unanswered_words_is_kept() -> None:
    play = left_message().given(TAKEN, SAID)
    play.now += HOUR
    play.given(CUSTOMER)
    play.now += HOUR
    assert state_of(play.given(CUSTOMER)).asked_at == NOON + HOUR


def test_promises_of_old_logs_count_all_time_alike() -> None:
    (promise,) = state_of(left_message()).promises
    assert (promise.half_at, promise.late_at) == (NOON + DAY // 2, NOON + DAY * 4 // 5)


def test_few_kept_promises_are_remembered() -> None:
    play = mail_case().given(TAKEN)
    for _ in range(20):
        play.given(SAID)
        seq = state_of(play).seq
        play.given(mailed(seq), LETTER)
    assert len(state_of(play).promises) == 9
