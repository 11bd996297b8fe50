"""The result of a file inspection, apart from the libraries that inspect."""

from dataclasses import dataclass
from pathlib import Path

from chatserver.workers.pool import WorkerJob


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """The media type by content, and the size of a picture in pixels."""

    type: str
    width: int | None = None
    height: int | None = None


INSPECT: WorkerJob[[Path, Path], InspectedFile] = WorkerJob(
    "chatserver.workers.file_inspection", "inspect"
)
