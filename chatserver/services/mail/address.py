"""E-mail addresses: checked, in lower case, with the domain in ASCII (IDNA 2008, RFC 5891)."""

import re

import idna

from chatserver.core.errors import Code, Refused

ADDRESS_LIMIT = 254
"""Characters of an address (RFC 5321 §4.5.3.1.3, without the brackets)."""

LOCAL_LIMIT = 64
"""Characters before the `@` (RFC 5321 §4.5.3.1.1)."""

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}")


def clean_address(given: str) -> str:
    """Return the address in lower case with an ASCII domain.

    IDNA 2003, which Python's own codec speaks, sends mail for `straße.de` to `strasse.de`, the
    domain of another owner.

    Raises Refused `invalid` for anything else than a plain address: quoted local parts, comments,
    lists and control characters, which have a meaning in a header, are not accepted.
    """
    # Lower case makes the limit of letters an hour hold for one mailbox in every spelling.
    local, at, domain = given.strip().lower().rpartition("@")
    ascii_domain = _ascii(domain) if len(domain) <= ADDRESS_LIMIT else ""
    address = f"{local}@{ascii_domain}"
    is_valid = at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)
    if not is_valid or len(local) > LOCAL_LIMIT or len(address) > ADDRESS_LIMIT:
        raise Refused(Code.INVALID, field="email")
    return address


def _ascii(domain: str) -> str:
    """Return a domain in ASCII, empty if it cannot be one."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return ""
