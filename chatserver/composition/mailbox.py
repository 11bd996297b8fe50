"""Makes the reader of the IMAP mailbox."""

import secrets
from typing import TYPE_CHECKING

from chatserver.composition import clocks
from chatserver.composition.mail import arrival
from chatserver.core.ids import identifier
from chatserver.services.bundle import Services
from chatserver.settings import Settings
from chatserver.store.open import Store

if TYPE_CHECKING:
    from chatserver.services.mail.mailbox_reader import MailboxReader


def build_mailbox_reader(
    store: Store, settings: Settings, services: Services
) -> "MailboxReader | None":
    """Make the reader of the IMAP mailbox, None where the settings name no mailbox."""
    incoming = services.mail.incoming
    if incoming is None or settings.mail_in is None:
        return None
    # A server that reads no mailbox does not load the IMAP client.
    from chatserver.mail.access_token import ImapSecret
    from chatserver.mail.imap import ImapAccount, ImapConnection
    from chatserver.services.mail.mailbox_reader import MailboxReader

    account = ImapAccount.from_url(settings.mail_in, settings.imap_authorities)
    return MailboxReader(
        name=account.name,
        connect=lambda: ImapConnection(account),
        secret=ImapSecret(settings.imap_password, settings.imap_token_command).fetch,
        has_token=settings.imap_token_command is not None,
        spool=store.mail_spool,
        flow=services.mail.flow,
        arrived=arrival(services.mail.flow, incoming),
        new_id=lambda: identifier(clocks.wall_clock(), secrets.randbits(80)),
        clock=clocks.wall_clock,
        limit_bytes=settings.mail_limit,
        poll_s=settings.imap_poll_s,
        since=settings.imap_since,
    )
