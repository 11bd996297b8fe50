"""Dovecot with Pigeonhole: the mailboxes of the customers, and one of the desk for IMAP."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.mail.office import certificate
from tests.mail.real.daemon import daemon, free_port, listening
from tests.mail.real.transfer_agents import write_settings

PASSWORD = "secret"
"""Of every mailbox."""


@dataclass(slots=True)
class Dovecot:
    """A running Dovecot; mailboxes are made when they are used, and `user` owns their files."""

    folder: Path
    imap: int
    imaps: int
    lmtp: int
    authority: Path
    process: int = 0

    def maildir(self, name: str) -> Path:
        """Return the folder of a mailbox, in the format of Maildir."""
        return self.folder / "mail" / name / "Maildir"

    def letters(self, name: str) -> list[bytes]:
        """Return the letters of a mailbox, oldest first."""
        files = [*self.maildir(name).glob("new/*"), *self.maildir(name).glob("cur/*")]
        return [file.read_bytes() for file in sorted(files, key=lambda each: each.name)]

    def filter(self, name: str, script: str) -> None:
        """Let a Sieve script handle what comes for a mailbox."""
        home = self.folder / "mail" / name
        home.mkdir(parents=True, exist_ok=True)
        (home / "filter.sieve").write_text(script, encoding="utf-8")
        give_to_mail(home)


@asynccontextmanager
async def dovecot(
    folder: Path, submission: int, mechanisms: str = "plain login", databases: str = ""
) -> AsyncIterator[Dovecot]:
    """Run Dovecot; what its filters send goes to the SMTP port `submission`.

    `mechanisms` are those of SASL, and `databases` further settings that check their logins.
    """
    authority = _made(folder)
    server = Dovecot(folder, free_port(), free_port(), free_port(), authority)
    write_settings(
        folder / "dovecot.conf",
        f"""
        protocols = imap lmtp
        listen = 127.0.0.1
        base_dir = {folder}/run
        state_dir = {folder}/state
        log_path = {folder}/dovecot.log
        ssl = yes
        ssl_cert = <{authority}
        ssl_key = <{folder}/server.key
        disable_plaintext_auth = no
        auth_mechanisms = {mechanisms}
        mail_location = maildir:{folder}/mail/%n/Maildir
        mail_uid = mail
        mail_gid = mail
        first_valid_uid = 1
        recipient_delimiter = +
        submission_host = 127.0.0.1:{submission}
        hostname = mail.example.net
        postmaster_address = postmaster@example.net
        mail_max_userip_connections = 100
        {databases}
        passdb {{
          driver = static
          args = password={PASSWORD}
        }}
        userdb {{
          driver = static
          args = uid=mail gid=mail home={folder}/mail/%n allow_all_users=yes
        }}
        service imap-login {{
          inet_listener imap {{
            port = {server.imap}
          }}
          inet_listener imaps {{
            port = {server.imaps}
            ssl = yes
          }}
        }}
        service lmtp {{
          inet_listener lmtp {{
            port = {server.lmtp}
          }}
        }}
        protocol lmtp {{
          mail_plugins = sieve
        }}
        plugin {{
          sieve = file:~/sieve;active=~/filter.sieve
          sieve_extensions = +vacation-seconds
          sieve_vacation_min_period = 0
        }}
        """,
    )
    give_to_mail(folder / "mail")
    async with running_dovecot(server):
        yield server


@asynccontextmanager
async def running_dovecot(server: Dovecot) -> AsyncIterator[None]:
    """Run Dovecot with settings that are there already, as after it was killed."""
    start = ("/usr/sbin/dovecot", "-c", server.folder / "dovecot.conf", "-F")
    async with daemon(*start, port=server.imap, log=server.folder / "dovecot.out") as process:
        await listening(server.lmtp)
        server.process = process
        yield


def kill_dovecot(server: Dovecot) -> None:
    """End Dovecot and all its processes at once, as a crash of its machine does."""
    with suppress(ProcessLookupError):
        os.killpg(server.process, signal.SIGKILL)


def _made(folder: Path) -> Path:
    """Make the folders and a certificate; return its path."""
    (folder / "mail").mkdir(parents=True)
    folder.chmod(0o755)
    return certificate(folder)[0]


def give_to_mail(folder: Path) -> None:
    """Give a folder with all that is in it to the user that Dovecot reads it as."""
    for each in (folder, *folder.rglob("*")):
        os.chown(each, 8, 8)
