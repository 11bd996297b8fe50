"""`chatserver bench`: filled in below."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BenchOptions:
    pairs: int = 200
    seconds: float = 5
    json_file: Path | None = None


async def bench(options: BenchOptions) -> int:
    return 1
