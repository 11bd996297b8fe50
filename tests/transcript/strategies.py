"""Strategies for arbitrary conversations: every kind of event, with arbitrary texts."""

from hypothesis import strategies as st

from chatserver.core.conversation import events as e
from chatserver.core.conversation.attachment import Attachment, clean_name
from chatserver.core.conversation.commands import (
    Accept,
    Actor,
    AddNote,
    Close,
    Command,
    Open,
    Rate,
    Send,
)
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.people import DESK, Author, Person
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, BOB, NOON, Play, with_name

EVIL = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</style><!-- --><![CDATA[ ]]>&amp;&#60;&lt",
    "# heading\n- list\n1. one\n> quote\n```\ncode\n```\n    indented\n***\n| a | b |\n|---|---|",
    "[click](javascript:alert(1)) ![x](http://evil) <http://auto> **b** _i_ ~~s~~ $x$ `c`",
    '#eval("1") #import "x" $ x $ @ref <label> // comment /* */ \\u{41}',
    "=HYPERLINK(1)\n+1\n-1\n@SUM(1)",
    "\x1b]0;title\x07\x1b[2J\r\x00\x7f\x9b",
    "a  b\t\tc \n\n\n  d\n",
    "  ",
    "\n",
    "\\\n\\",
    "\u202egnp.exe\u202c \u2067x\u2069",
    "../../etc/passwd\r\nSet-Cookie: x=1",
]


def words() -> st.SearchStrategy[str]:
    anything = st.text(min_size=1, max_size=200)
    marked = st.text(alphabet="\\`*_{}[]<>()#+-.!|~&$\n\t 0x1;:=", min_size=1, max_size=60)
    return st.one_of(anything, marked, st.sampled_from(EVIL))


def people() -> st.SearchStrategy[Person]:
    return st.builds(Person, st.sampled_from(["bob", "cat"]), words())


def attachments() -> st.SearchStrategy[Attachment]:
    size, pixels = st.integers(0, 1 << 40), st.none() | st.integers(1, 9_999)
    return st.builds(Attachment, words().map(clean_name), words(), size, pixels, pixels)


def origins() -> st.SearchStrategy[MailOrigin]:
    return st.builds(
        MailOrigin, st.none() | words(), words(), st.sampled_from(MailTrust), st.none() | words()
    )


def facts() -> st.SearchStrategy[e.Fact]:
    """Generate any fact that can follow the opening of a conversation."""
    moments = st.integers(NOON, NOON + 10**11)
    reasons = st.sampled_from(e.RequeueReason)
    return st.one_of(
        st.builds(e.Promised, moments),
        st.builds(e.Promised, moments, moments, instead_of=moments),
        st.builds(e.Escalated, st.sampled_from(EscalationLevel), moments),
        st.builds(e.Message, text=words()),
        st.builds(e.Message, file=st.just("F1"), attachment=attachments()),
        st.builds(
            e.Message,
            text=words(),
            way=st.just(Way.MAIL),
            mail=origins(),
            quoted=st.none() | words(),
        ),
        st.builds(e.Mailed, words(), words(), st.integers(1, 9), st.integers(1, 9)),
        st.builds(e.Bounced, words(), words(), st.integers(1, 9), st.none() | words()),
        st.builds(e.Automatic, st.sampled_from(e.AutomaticLetter), words(), words()),
        st.builds(e.Doubted, words(), st.sampled_from(e.Doubt), words(), words()),
        st.builds(e.Admitted, st.integers(2, 9)),
        st.builds(e.Discarded, st.integers(2, 9), st.none() | st.just("K7F3-9QMX")),
        st.builds(e.Split, st.integers(2, 9), st.integers(2, 9), st.just("K7F3-9QMX")),
        st.builds(e.Note, words()),
        st.builds(e.Assigned, people()),
        st.builds(e.Offered, people(), moments),
        st.builds(e.Declined, people(), st.sampled_from(e.DeclineReason)),
        st.builds(e.Requeued, reasons),
        st.builds(e.Reminded, st.none() | moments),
        st.builds(e.Transferred, technician=people()),
        st.builds(e.Transferred, topic=words()),
        st.builds(e.Closed, st.just("technician"), st.sampled_from(e.CloseReason)),
        st.just(e.Reopened()),
        st.builds(e.Rated, st.integers(1, 5), st.none() | words()),
        # A redaction from the first entry on erases the whole conversation, which has its own
        # tests.
        st.builds(e.Redacted, st.integers(2, 9), st.none() | st.integers(9, 20)),
    )


@st.composite
def plays(draw: st.DrawFn) -> Play:
    """Generate a conversation in which any events happen, with arbitrary texts."""
    ann = with_name(ANN, draw(words()))
    texts = st.none() | words()
    opening = Open(
        "c1", "K7F3-9QMX", draw(texts), subject=draw(texts), product=draw(texts), text=draw(texts)
    )
    play = Play().given((ann, opening), (BOB, Accept()))
    step: st.SearchStrategy[tuple[Actor, Command]] = st.one_of(
        st.builds(lambda text: (ann, Send(text=text)), words()),
        st.builds(lambda text: (BOB, Send(text=text)), words()),
        st.builds(lambda text: (BOB, AddNote(text=text)), words()),
        st.builds(lambda text: (ann, Rate(score=3, comment=text)), st.none() | words()),
    )
    play.given(*draw(st.lists(step, max_size=4)))
    for fact in draw(st.lists(facts(), max_size=6)):
        happens(play, draw(st.sampled_from([ann.author, BOB.author, DESK])), fact)
    if play.state is not None and play.state.is_open:
        play.given((BOB, Close())) if play.state.is_with("bob") else None
    return play


def happens(play: Play, author: Author, fact: e.Fact) -> None:
    """Append an event, even one that the rules would not allow."""
    state = play.state
    assert state is not None
    play.events.append(e.Event("c1", state.seq + 1, play.now, author, fact, state.shown))


def edition(play: Play, *, internal: bool) -> Transcript:
    """Return the transcript of one edition."""
    state = play.state
    assert state is not None
    return Transcript.edition(state, play.events, "epoch", internal=internal)
