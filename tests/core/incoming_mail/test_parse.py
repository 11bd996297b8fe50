"""Letters that are odd, broken or hostile, and what the site's own server says of senders."""

import encodings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.letter import IncomingLetter, SenderCheck, UnreadableLetter
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.incoming_mail.quotes import fold_quotes


def read(*lines: str, server: str | None = None) -> IncomingLetter:
    raw = "\r\n".join(lines).encode("utf-8", "surrogateescape")
    return parse_letter(raw, envelope_sender="a@example.net", trusted_server=server)


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("unknown-8bit", "Grüße".encode(), "Grüße"),
        ("x-unknown", "Grüße".encode("cp1252"), "Grüße"),
        ("cp-850", "Grüße".encode("cp850"), "Grüße"),
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום"),
        ("gb2312", "镕基".encode("gb18030"), "镕基"),
        ("windows-874", "สวัสดี".encode("cp874"), "สวัสดี"),
        ("KOI8-U", "Привіт".encode("koi8-u"), "Привіт"),
        ("punycode", b"abc-", "abc-"),
    ],
)
def test_a_charset_that_python_does_not_know_is_no_obstacle(
    charset: str, content: bytes, text: str
) -> None:
    head = f"From: a@example.net\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    assert parse_letter(head.encode() + content).text == text


def test_names_of_charsets_that_nobody_knows_are_not_remembered() -> None:
    before = len(encodings._cache)
    for number in range(5):
        read("From: a@example.net", f"Content-Type: text/plain; charset=odd{number}", "", "x")
    assert len(encodings._cache) == before


def test_two_authors_are_no_author() -> None:
    two = read("From: a@example.net", "From: b@example.net", "", "x")
    both = read("From: a@example.net, b@example.net", "", "x")
    assert two.sender == both.sender == ""


RESULTS = "Authentication-Results: mx.example.org"


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (f"{RESULTS}; dmarc=pass (p=reject) header.from=example.net", SenderCheck.PASS),
        (f"{RESULTS}; dkim=fail; dmarc=fail header.from=example.net", SenderCheck.FAIL),
        # The verdict is about another domain than the one that is shown.
        (f"{RESULTS}; dmarc=pass header.from=evil.example", SenderCheck.FAIL),
        (f"{RESULTS}; dmarc=none; dkim=pass header.d=example.net", SenderCheck.PASS),
        (f"{RESULTS}; spf=pass smtp.mailfrom=a@evil.example", SenderCheck.UNCHECKED),
        # Written by a stranger, or by Microsoft, which names no server.
        ("Authentication-Results: mx.evil.example; dmarc=pass", SenderCheck.UNCHECKED),
        ("Authentication-Results: dmarc=pass header.from=example.net", SenderCheck.UNCHECKED),
    ],
)
def test_only_the_sites_own_server_vouches_for_a_sender(results: str, verdict: SenderCheck) -> None:
    said = read(results, "From: a@example.net", "", "x", server="MX.example.org")
    assert said.check is verdict
    assert read(results, "From: a@example.net", "", "x").check is SenderCheck.UNCHECKED


BY_MILTERS = """\
Authentication-Results: mx.example.org; dmarc={dmarc} (p=none dis=none) header.from=example.net
Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.com
Authentication-Results: mx.example.org;
\tdkim=pass (2048-bit key; unprotected) header.d={signer} header.i=@{signer} header.s=s1;
\tdkim-atps=neutral"""
"""As OpenDMARC 1.4.2 and OpenDKIM 2.11.0 write beside each other, with Postfix."""


@pytest.mark.parametrize(
    ("dmarc", "signer", "verdict"),
    [
        ("pass", "example.net", SenderCheck.PASS),
        # The domain of the sender has no policy.
        ("none", "example.net", SenderCheck.PASS),
        ("none", "example.com", SenderCheck.UNCHECKED),
        ("fail", "example.com", SenderCheck.FAIL),
    ],
)
def test_the_headers_of_several_filters_of_one_server_count_together(
    dmarc: str, signer: str, verdict: SenderCheck
) -> None:
    results = BY_MILTERS.format(dmarc=dmarc, signer=signer)
    said = read(*results.split("\n"), "From: a@example.net", "", "x", server="mx.example.org")
    assert said.check is verdict


