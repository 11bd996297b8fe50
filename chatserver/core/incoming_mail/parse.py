"""Reading of a received e-mail, from its bytes to an `IncomingLetter`."""

import re
from hashlib import sha256

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.authentication import check_sender
from chatserver.core.incoming_mail.automatic import automatic_kind
from chatserver.core.incoming_mail.body import read_body
from chatserver.core.incoming_mail.delivery_report import read_report
from chatserver.core.incoming_mail.headers import Headers
from chatserver.core.incoming_mail.letter import IncomingLetter, UnreadableLetter
from chatserver.core.incoming_mail.mime import Part, Splitter, split_head
from chatserver.core.incoming_mail.subject_marks import is_forward_subject
from chatserver.core.incoming_mail.thread_index import read_thread_index

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def parse_letter(
    raw: bytes, *, envelope_sender: str = "", trusted_server: str | None = None
) -> IncomingLetter:
    """Read a letter; `trusted_server` is the authserv-id of the site's own mail server.

    The time is linear in the size of `raw`, which the caller limits. Raises UnreadableLetter, and
    nothing else.
    """
    try:
        return _read(raw, envelope_sender, trusted_server)
    except (ValueError, LookupError, RecursionError, ArithmeticError) as error:
        raise UnreadableLetter(type(error).__name__) from error


def _read(raw: bytes, envelope_sender: str, trusted_server: str | None) -> IncomingLetter:
    root = Splitter().split(raw.lstrip(b"\r\n"))
    headers = root.headers
    if not headers.fields:
        raise UnreadableLetter("no headers")
    name, sender = _author(headers)
    text, parts = read_body(root)
    return IncomingLetter(
        sender=sender,
        sender_name=name,
        envelope_sender=envelope_sender.strip().lower(),
        subject=headers.text("subject")[: limits.SUBJECT_CHARACTERS],
        at=headers.time(),
        message_id=next(iter(headers.identifiers("message-id")), None),
        in_reply_to=headers.identifiers("in-reply-to"),
        references=headers.identifiers("references"),
        recipients=tuple(dict.fromkeys(each for _, each in headers.addresses("to", "cc"))),
        text=text.strip("\n"),
        parts=parts,
        languages=_languages(headers),
        automatic=automatic_kind(root, envelope_sender),
        check=check_sender(headers, sender.rpartition("@")[2], trusted_server),
        deliveries=read_report(root),
        is_forward=_is_forward(root),
        digest=_digest(headers, raw),
        thread_index=read_thread_index(headers.first("thread-index")),
    )


def _digest(headers: Headers, raw: bytes) -> str:
    """Return a digest without the headers that each delivery adds, such as Received."""
    named = [headers.all(name) for name in ("message-id", "from", "date", "subject")]
    body = split_head(raw.lstrip(b"\r\n"))[1].replace(b"\r\n", b"\n")
    return sha256(repr(named).encode() + body).hexdigest()


def _author(headers: Headers) -> tuple[str, str]:
    """Return name and address of the author; both empty unless there is exactly one."""
    # With two From headers programs disagree about which is shown (RFC 5322 §3.6 allows one).
    found = headers.addresses("from")
    return found[0] if len(found) == 1 and len(headers.all("from")) == 1 else ("", "")


def _languages(headers: Headers) -> tuple[str, ...]:
    named = f"{headers.first('content-language')},{headers.first('accept-language')}"
    tags = (tag.partition(";")[0].strip() for tag in named.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if _LANGUAGE.fullmatch(tag)))[:10]


def _is_forward(root: Part) -> bool:
    if is_forward_subject(root.headers.text("subject")):
        return True
    leaves = [part.media_type for part in root.walk() if not part.children]
    return leaves == ["message/rfc822"]
