"""The technicians' words that are still to be sent by e-mail, as the log of a case tells them."""

from dataclasses import replace

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import Bounced, Event, Fact, Mailed, Message, Opened
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.people import DESK, Author
from chatserver.services.mail.unsent_words import MAX_ENCLOSED_BYTES, UnsentWords
from tests.core.incoming_mail.test_thread_index import FROM_OUTLOOK
from tests.playbook import ANN, BOB, NOON

LETTER = MailOrigin("<1@example.net>", "ann@example.net", MailTrust.UNCHECKED, "Lamp")
OPENED = Opened(ANN.person, "K7F3-9QMX", subject="Lamp", way=Way.MAIL)
ASKED = Message("It blinks", way=Way.MAIL, mail=LETTER)


def log(*said: tuple[Author, Fact]) -> list[Event]:
    return [
        Event("c1", seq, NOON, author=author, fact=fact, prev=seq - 1)
        for seq, (author, fact) in enumerate(said, start=1)
    ]


def unsent(*said: tuple[Author, Fact]) -> list[int]:
    began = ((ANN.author, OPENED), (ANN.author, ASKED))
    return [event.seq for event in UnsentWords.of(log(*began, *said), read=99).messages]


def test_all_words_since_the_last_letter_are_sent_together() -> None:
    words = (BOB.author, Message("Which colour?")), (BOB.author, Message("Since when?"))
    assert unsent(*words) == [3, 4]
    sent = DESK, Mailed("<2@example.org>", "ann@example.net", first=3, through=3)
    assert unsent(*words, sent) == [4]


def test_words_of_a_letter_that_came_back_are_not_sent_again() -> None:
    bounced = DESK, Bounced("<2@example.org>", "5.1.1", through=3)
    assert unsent((BOB.author, Message("Which colour?")), bounced) == []


def test_a_customer_who_goes_on_in_the_chat_is_answered_there() -> None:
    chatted = ANN.author, Message("I am here now")
    assert unsent(chatted, (BOB.author, Message("Good"))) == []
    again = ANN.author, Message("Mail again", way=Way.MAIL, mail=LETTER)
    assert unsent(chatted, again, (BOB.author, Message("Good"))) == [5]


def test_an_answer_refers_to_the_letters_of_both_sides_up_to_the_customers_last() -> None:
    reply = Message("Red", way=Way.MAIL, mail=replace(LETTER, id="<3@example.net>"))
    said: list[tuple[Author, Fact]] = [
        (ANN.author, OPENED),
        (ANN.author, ASKED),
        (BOB.author, Message("Which colour?")),
        (DESK, Mailed("<2@example.org>", "ann@example.net", first=3, through=3)),
        (ANN.author, reply),
        (BOB.author, Message("Press the button")),
        (DESK, Mailed("<4@example.org>", "ann@example.net", first=6, through=6)),
        (BOB.author, Message("For ten seconds")),
    ]
    words = UnsentWords.of(log(*said), read=99)
    assert words.references == ("<1@example.net>", "<2@example.org>", "<3@example.net>")


def test_a_reply_of_a_program_without_a_thread_index_ends_no_thread_of_outlook() -> None:
    asked = replace(ASKED, thread_index=FROM_OUTLOOK)
    from_a_phone = Message("Red", way=Way.MAIL, mail=replace(LETTER, id="<3@example.net>"))
    said = log((ANN.author, OPENED), (ANN.author, asked), (ANN.author, from_a_phone))
    assert UnsentWords.of(said, read=99).thread_index == FROM_OUTLOOK


def test_a_letter_encloses_each_file_that_fits_beside_those_before() -> None:
    sizes = {"photo": MAX_ENCLOSED_BYTES * 6 // 10, "film": MAX_ENCLOSED_BYTES // 2, "notes": 9}
    files = [
        (BOB.author, Message(file=file, attachment=Attachment(file, "text/plain", size)))
        for file, size in sizes.items()
    ]
    began = ((ANN.author, OPENED), (ANN.author, ASKED))
    assert list(UnsentWords.of(log(*began, *files), read=99).enclosed) == ["photo", "notes"]
