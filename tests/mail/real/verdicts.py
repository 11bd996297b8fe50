"""OpenDKIM and OpenDMARC check senders for Postfix; the desk believes what they say.

They ask a name server of the test's own, in a mount namespace with a `resolv.conf` of its own.
"""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.mail.office import office
from tests.mail.real.daemon import command, daemon, free_port
from tests.mail.real.desk import DESK, Desk, desk, letter, post
from tests.mail.real.recipes import BORDER, VERDICT, postfix_recipe
from tests.mail.real.transfer_agents import Routes, write_settings

DNS_PORT = 53
SELECTOR = "s1"
POLICIES = {"example.net": "none", "strict.example": "reject", "lax.example": None}
"""The sender's domains with their DMARC policies."""


async def verdicts(folder: Path, programs: Path) -> str:
    """Send letters with and without signatures; return the trust that the desk shows."""
    listen, key = free_port(), folder / "key.pem"
    async with AsyncExitStack() as stack:
        milters = await stack.enter_async_context(_milters(folder, _written_key(key)))
        customers = await stack.enter_async_context(office())
        (folder / "agent").mkdir()
        routes = Routes(listen, customers.port, programs, milters=milters)
        port = await stack.enter_async_context(postfix_recipe(folder / "agent", routes))
        there = await stack.enter_async_context(
            desk(folder / "data", port, listen, mail_authserv=BORDER)
        )
        told = {
            "signed": await _trust(there, key, "ann@example.net", signed_by="example.net"),
            "signed, no policy": await _trust(
                there, key, "ann@lax.example", signed_by="lax.example"
            ),
            "unsigned": await _trust(there, key, "ann@strict.example"),
            "another's signature": await _trust(
                there, key, "eve@strict.example", signed_by="lax.example"
            ),
        }
    wanted = dict(zip(told, ("checked", "checked", "failed", "failed"), strict=True))
    assert told == wanted, told
    return ", ".join(f"{name}: {trust}" for name, trust in told.items())


async def _trust(there: Desk, key: Path, sender: str, signed_by: str | None = None) -> str:
    """Send a letter with a forged verdict, signed or not; return its trust in the log."""
    domain = sender.rpartition("@")[2]
    forged = {"Authentication-Results": f"{BORDER}; dmarc=pass header.from={domain}"}
    content = letter(f"From {sender}", sender, **VERDICT | forged).as_bytes()
    if signed_by is not None:
        signed = await command("dkimsign", SELECTOR, signed_by, key, given=content)
        content = signed.encode()
    # The path is that of a mailing service: it is no proof of the sender.
    await post(there.relay, content, DESK, sender="list@mailer.example")
    heard = await there.heard()
    assert heard["text"] == f"From {sender}", heard
    return str(heard["mail"]["trust"])


def _written_key(file: Path) -> str:
    """Write a private key, and return the public one as a DNS record has it."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    file.write_bytes(pem)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(public).decode()


@asynccontextmanager
async def _milters(folder: Path, public: str) -> AsyncIterator[str]:
    """Run both filters and their name server; yield them as Postfix names them."""
    records = []
    for domain, policy in POLICIES.items():
        # A text of a record has at most 255 characters.
        pieces = f"v=DKIM1; k=rsa; p={public[:200]},{public[200:]}"
        records.append(f"--txt-record={SELECTOR}._domainkey.{domain},{pieces}")
        if policy is not None:
            records.append(f"--txt-record=_dmarc.{domain},v=DMARC1; p={policy}")
    write_settings(folder / "resolv.conf", "nameserver 127.0.0.1\n")
    write_settings(folder / "none", "10.9.9.9\n")
    dkim, dmarc = free_port(), free_port()
    write_settings(
        folder / "opendkim.conf",
        f"""
        Socket inet:{dkim}@127.0.0.1
        Mode v
        UserID opendkim
        InternalHosts refile:{folder}/none
        AuthservID {BORDER}
        AlwaysAddARHeader yes
        Nameservers 127.0.0.1
        """,
    )
    write_settings(
        folder / "opendmarc.conf",
        f"""
        Socket inet:{dmarc}@127.0.0.1
        UserID opendmarc
        AuthservID {BORDER}
        TrustedAuthservIDs {BORDER}
        IgnoreHosts {folder}/none
        SPFIgnoreResults true
        SPFSelfValidate true
        RejectFailures false
        """,
    )
    names = (
        *("dnsmasq", "--keep-in-foreground", "--no-hosts", "--no-resolv", "--bind-interfaces"),
        *("--listen-address=127.0.0.1", "--conf-file=/dev/null", "--user=root", *records),
    )
    alone = (
        *("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf; exec "$@"'),
        str(folder / "resolv.conf"),
    )
    async with (
        daemon(*names, port=DNS_PORT, log=folder / "dnsmasq.log"),
        daemon(
            *(*alone, "opendkim", "-f", "-x", folder / "opendkim.conf"),
            port=dkim,
            log=folder / "opendkim.log",
        ),
        daemon(
            *(*alone, "opendmarc", "-f", "-c", folder / "opendmarc.conf"),
            port=dmarc,
            log=folder / "opendmarc.log",
        ),
    ):
        yield f"inet:127.0.0.1:{dkim}, inet:127.0.0.1:{dmarc}"