BY_AUTHRES = f"{RESULTS}; spf=pass (sender SPF authorized) smtp.mailfrom="
"""As authres 1.2.0 writes for the SPF filter of Debian."""


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (f"{BY_AUTHRES}bob@example.net", SenderCheck.PASS),
        (f'{BY_AUTHRES}"bob b"@example.net', SenderCheck.PASS),
        # The sender chooses these local parts, and no filter has said what is in them.
        (f'{BY_AUTHRES}"x; dkim=pass header.d=example.net "@evil.example', SenderCheck.UNCHECKED),
        (f'{BY_AUTHRES}"x;dmarc=pass header.from=example.net"@evil.example', SenderCheck.UNCHECKED),
        (f'{BY_AUTHRES}"smtp.mailfrom=b@example.net "@evil.example', SenderCheck.UNCHECKED),
        (f'{BY_AUTHRES}"\\"; dkim=pass header.d=example.net "@evil.example', SenderCheck.UNCHECKED),
        (f"{BY_AUTHRES}a (b (c) ; dkim=pass header.d=example.net )", SenderCheck.UNCHECKED),
        (f"{BY_AUTHRES}a (b\\) ; dkim=pass header.d=example.net )", SenderCheck.UNCHECKED),
        (f"{BY_AUTHRES}a (never closed; dkim=pass header.d=example.net", SenderCheck.UNCHECKED),
        # The name of the server may be quoted, and a comment stand before it.
        ('Authentication-Results: (ours) "mx.example.org"; dmarc=pass', SenderCheck.PASS),
    ],
)
def test_quoted_words_and_comments_in_results_are_no_results(
    results: str, verdict: SenderCheck
) -> None:
    said = read(results, "From: a@example.net", "", "x", server="mx.example.org")
    assert said.check is verdict


def nested(levels: int) -> bytes:
    raw = b"From: a@example.net\n"
    for level in range(levels):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    return raw + b"\nx"


@pytest.mark.parametrize(
    "raw",
    [
        nested(limits.LEVELS + 2),
        b"From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * limits.PARTS,
        b"A: b\n" * (limits.HEADERS + 1),
        b"A: " + b"x" * limits.HEAD_BYTES,
        b"From: a@b\n\n" + b"x" * (limits.TEXT_CHARACTERS + 1),
        b"From: a@b\nContent-Type: text/html\n\n" + b"<a" * limits.TAGS + b"<a",
        b"",
        b"\0\0\0",
    ],
    ids=["levels", "parts", "headers", "head", "text", "markup", "empty", "no headers"],
)
def test_a_letter_beyond_a_limit_is_refused_whole(raw: bytes) -> None:
    with pytest.raises(UnreadableLetter):
        parse_letter(raw)


def test_thousands_of_brackets_in_an_address_are_no_address() -> None:
    assert read("From: " + "(" * 10_000, "", "x").sender == ""


ADDRESS_PIECES = st.sampled_from(
    ["From: a@b.c", "From: ", "(", "=?utf-8?q?x?=", "=?x?b?!?=", "<", ">", '"', ",", ";", "\t", "@"]
)
MIME_PIECES = st.sampled_from(
    [
        *("\r\n", "\n", "--b", "--b--", "--c", "\0", "Content-Type: ", "multipart/mixed", ";"),
        *("boundary=b", "boundary*0*=utf-8''c", "charset=utf-16", "text/html", "message/rfc822"),
        *("Content-Transfer-Encoding: base64", "quoted-printable", "=3D", "=", "AAA", "<a href='"),
        *("<!--", "<blockquote>", "</p>", "&#xD800;", "> x y z", "Von: ", "-- \n", ":", "é", "\r"),
        *("multipart/report", "message/delivery-status", "Action: failed", "Date: ", "31 Feb"),
        *("format=flowed", "name*=x'y'%zz", "filename=", "References: <", "Content-Disposition: "),
    ]
)


@given(st.lists(ADDRESS_PIECES | MIME_PIECES | st.text(max_size=5), max_size=60))
@settings(max_examples=80, deadline=None)
def test_nothing_escapes_but_the_typed_error_and_no_word_is_lost(pieces: list[str]) -> None:
    raw = "From: a@b.c\n" + "".join(pieces)
    try:
        found = parse_letter(raw.encode("utf-8", "replace"))
    except UnreadableLetter:
        return
    found.text.encode("utf-8")
    folded = fold_quotes(found.text, ["x y z\nVon: a@b.c"], "b.c")
    whole = folded.words if folded.quoted is None else f"{folded.words}\n{folded.quoted}"
    assert whole == found.text
