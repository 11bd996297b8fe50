"""What looking at a file found, said without the libraries that look."""

from dataclasses import dataclass
from pathlib import Path

from chatserver.workers.pool import WorkerJob


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A type by content; pictures have a size in pixels."""

    type: str
    width: int | None = None
    height: int | None = None


INSPECT: WorkerJob[[Path, Path], InspectedFile] = WorkerJob(
    "chatserver.workers.file_inspection", "inspect"
)
