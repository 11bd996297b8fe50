"""A desk that logs in to Dovecot by OAuth2 access tokens, which a command prints for each login."""

import hmac
import shlex
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import orjson

from tests.mail.real.daemon import free_port
from tests.mail.real.desk import desk
from tests.mail.real.dovecot import Dovecot, dovecot, kill_dovecot, running_dovecot
from tests.mail.real.imap import arrives, until_warned

MECHANISMS = ("xoauth2", "oauthbearer")
KEY = b"the key of an authorization server"
YEAR_2000_S, YEAR_2100_S = 946_684_800, 4_102_444_800


async def tokens(folder: Path, _: Path) -> str:
    """Log in by each mechanism; an expired token is refused, and its successor taken."""
    for mechanism in MECHANISMS:
        await _log_in(folder / mechanism, mechanism)
    return (
        f"{', '.join(MECHANISMS)}: expired token refused, the next one taken, again after a crash"
    )


async def _log_in(folder: Path, mechanism: str) -> None:
    keys, printed = folder / "keys", folder / "token"
    _write_key(keys)
    databases = f"""
        passdb {{
          driver = oauth2
          mechanisms = {mechanism}
          args = {folder}/oauth2.conf
        }}
    """
    (folder / "oauth2.conf").write_text(
        f"introspection_mode = local\n"
        f"local_validation_key_dict = fs:posix:prefix={keys}/\n"
        f"username_attribute = sub\n",
        encoding="ascii",
    )
    async with dovecot(
        folder / "dovecot", free_port(), f"plain {mechanism}", databases
    ) as mailboxes:
        printed.write_bytes(_token(YEAR_2000_S))
        async with desk(folder / "data", free_port(), 0, **_settings(mailboxes, printed)) as there:
            await until_warned(there, is_silent=True)
            printed.write_bytes(_token(YEAR_2100_S))
            await until_warned(there, is_silent=False)
            await arrives(there, mailboxes, f"by {mechanism}")
            kill_dovecot(mailboxes)
            await until_warned(there, is_silent=True)
            async with running_dovecot(mailboxes):
                await arrives(there, mailboxes, "after the crash")
    log = (mailboxes.folder / "dovecot.log").read_text(encoding="utf-8")
    refused = [line for line in log.splitlines() if "auth failed" in line]
    assert refused, log
    assert all(f"method={mechanism.upper()}" in line for line in refused), refused
    assert "method=PLAIN" not in log


def _settings(mailboxes: Dovecot, printed: Path) -> dict[str, object]:
    return {
        "mail_in": f"imaps://help@localhost:{mailboxes.imaps}/INBOX",
        "imap_token_command": f"cat {shlex.quote(str(printed))}",
        "imap_authorities": str(mailboxes.authority),
        "imap_poll_s": 5,
    }


def _write_key(keys: Path) -> None:
    """Store the key where Dovecot looks for that of a token without `azp` and `kid`."""
    file = keys / "default" / "HS256" / "default"
    file.parent.mkdir(parents=True)
    file.write_bytes(b64encode(KEY))


def _token(expires_s: int) -> bytes:
    """Return a signed token (JWT, RFC 7519) of the desk's mailbox, valid until `expires_s`."""
    head = {"typ": "JWT", "alg": "HS256"}
    claims = {"sub": "help", "iat": YEAR_2000_S - 1, "exp": expires_s}
    signed = b".".join(_base64url(orjson.dumps(each)) for each in (head, claims))
    return signed + b"." + _base64url(hmac.digest(KEY, signed, "sha256"))


def _base64url(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")
