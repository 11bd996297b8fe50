"""The state of incoming e-mail, for operators: when a letter came last, and what is wrong."""

from dataclasses import dataclass

SILENT_MS = 300_000
"""ms without a successful look after which a mailbox counts as silent: five minutes."""


@dataclass(slots=True)
class MailFlow:
    """Times in ms since 1970 UTC.

    `watched_since` is the start of the server, `failure` the reason for which the mailbox cannot be
    read since `failing_since`.
    """

    watched_since: int
    has_mailbox: bool = False
    last_letter_at: int | None = None
    looked_at: int | None = None
    failing_since: int | None = None
    failure: str | None = None

    def record_letter(self, at: int) -> None:
        """Record that a letter was taken into the spool."""
        self.last_letter_at = at

    def record_look(self, at: int) -> None:
        """Record that the mailbox was read to its end."""
        self.looked_at, self.failing_since, self.failure = at, None, None

    def record_failure(self, reason: str, at: int) -> None:
        """Record that the mailbox could not be read."""
        self.failing_since = self.failing_since or at
        self.failure = reason[:200]

    def silence_ms(self, now: int) -> int:
        """Return the time since the last letter, or since the start of the server."""
        return max(0, now - (self.last_letter_at or self.watched_since))

    def is_mailbox_silent(self, now: int) -> bool:
        """Return True if the mailbox fails, or was not read to its end for SILENT_MS."""
        if not self.has_mailbox:
            return False
        last = self.looked_at or self.watched_since
        return self.failing_since is not None or now - last > SILENT_MS
