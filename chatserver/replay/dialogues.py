"""Recorded support dialogues, one JSON object a line (JSON Lines)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from chatserver.commands.command import Failed
from chatserver.commands.complaints import json_complaint
from chatserver.core.durations import DAY_S

LONGEST_GAP_S = 600
"""Longer pauses in a recording (in seconds) are cut, as they are not part of the conversation."""


class Turn(BaseModel):
    """One message; `at` is the local time of the recording, HH:MM."""

    at: Annotated[str, Field(pattern=r"^\d{1,2}:\d{2}$")]
    side: Literal["customer", "technician"] = Field(alias="from")
    name: str
    text: str

    @property
    def second(self) -> int:
        """The time as a second of the day."""
        hours, minutes = self.at.split(":")
        return int(hours) * 3_600 + int(minutes) * 60


class Dialogue(BaseModel):
    """A recorded conversation."""

    id: str
    turns: list[Turn]

    @property
    def customer(self) -> str:
        """The customer's name."""
        return next((turn.name for turn in self.turns if turn.side == "customer"), "")


@dataclass(frozen=True, slots=True)
class Cue:
    """A turn and the pause before it, in seconds."""

    turn: Turn
    pause_s: float


def read_dialogues(file: Path) -> list[Dialogue]:
    """Read all dialogues of a file; raises OSError, Failed with the line of what is wrong."""
    try:
        with file.open(encoding="utf-8") as lines:
            found = [
                _read_line(f"{file}:{number}", line)
                for number, line in enumerate(lines, 1)
                if line.strip()
            ]
    except UnicodeDecodeError:
        raise Failed(f"{file}: this is not UTF-8; expected one dialogue in JSON a line") from None
    if not found:
        raise Failed(f"{file}: there are no dialogues in it; expected one in JSON a line")
    return found


def _read_line(place: str, line: str) -> Dialogue:
    try:
        return Dialogue.model_validate_json(line)
    except ValidationError as error:
        complaint = json_complaint(place, error)
        raise Failed(f"{complaint}; expected one dialogue in JSON a line") from None


def cues(dialogue: Dialogue, speed: float) -> Iterator[Cue]:
    """Yield the turns with their pauses, `speed` times faster; with 0 there are no pauses."""
    previous: Turn | None = None
    for turn in dialogue.turns:
        gap = (turn.second - previous.second) % DAY_S if previous else 0
        yield Cue(turn, min(gap, LONGEST_GAP_S) / speed if speed else 0)
        previous = turn
