"""Verification: reports to the holder of a transcript if this site issued it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from chatserver.core.audit import AuditActor, IssuedFile
from chatserver.core.errors import Code, Refused
from chatserver.services.audit import AuditLog
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.transcript.authenticity import chain
from chatserver.transcript.authenticity.proof import ProofResult, ProofVerdict
from chatserver.transcript.authenticity.verify_files import NotSealed, verify_path
from chatserver.transcript.authenticity.verify_folder import VerificationReport
from chatserver.transcript.document import Transcript
from chatserver.workers.pool import WorkerJob, WorkerPool

VERIFY: WorkerJob[[Path, frozenset[str]], list[VerificationReport]] = WorkerJob(
    "chatserver.transcript.authenticity.verify_files", verify_path.__name__
)


@dataclass(slots=True)
class IssuedFileVerification:
    """Recognises files that were given out: by their SHA-256, or by their seals.

    It reveals nothing that is not in the file in hand.
    """

    transcripts: Transcripts
    issued: AuditLog
    workers: WorkerPool

    async def record_issued(
        self, made: Mapping[str, bytes], transcript: Transcript, receiver: AuditActor
    ) -> None:
        """Record a transcript that is about to be given out in some formats; raises Unavailable."""
        # What was made before an erasure and is recorded after it, is not recognised any more.
        at = transcript.proof.at if transcript.proof else self.transcripts.clock()
        conversation = transcript.conversation.id
        to = f"{receiver.role} {receiver.id}"
        await self.issued.add_issued_files(
            [
                IssuedFile(sha256(content).digest(), conversation, suffix, receiver=to, at=at)
                for suffix, content in made.items()
            ]
        )

    async def recognise(self, file: Path) -> list[VerificationReport]:
        """Return reports on a file; raises Refused `invalid` for one without a seal."""
        given = await self.issued.find_issued_file(await asyncio.to_thread(_digest, file))
        record = await self.transcripts.store.find_by_id(given.conversation) if given else None
        if given is not None and record is not None:
            reference = record.conversation.reference
            verdict = ProofVerdict(ProofResult.GENUINE, key=self.transcripts.key.public)
            return [
                VerificationReport(f"transcript.{given.format}", verdict, reference, at=given.at)
            ]
        try:
            known = frozenset({self.transcripts.key.public})
            return await self.workers.run(VERIFY, file, known)
        except NotSealed:
            raise Refused(Code.INVALID, field="file") from None

    async def verify_head(self, reference: str, head: str) -> VerificationReport:
        """Return a report on the head (hex) of a hash chain; raises Refused `not_found`."""
        record = await self.transcripts.find_by_name(reference)
        if record is None:
            raise Refused(Code.NOT_FOUND)
        state = record.conversation
        events, salted = await self.transcripts.read_chain(state.id)
        heads = chain.links(state.id, chain.leaves(events, salted))
        for event, link in zip(events, heads, strict=True):
            if link == head:
                verdict = ProofVerdict(ProofResult.GENUINE, key=self.transcripts.key.public)
                return VerificationReport(
                    state.reference, verdict, state.reference, entries=event.seq, at=event.at
                )
        raise Refused(Code.NOT_FOUND)


def _digest(file: Path) -> bytes:
    with file.open("rb") as content:
        return file_digest(content, "sha256").digest()
