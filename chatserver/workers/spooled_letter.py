"""The job that reads a spooled letter, apart from the parser that it loads."""

from pathlib import Path

from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.letter import IncomingLetter
from chatserver.workers.pool import WorkerJob

READ_LETTER: WorkerJob[[Path, str | None], tuple[Envelope, IncomingLetter]] = WorkerJob(
    "chatserver.workers.letter_reading", "read_spooled"
)
