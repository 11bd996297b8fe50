"""Rules for the values of settings that are texts.

Each function returns the value, or raises ValueError with what is expected instead.
"""

import re
from datetime import time
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def check_site_url(url: str) -> str:
    """Check the URL under which browsers reach the server; a trailing slash is removed."""
    parts = _split(url)
    if not (_is_site(parts) and parts and parts.scheme in {"http", "https"}):
        raise ValueError(
            "http:// or https:// and a host, without a path, such as https://help.example.org"
        )
    return url.rstrip("/")


def check_page_url(url: str) -> str:
    """Check the address of a page of another site."""
    parts = _split(url)
    if not (parts and parts.hostname and parts.scheme in {"http", "https"}):
        raise ValueError(
            "http:// or https://, a host and a path, such as https://example.org/privacy"
        )
    return url


def check_origin(origin: str) -> str:
    """Check the origin of a host page, `null`, or `*` for every one."""
    parts = _split(origin)
    # Pages inside an app have schemes of their own, such as capacitor://localhost.
    if origin not in {"*", "null"} and not (_is_site(parts) and parts and parts.scheme):
        raise ValueError("a scheme and a host without a path, such as https://example.org, or *")
    return origin


def check_network(network: str) -> str:
    """Check an IP address or network."""
    try:
        ip_network(network, strict=False)
    except ValueError:
        raise ValueError("an address or network, such as 127.0.0.1 or 10.0.0.0/8") from None
    return network


def check_host(host: str) -> str:
    """Check a host name or IP address without a port."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        if not _HOST.fullmatch(host):
            raise ValueError(
                "an address or host name without a port, such as 127.0.0.1 or 0.0.0.0"
            ) from None
    return host


def check_mailbox(mailbox: str) -> str:
    """Check an e-mail address with or without a name."""
    address = parseaddr(mailbox)[1]
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or " " in address or not mailbox.isprintable():
        raise ValueError("an e-mail address, such as help@example.org or Help <help@example.org>")
    return mailbox


def check_media_type(media_type: str) -> str:
    """Check a media type in small letters, without parameters (RFC 6838)."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError("a media type in small letters, such as image/png")
    return media_type


def check_scanner(address: str) -> str:
    """Check the address of a daemon: an absolute path, or HOST:PORT."""
    host, _, port = address.rpartition(":")
    is_port = port.isascii() and port.isdigit() and 0 < int(port) <= 65_535
    if not (address.startswith("/") or (host and is_port)):
        raise ValueError("the path of a socket, or HOST:PORT, such as 127.0.0.1:3310")
    return address


def check_listen(address: str) -> str:
    """Check an address to listen on: HOST:PORT, where port 0 takes a free one."""
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise ValueError("HOST:PORT, such as 127.0.0.1:2525")
    check_host(host)
    return address


def check_mail_in(url: str) -> str:
    """Check the URL of an IMAP folder; without TLS only on this machine."""
    parts = _split(url)
    is_known = parts is not None and parts.hostname and parts.username and not parts.password
    if not (is_known and parts and parts.scheme in {"imaps", "imap"}):
        raise ValueError(
            "imaps://USER@HOST/FOLDER, such as imaps://help%40example.org@imap.example.org/INBOX; "
            "the password has a setting of its own"
        )
    if parts.scheme == "imap" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError("imaps://, as imap:// sends the password in the clear")
    return url


def check_domain(domain: str) -> str:
    """Check the domain of an e-mail address."""
    return check_mailbox(f"a@{domain}").removeprefix("a@").lower()


def check_delimiter(delimiter: str) -> str:
    """Check the character between a mailbox and its tag (RFC 5233)."""
    if delimiter not in {"+", "-", "=", "_"}:
        raise ValueError("one of + - = _")
    return delimiter


def check_local_time(moment: time) -> time:
    """Check a time of day that has no zone of its own."""
    if moment.tzinfo is not None:
        raise ValueError("a local time of day without a zone, such as 09:00")
    return moment


def read_midnight(moment: object) -> object:
    """Return 00:00 for 24:00, which ISO 8601 also writes for the end of a day."""
    is_end_of_day = isinstance(moment, str) and moment.strip() in {"24:00", "24:00:00"}
    return "00:00" if is_end_of_day else moment


def check_work_days(days: tuple[int, ...]) -> tuple[int, ...]:
    """Check that there is a weekday with business hours."""
    if not days:
        raise ValueError("at least one weekday, such as [0, 1, 2, 3, 4]")
    return days


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # Raises ValueError beyond 65535.
        parts.port  # noqa: B018
    except ValueError:
        return None
    return parts


def _is_site(parts: SplitResult | None) -> bool:
    return (
        parts is not None
        and bool(parts.hostname)
        and parts.path in {"", "/"}
        and not (parts.query or parts.fragment or parts.username or parts.password)
        and " " not in parts.netloc
    )
