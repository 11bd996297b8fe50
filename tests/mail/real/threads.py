"""The threads of a mailbox as an IMAP server makes them (RFC 5256)."""

import imaplib
import re

from tests.mail.real.dovecot import PASSWORD


def threads(port: int, user: str, algorithm: str) -> list[list[int]]:
    """Return the numbers of the letters of each thread.

    The algorithm REFERENCES joins letters of one subject, too; REFS, which is Dovecot's own, goes
    by the identifiers alone.
    """
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(user, PASSWORD)
        client.select("INBOX", readonly=True)
        _, [told] = client.uid("THREAD", algorithm, "UTF-8", "ALL")
    assert isinstance(told, bytes)
    # `(1 2)(3 (4)(5))`: each pair of brackets at the top is a thread.
    found, depth, begun = [], 0, 0
    for place, character in enumerate(told.decode()):
        if character == "(":
            begun = place if depth == 0 else begun
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                found.append([int(each) for each in re.findall(r"\d+", told.decode()[begun:place])])
    return found
