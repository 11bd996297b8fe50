"""What looking at a file found, said without the libraries that look."""

from dataclasses import dataclass
from pathlib import Path

from chatserver.workers.pool import Craft


@dataclass(frozen=True, slots=True)
class Inspected:
    """A type by content; pictures have a size in pixels."""

    type: str
    width: int | None = None
    height: int | None = None


INSPECT: Craft[[Path, Path], Inspected] = Craft("chatserver.workers.file_inspection", "inspect")
