"""The jobs that read spooled and kept letters, apart from the parser that they load."""

from pathlib import Path

from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.letter import IncomingLetter
from chatserver.workers.pool import WorkerJob

READ_LETTER: WorkerJob[[Path, str | None], tuple[Envelope, IncomingLetter]] = WorkerJob(
    "chatserver.workers.letter_reading", "read_spooled"
)

READ_KEPT: WorkerJob[[Path, str | None], IncomingLetter] = WorkerJob(
    "chatserver.workers.letter_reading", "read_kept"
)
