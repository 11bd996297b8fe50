"""A closed conversation that its customer continues."""

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import Message, Promised, Reopened
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.state import ConversationStatus
from tests.playbook import ANN, BOB, EVE, NOON, Play, opened

LETTER = MailOrigin("<1@example.net>", "ann@example.net", MailTrust.UNCHECKED)


def closed() -> Play:
    """Return a conversation that Bob had, answered and closed."""
    return opened().given((BOB, ask.Accept()), (BOB, ask.Send("Restart it")), (BOB, ask.Close()))


def test_its_customer_continues_a_closed_conversation_with_words() -> None:
    closed().when(ANN, ask.Reopen(NOON, "still", reply_by=NOON + 1)).then(
        Reopened(), Message("still"), Promised(NOON + 1)
    )
    closed().when(ANN, ask.Reopen(NOON)).then(Reopened())


def test_words_that_came_by_mail_say_so() -> None:
    closed().when(ANN, ask.Reopen(NOON, "still", mail=LETTER, quoted="> Restart it")).then(
        Reopened(), Message("still", way=Way.MAIL, mail=LETTER, quoted="> Restart it")
    )


def test_the_customer_waits_again_for_the_technician_of_before() -> None:
    state = closed().given((ANN, ask.Reopen(NOON))).state
    assert state is not None
    assert (state.status, state.previous) == (ConversationStatus.WAITING, "bob")
    assert (state.technician, state.closed_at, state.replied) == (None, None, False)


def test_nobody_else_reopens_it_and_nobody_twice_or_too_late() -> None:
    closed().when(EVE, ask.Reopen(NOON)).then_refused("not_found")
    closed().when(BOB, ask.Reopen(NOON)).then_refused("not_allowed")
    closed().when(ANN, ask.Reopen(NOON + 1)).then_refused("closed")
    opened().when(ANN, ask.Reopen(NOON)).then_refused("conflict")


def test_the_desk_reopens_it_for_an_answer_that_did_not_arrive() -> None:
    closed().when(None, ask.Reopen(NOON, reply_by=NOON + 1)).then(Reopened(), Promised(NOON + 1))


def test_an_erased_conversation_stays_closed() -> None:
    closed().given((ANN, ask.Erase())).when(ANN, ask.Reopen(NOON, "still")).then_refused("closed")
