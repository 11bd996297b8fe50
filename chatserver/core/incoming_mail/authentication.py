"""The verdict of the site's own mail server on a sender (Authentication-Results, RFC 8601)."""

import re
from collections.abc import Sequence

from chatserver.core.incoming_mail.headers import Headers
from chatserver.core.incoming_mail.letter import SenderCheck

_DELIMITER = re.compile(r"(\\.|[\"()])")
_STRUCTURE = re.compile(r"[\s;=\"\\]")
_RESULT = re.compile(r"\s{0,10}([a-z0-9_-]{1,40})(?:/\d{1,3})?\s{0,10}=\s{0,10}([a-z]{1,40})")
_PROPERTY = re.compile(r"(?<!\S)(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*(\S+)")


def check_sender(headers: Headers, domain: str, server: str | None) -> SenderCheck:
    """Return the verdict for a sender's domain by `server`, the authserv-id that is trusted.

    All headers of that server count: OpenDKIM and OpenDMARC beside each other write three. The
    border server must remove headers that strangers wrote in its name (§5), which is why the
    setting is empty until a site names it.
    """
    results: list[str] = []
    for value in headers.all("authentication-results") if server else ():
        named, *found = _without_comments(value.lower()).split(";")
        if named.split()[:1] == [(server or "").lower()]:
            results += found
    return _verdict(results, domain)


def _without_comments(value: str) -> str:
    """Return a value without its comments, and with its quoted strings as single words.

    A sender chooses the local part of the envelope's address, which filters repeat as it is: in
    `smtp.mailfrom="x; dkim=pass header.d=bank.example "@evil.example` only SPF has passed.
    """
    kept: list[str] = []
    depth, is_quoted = 0, False
    for piece in _DELIMITER.split(value):
        if is_quoted:
            is_quoted = piece != '"'
            kept.append(_STRUCTURE.sub("_", piece) if is_quoted else "")
        elif piece == "(":
            depth += 1
        elif depth > 0:
            depth -= piece == ")"
            kept.append(" ")
        elif piece == '"':
            is_quoted = True
        else:
            kept.append(piece)
    return "".join(kept)


def _verdict(results: Sequence[str], domain: str) -> SenderCheck:
    """Return what DMARC says; without a policy a signature or path of the same domain counts."""
    verdicts: list[SenderCheck] = []
    aligned = False
    for result in results:
        found = _RESULT.match(result)
        if found is None:
            continue
        method, verdict = found.groups()
        about = {name: _domain(value) for name, value in _PROPERTY.findall(result)}
        if method == "dmarc" and verdict in {"pass", "fail"}:
            is_same = about.get("header.from", domain) == domain
            passes = verdict == "pass" and is_same
            verdicts.append(SenderCheck.PASS if passes else SenderCheck.FAIL)
        if verdict == "pass" and method in {"dkim", "spf"}:
            names = ("header.d", "header.i") if method == "dkim" else ("smtp.mailfrom",)
            aligned |= any(about.get(name) == domain for name in names)
    if SenderCheck.FAIL in verdicts:
        return SenderCheck.FAIL
    return SenderCheck.PASS if verdicts or aligned else SenderCheck.UNCHECKED


def _domain(value: str) -> str:
    return value.strip("\"'").rpartition("@")[2].rstrip(".")
